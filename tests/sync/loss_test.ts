/** A worker that goes while something is under way, and streams beside each other. */

import { assertEquals, assertThrows } from "@std/assert";
import { bridge } from "../../src/sync/bridge.ts";
import { type Client, TransportError } from "../../sync.ts";
import { blockingClient } from "../support/blocking.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";

const server = await origin();
const echo = `${server.http}/echo`;

test("a worker that goes during an upload fails the call, and nothing stays lent", (t) => {
  const client = blockingClient(t, { retry: false });
  client.get(echo);
  const before = bridge().lent;
  function* body(): Generator<string> {
    yield "a";
    bridge().end();
    yield "b";
  }
  const error = assertThrows(() => client.post(echo, { body: body() }), TransportError);
  assertEquals([error.code, bridge().lent], ["WORKER_LOST", before]);
  assertEquals((client.post(echo, { body: "next" }).json() as { text: string }).text, "next");
});

test("a worker that goes while a stream is read fails the reading, and the client goes on", (t) => {
  const client = blockingClient(t, { retry: false });
  const stream = client.stream("GET", `${server.http}/bytes/9000000`);
  const error = assertThrows(() => {
    for (const _ of stream.iterBytes()) bridge().end();
  }, TransportError);
  assertEquals(error.code, "WORKER_LOST");
  stream.discard();
  assertEquals(client.get(echo).status, 200);
});

test("open streams count for the pool: the call that finds no place fails by its time limit", (t) => {
  const client = blockingClient(t, { retry: false, pool: { max: 2 }, timeout: { pool: 50 } });
  const open = () => client.stream("GET", `${server.http}/bytes/9000000`);
  const streams = [open(), open()];
  const full = client.result.get(echo);
  assertEquals(full.ok ? "" : (full.error as TransportError).code, "TIMEOUT_POOL");
  streams[0]!.discard();
  assertEquals(client.get(echo).status, 200);
  streams[1]!.discard();
});

test("a hook that closes its client ends its own call", (t) => {
  const client: Client = blockingClient(t, { retry: false, hooks: { request: [() => client.close()] } });
  const result = client.result.get(echo);
  assertEquals(result.ok ? "" : (result.error as TransportError).code, "CLIENT_CLOSED");
});
