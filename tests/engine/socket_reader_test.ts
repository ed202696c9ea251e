import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { AbortError, SocketError } from "../../src/errors.ts";
import { SocketReader } from "../../src/engine/socket_reader.ts";
import { MemoryConnector, type MemoryPeer, type MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";

async function open(plan: MemoryPlan, ownedViews = false): Promise<{
  reader: SocketReader;
  peer: MemoryPeer;
  cancel: CancelToken;
}> {
  const cancel = new CancelToken();
  const connector = new MemoryConnector([plan], { ownedViews });
  const target = { kind: "tcp", host: "h", port: 1, localAddress: null, tls: null, nestedTls: false } as const;
  const socket = await connector.connect(target, cancel);
  return { reader: new SocketReader(socket, cancel), peer: connector.peers[0]!, cancel };
}

function text(chunk: Uint8Array | null): string | null {
  return chunk && new TextDecoder().decode(chunk);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await undefined;
}

test("SocketReader.read() gives one chunk at a time, then null again and again", async () => {
  for (const ownedViews of [false, true]) {
    const { reader } = await open({ script: [{ send: "abcd", fragment: 2 }, { fin: true }] }, ownedViews);
    assertEquals([text(await reader.read()), text(await reader.read())], ["ab", "cd"]);
    assertEquals([await reader.read(), await reader.read()], [null, null]);
  }
});

test("SocketReader keeps a chunk that nobody has asked for yet, and counts it when it is released", async () => {
  const { reader, cancel } = await open({ script: [{ send: "abc" }] });
  await turns();
  assertEquals(reader.release(), 3);
  assertEquals(reader.release(), 0);
  assertEquals(cancel.listenerCount, 0);
});

test("SocketReader chunks stay as they were when more is read", async () => {
  const { reader } = await open({ script: [{ send: "ab" }, { send: "XY" }] });
  const first = await reader.read();
  await reader.read();
  assertEquals(text(first), "ab");
});

test("SocketReader.read() rejects when the socket dies, and every time after", async () => {
  const { reader } = await open({ script: [{ rst: true }] });
  await assertRejects(() => reader.read(), SocketError);
  await assertRejects(() => reader.read(), SocketError);
});

test("SocketReader closes and rejects with the reason when it is cancelled, before or within a read", async () => {
  const reason = new AbortError("Enough", { reason: 1 });
  const waiting = await open({});
  const read = waiting.reader.read();
  waiting.cancel.cancel(reason);
  assertEquals(await assertRejects(() => read, AbortError), reason);
  assert(waiting.peer.closed);
  const early = await open({});
  early.cancel.cancel(reason);
  assertEquals(await assertRejects(() => early.reader.read(), AbortError), reason);
});

test("SocketReader lets go of the token when it is released", async () => {
  const { reader, peer, cancel } = await open({});
  reader.release();
  cancel.cancel(new AbortError("Enough", { reason: 1 }));
  assert(!peer.closed);
});
