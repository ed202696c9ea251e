/**
 * Owns the attacks on a program that passes on what it was sent (S44).
 * Must not know where fields are checked.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { JetstreamError } from "../../mod.ts";
import { ok, serving } from "../engine/engine_kit.ts";
import { memoryClient } from "../support/memory_client.ts";
import { test } from "../support/suite.ts";

test("S44: fields that an attacker sent to a gateway cannot frame, hide or redirect its own request", async (t) => {
  const rows: readonly (readonly [fields: readonly (readonly [string, string])[], method: string])[] = [
    [[["Transfer-Encoding", "chunked"], ["Content-Length", "5"]], "POST"],
    [[["Content-Length", "5"]], "POST"],
    [[["Content-Length", "3, 5"]], "POST"],
    [[["Content-Length", "+3"]], "POST"],
    [[["Transfer-Encoding", "identity, chunked"]], "POST"],
    [[["Transfer-Encoding", "xchunked"]], "POST"],
    [[["Transfer-Encoding", "chunked"], ["Transfer-Encoding", "chunked"]], "POST"],
    [[["Host", "a.test"], ["Host", "b.test"]], "GET"],
    [[["Host", "a.test, b.test"]], "GET"],
    [[["Host", "a.test/x"]], "GET"],
    // A next hop would take these away and see another message.
    [[["Connection", "host"]], "GET"],
    [[["Connection", "close, content-length"]], "POST"],
    [[["Connection", "Transfer-Encoding"]], "POST"],
    // An upgrade that nobody would notice.
    [[["Upgrade", "h2c"]], "GET"],
  ];
  for (const [headers, method] of rows) {
    const { client, net, clock } = memoryClient(t, () => serving(ok()), { retry: false });
    const body = method === "POST" ? { body: "abc" } : {};
    const call = (async () => await clock.until(client.request(method, "http://a.test/", { headers, ...body })))();
    await assertRejects(() => call, Error, "", JSON.stringify(headers));
    assert(net.peers.every((peer) => peer.received.length === 0), JSON.stringify(headers));
  }
});

test("S44: nothing that a response says of its hop is taken for the next request's", async (t) => {
  const { client, net, clock } = memoryClient(t, [
    serving(ok("x", "Connection: keep-alive, X-Secret\r\nProxy-Authenticate: Basic realm=a\r\nKeep-Alive: max=5\r\n")),
  ], { retry: false, headers: { "X-Secret": "1" } });
  for (let turn = 0; turn < 2; turn++) assertEquals((await clock.until(client.get("http://a.test/"))).status, 200);
  const heads = new TextDecoder().decode(net.peers[0]!.received).split("\r\n\r\n").filter((head) => head !== "");
  assertEquals(heads.length, 2);
  assertEquals(heads[0], heads[1]);
  assert(!/proxy-auth|x-forwarded|^via/im.test(heads[0]!), heads[0]);
});

test("S44: an answer of 101 to a request that asked for no upgrade is refused", async (t) => {
  const { client, clock } = memoryClient(t, [
    serving("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
  ], { retry: false });
  await assertRejects(async () => await clock.until(client.get("http://a.test/")), JetstreamError);
});
