import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { DNSError } from "../../src/errors.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { isAnswerTo, isTruncated, parseDnsServer } from "../../src/net/dns_server.ts";
import { watchLeaks } from "../support/leaks.ts";
import { latin1Text, rawServer } from "../support/raw_server.ts";
import { runtimeName, test, type TestContext } from "../support/suite.ts";

/** A question: id 0x1234, recursion desired, the rest of no interest here. */
const QUERY = Uint8Array.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]);

function answer(text: string, flags = 0x80, id = [0x12, 0x34]): Uint8Array {
  return Uint8Array.from([...id, flags, 0, 0, 1, 0, 1, 0, 0, 0, 0, ...new TextEncoder().encode(text)]);
}

function framed(message: Uint8Array): Uint8Array {
  return Uint8Array.from([message.length >> 8, message.length & 0xff, ...message]);
}

interface Datagram {
  on(event: "message", listener: (message: Uint8Array, from: { port: number; address: string }) => void): void;
  bind(options: { port: number; address: string; exclusive?: boolean }, callback: () => void): void;
  address(): { port: number };
  send(message: Uint8Array, port: number, address: string): void;
  close(callback: () => void): void;
}

/** A name server: datagrams are answered in turn with what `byUdp` lists, TCP with `byTcp`. */
async function nameServer(
  t: TestContext,
  byTcp: readonly Uint8Array[],
  byUdp: readonly (readonly Uint8Array[])[],
): Promise<{ server: string; questions: string[] }> {
  watchLeaks(t);
  const questions: string[] = [];
  const tcp = await rawServer(async (peer) => {
    await peer.untilLength(2 + QUERY.length);
    questions.push(`tcp ${latin1Text(peer.received) === latin1Text(framed(QUERY))}`);
    for (const [at, part] of byTcp.entries()) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await peer.write(part);
    }
    if (byTcp.length === 0) peer.end();
  });
  t.after(() => tcp.close());
  const { createSocket } = process.getBuiltinModule("node:dgram") as unknown as {
    createSocket(type: string): Datagram;
  };
  const udp = createSocket("udp4");
  let asked = 0;
  udp.on("message", (message, from) => {
    questions.push(`udp ${latin1Text(message) === latin1Text(QUERY)}`);
    for (const reply of byUdp[asked++] ?? []) udp.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind({ port: tcp.port, address: "127.0.0.1" }, resolve));
  t.after(() => new Promise<void>((resolve) => udp.close(resolve)));
  return { server: `127.0.0.1:${tcp.port}`, questions };
}

function ask(server: string, cancel = new CancelToken()): Promise<Uint8Array> {
  return detectRuntime().dnsQuery(server, QUERY, cancel);
}

/** Deno asks by TCP alone. */
const udp = runtimeName() !== "deno";

test("dnsQuery() asks a name server", async (t) => {
  const good = answer("good");
  const { server, questions } = await nameServer(t, [framed(good)], [[good]]);
  assertEquals(latin1Text(await ask(server)), latin1Text(good));
  assertEquals(questions, [udp ? "udp true" : "tcp true"]);
});

test("dnsQuery() puts an answer over TCP together again", async (t) => {
  const long = answer("x".repeat(3_000));
  const whole = framed(long);
  const parts = [whole.slice(0, 1), whole.slice(1, 2), whole.slice(2, 40), whole.slice(40)];
  const { server, questions } = await nameServer(t, parts, [[answer("cut", 0x82)]]);
  assertEquals(latin1Text(await ask(server)), latin1Text(long));
  assertEquals(questions, udp ? ["udp true", "tcp true"] : ["tcp true"]);
});

test("dnsQuery() does not take an answer to another question", async (t) => {
  const good = answer("good");
  const forged = answer("forged", 0x80, [0x99, 0x99]);
  const question = answer("question", 0x00);
  const { server } = await nameServer(t, [framed(forged)], [[forged, question, Uint8Array.of(0x12), good]]);
  if (udp) assertEquals(latin1Text(await ask(server)), latin1Text(good));
  else {
    const error = await ask(server).then(() => undefined, (error) => error);
    assert(error instanceof DNSError && error.message.includes("another question"), `${error}`);
  }
});

test("dnsQuery() says that a server closes without an answer", async (t) => {
  const { server } = await nameServer(t, [], [[answer("cut", 0x82)]]);
  const error = await ask(server).then(() => undefined, (error) => error);
  assert(error instanceof DNSError, `${error}`);
  assert(error.message.startsWith(`Cannot ask the name server ${server}: `), error.message);
});

test("dnsQuery() says that nothing listens", async (t) => {
  watchLeaks(t);
  const { port, close } = await rawServer();
  await close();
  const error = await ask(`127.0.0.1:${port}`).then(() => undefined, (error) => error);
  assert(error instanceof DNSError, `${error}`);
});

test("dnsQuery() that nobody answers is cancelled and leaves nothing", async (t) => {
  watchLeaks(t);
  const silent = await rawServer();
  t.after(() => silent.close());
  const { createSocket } = process.getBuiltinModule("node:dgram") as unknown as {
    createSocket(type: string): Datagram;
  };
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind({ port: silent.port, address: "127.0.0.1" }, resolve));
  t.after(() => new Promise<void>((resolve) => socket.close(resolve)));
  const cancel = new CancelToken();
  const reason = new Error("enough");
  const pending = ask(`127.0.0.1:${silent.port}`, cancel).then(() => undefined, (error) => error);
  await new Promise((resolve) => setTimeout(resolve, 50));
  cancel.cancel(reason);
  assert(await pending === reason);
  assertEquals(cancel.listenerCount, 0);
  const late = await ask(`127.0.0.1:${silent.port}`, cancel).then(() => undefined, (error) => error);
  assert(late === reason);
});

test("parseDnsServer() reads every form of an address", () => {
  assertEquals(parseDnsServer("192.0.2.1"), { host: "192.0.2.1", port: 53 });
  assertEquals(parseDnsServer("192.0.2.1:5353"), { host: "192.0.2.1", port: 5353 });
  assertEquals(parseDnsServer("[2001:db8::1]:5353"), { host: "2001:db8::1", port: 5353 });
  assertEquals(parseDnsServer("[2001:db8::1]"), { host: "2001:db8::1", port: 53 });
  assertEquals(parseDnsServer("2001:db8::1"), { host: "2001:db8::1", port: 53 });
});

test("isAnswerTo() and isTruncated() look at the head of a message", () => {
  assertEquals(isAnswerTo(QUERY, answer("x")), true);
  for (const wrong of [answer("x", 0x00), answer("x", 0x80, [0, 0]), answer("").subarray(0, 11), new Uint8Array(0)]) {
    assertEquals(isAnswerTo(QUERY, wrong), false);
  }
  assertEquals([isTruncated(answer("x", 0x82)), isTruncated(answer("x"))], [true, false]);
});
