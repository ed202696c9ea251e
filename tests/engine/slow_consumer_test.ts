import { assertEquals } from "@std/assert";
import { engine, ok } from "./engine_kit.ts";
import { test } from "../support/suite.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 150000\r\n\r\n";

test("a connection whose last body had to wait for its consumer answers the next request", async (t) => {
  const script = [
    { until: "\r\n\r\n" },
    { send: HEAD + "a".repeat(50_000) },
    // What waits passes its limit by the very last bytes: reading stops, and the body is over.
    { send: "b".repeat(100_000) },
    { until: "\r\n\r\n" },
    { send: ok("next") },
  ];
  const e = engine(t, [{ script }]);
  const response = await e.clock.until(e.start().response);
  await e.clock.tick();
  let length = 0;
  for (let part = await response.live!.read(); part !== null; part = await response.live!.read()) length += part.length;
  assertEquals(length, 150_000);
  assertEquals((await e.get()).text, "next");
  assertEquals(e.net.peers.length, 1);
});

test("a connection whose last body waits for its consumer notices its end", async (t) => {
  const script = [{ until: "\r\n\r\n" }, { send: HEAD + "a".repeat(50_000) }, { send: "b".repeat(100_000) }, {
    fin: true,
  }] as const;
  const e = engine(t, [{ script }]);
  await e.clock.until(e.start().response);
  await e.clock.tick();
  assertEquals(e.net.open, 0);
});
