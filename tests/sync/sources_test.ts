/** Bodies of the caller's own, and streams that lose their worker or their client. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { bridge } from "../../src/sync/bridge.ts";
import { AbortError, type RequestOptions } from "../../sync.ts";
import { blockingClient } from "../support/blocking.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";

const server = await origin();
const echo = `${server.http}/echo`;
const large = `${server.http}/bytes/9000000`;

interface Echo {
  readonly text: string;
  readonly headers: Record<string, string>;
}

test("FormData goes out as body, from a function, and as multipart alike", (t) => {
  const client = blockingClient(t, { retry: false });
  const form = new FormData();
  form.append("text", "a\nb");
  form.append("file", new File(["content"], "name.txt", { type: "text/plain" }));
  const ways: RequestOptions[] = [{ body: form }, { body: () => form }, { multipart: form }];
  for (const options of ways) {
    const { text, headers } = client.post(echo, options).json() as Echo;
    // A function makes its form once the head is gone.
    const made = typeof options.body === "function";
    assertEquals(headers["content-type"]?.startsWith("multipart/form-data; boundary="), made ? undefined : true);
    assert(text.includes('name="text"\r\n\r\na\r\nb\r\n'), text);
    assert(text.includes('filename="name.txt"\r\nContent-Type: text/plain'), text);
    assert(text.includes("\r\n\r\ncontent\r\n"), text);
  }
});

test("a body of the caller's own is opened and read here", (t) => {
  const steps: string[] = [];
  const body = {
    contentType: "text/mine",
    length: 4,
    replayable: true,
    kind: "mine",
    bytes: undefined,
    open() {
      const chunks = ["ab", "cd"].map((text) => new TextEncoder().encode(text));
      steps.push("open");
      return { read: () => chunks.shift() ?? null, cancel: () => void steps.push("cancel") };
    },
  };
  const { text, headers } = blockingClient(t, { retry: false }).post(echo, { body }).json() as Echo;
  assertEquals([text, headers["content-type"], headers["content-length"]], ["abcd", "text/mine", "4"]);
  assertEquals(steps[0], "open");
});

test("letting go of a stream whose worker is gone never fails, and takes back what it lent", (t) => {
  const client = blockingClient(t, { retry: false });
  client.get(echo);
  const before = bridge().lent;
  const open = () => client.stream("GET", large, { onDownloadProgress: () => {} });
  const streams = [open(), open(), open()];
  const items = streams[1]!.iterBytes();
  items.next();
  bridge().end();
  streams[0]!.discard();
  items.return!();
  streams[2]![Symbol.dispose]();
  assertEquals(bridge().lent, before);
});

test("a stream whose client was closed fails as the asynchronous one does, and may be let go", (t) => {
  const lost = [blockingClient(t, { retry: false }), blockingClient(t, { retry: false })].map((client) => {
    const stream = client.stream("GET", large);
    client.close();
    return stream;
  });
  const error = assertThrows(() => lost[0]!.read(), AbortError, "The client was closed");
  assertEquals(error.code, "CLIENT_CLOSED");
  lost[0]!.discard();
  lost[1]!.discard();
});
