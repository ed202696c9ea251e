/** The life of the worker: it is made when needed, holds nothing, and may die. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Bridge, bridge } from "../../src/sync/bridge.ts";
import { Client, CookieJar, type HttpResponse, JetstreamError, TransportError } from "../../sync.ts";
import { runScript } from "../support/child.ts";
import { urlOf } from "../support/behaviour.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";
import { inThreads } from "../support/threads.ts";

const server = await origin();
const echo = `${server.http}/echo`;
const SCRIPT = "tests/support/scripts/sync_life.ts";

test("a program ends after its last blocking call, whatever is left open", async () => {
  const result = await runScript(SCRIPT, { args: ["last", `${server.http}/bytes/1000000`] });
  assertEquals([result.code, result.stdout.trim(), result.stderr], [0, "answered 200", ""]);
  assert(result.afterOutput < 1_000, `it ended ${result.afterOutput} ms after its answer`);
});

test("a program that exits is not held by the worker", async () => {
  const result = await runScript(SCRIPT, { args: ["exit", echo] });
  assertEquals([result.code, result.stderr], [3, ""]);
});

test("an interrupt ends a program that waits, at once", async () => {
  const result = await runScript(SCRIPT, {
    args: ["wait", `${server.http}/delay/15000`],
    interruptAfterOutput: true,
  });
  assertEquals([result.code === 0, result.stdout.trim()], [false, "waiting"]);
  assert(result.afterOutput < 3_000, `it ended ${result.afterOutput} ms after its output`);
});

test("with a handler of its own the interrupt waits for the call", async () => {
  const result = await runScript(SCRIPT, {
    args: ["handle", `${server.http}/delay/700`],
    interruptAfterOutput: true,
  });
  assertEquals([result.stdout.trim().split("\n"), result.stderr], [["waiting", "answered 200", "handled"], ""]);
});

for (const death of ["exit", "throw"]) {
  test(`a worker that dies by itself (${death}) while a call waits fails that call, and the next one starts another`, (t) => {
    const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const own = new Bridge(new URL(`../support/dying/src/sync/worker.${suffix}`, import.meta.url).href);
    process.env["JETSTREAM_DEATH"] = death;
    t.after(() => own.end());
    const options = { headers: {}, retry: false };
    const send = (path: string): unknown => {
      own.call("open", [1, 0, 0, options, []]);
      return own.call("send", [1, "GET", `${server.http}${path}`, undefined]);
    };
    const start = performance.now();
    const error = assertThrows(() => send("/delay/15000"), TransportError, "lost with the worker");
    assertEquals(error.code, "WORKER_LOST");
    assert(performance.now() - start < 8_000, "it waited for a sign of life");
    const { generation } = own;
    assertEquals([(send("/echo") as HttpResponse).status, generation], [200, 2]);
  });
}

test("a worker that died fails nothing but what it was doing: the next call starts another", (t) => {
  const jar = new CookieJar();
  const seen: string[] = [];
  const client = new Client({ cookies: jar, headers: { "X-Kept": "1" } }).use((request, next) => {
    seen.push(request.method);
    return next(request);
  });
  const derived = client.extend({ headers: { "X-Derived": "2" } });
  t.after(() => client.close());
  client.get(urlOf(server.http, "/cookies", { c: "k=1; Path=/" }));
  const stream = client.stream("GET", `${server.http}/bytes/9000000`);
  const { generation } = bridge();
  bridge().end();
  assertThrows(() => stream.read(), JetstreamError);
  const { headers } = derived.get(echo).json() as { headers: Record<string, string> };
  assertEquals([headers["x-kept"], headers["x-derived"], headers["cookie"]], ["1", "2", "k=1"]);
  assertEquals([client.get(echo).status, bridge().generation, seen.length], [200, generation + 1, 4]);
});

test("a worker that dies while it is waited for fails the call with a clear error", (t) => {
  const client = new Client({ retry: false });
  t.after(() => client.close());
  const error = assertThrows(
    () =>
      client.get(echo, {
        hooks: {
          request: [() => {
            bridge().end();
            // The client is opened in another worker, within the call that the first one lost.
            assertEquals(client.get(echo).status, 200);
          }],
        },
      }),
    TransportError,
    "lost with the worker",
  );
  assertEquals(error.code, "WORKER_LOST");
  assertEquals(client.get(echo).status, 200);
});

test("a closed client stays closed in the next worker", () => {
  const client = new Client();
  client.close();
  bridge().end();
  assertThrows(() => client.get(echo), JetstreamError, "the client is closed");
});

test("several threads call at a time, each with a worker of its own", async () => {
  const sums = await inThreads<number>("tests/support/scripts/sync_thread.ts", 3, { url: echo, calls: 20 });
  assertEquals(sums, [4_000, 4_000, 4_000]);
});
