/** HTTP/2 through pool and engine, against a server whose every frame is written down. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { LocalProtocolError, RemoteProtocolError, SocketError, TimeoutError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { data, frame, goAway, join, reset, windowUpdate } from "../support/h2_peer.ts";
import { test } from "../support/suite.ts";
import { bytesBody, engine, ok, partsBody, serving } from "./engine_kit.ts";
import { answerAll, h2Plan, h2Sent, okFrames, requestOf, sentTo } from "./h2_kit.ts";

test("concurrent first calls make one connection, and their heads leave in one write", async (t) => {
  const e = engine(t, [h2Plan(answerAll)]);
  const answers = await Promise.all(Array.from({ length: 20 }, () => e.get(h2Sent())));
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
  assertEquals(answers.map(({ response }) => response.httpVersion)[0], "2");
  assertEquals(answers[0]!.response.connection!.protocol, "h2");
  assertEquals(e.net.peers.length, 1);
  assertEquals(e.net.peers[0]!.writes.filter((bytes) => bytes.length > 100).length, 1);
});

test("a server without HTTP/2 gets HTTP/1.1 on the same socket, and is remembered for it", async (t) => {
  const e = engine(t, () => ({ ...serving(), alpn: "http/1.1" }));
  assertEquals((await e.get(h2Sent())).response.httpVersion, "1.1");
  assertEquals(e.net.peers.length, 1);
  await Promise.all([e.get(h2Sent()), e.get(h2Sent())]);
  assertEquals(e.net.peers.length, 2);
});

test("in clear text HTTP/2 is spoken by prior knowledge alone", async (t) => {
  const e = engine(t, [h2Plan(answerAll), serving(ok("plain"))]);
  const prior = await e.get({ url: "http://a.test/", settings: { http2: "prior-knowledge" } });
  const plain = await e.get({ url: "http://a.test/", settings: { http2: true } });
  assertEquals([prior.response.httpVersion, plain.response.httpVersion], ["2", "1.1"]);
});

test("what turns a connection into something else goes over HTTP/1.1", async (t) => {
  const e = engine(t, [{ ...serving(), alpn: "http/1.1" }]);
  const headers = { Connection: "upgrade", Upgrade: "websocket" };
  assertEquals((await e.get(h2Sent({ headers }))).response.httpVersion, "1.1");
  assertEquals(e.net.peers[0]!.handshakes[0]!.alpn, ["http/1.1"]);
});

test("no more streams are open than the server takes; the rest wait for them", async (t) => {
  const open = new Set<number>();
  let most = 0;
  const e = engine(t, [h2Plan((line, { peer, h2 }) => {
    const stream = requestOf(line);
    if (stream === undefined) return undefined;
    open.add(stream);
    most = Math.max(most, open.size);
    queueMicrotask(() => {
      open.delete(stream);
      peer.send(okFrames(h2, stream));
    });
    return undefined;
  }, [[3, 2]])]);
  await e.get(h2Sent());
  const answers = await Promise.all(Array.from({ length: 9 }, () => e.get(h2Sent())));
  assertEquals([answers.length, most, e.net.peers.length], [9, 2, 1]);
});

test("a POST that the server refused is sent again, five times at most", async (t) => {
  let refusals = 2;
  const e = engine(t, [h2Plan((line, { h2 }) => {
    const stream = requestOf(line);
    if (stream === undefined) return undefined;
    return refusals-- > 0 ? reset(stream, 7) : okFrames(h2, stream);
  })]);
  const sent = h2Sent({ method: "POST", body: bytesBody("x") });
  const answer = await e.get(sent);
  assertEquals([answer.text, answer.call.attempts.map(({ cause }) => cause)], ["hello", ["first", "resend", "resend"]]);
  refusals = Infinity;
  const error = await assertRejects(() => e.get(sent), SocketError);
  assertEquals([error.code, error.progress, error.retryable], ["H2_REFUSED_STREAM", "unsent", true]);
});

test("a head larger than the server takes fails before it is sent, and leaves the connection whole", async (t) => {
  const e = engine(t, [h2Plan(answerAll, [[3, 100], [6, 400]])]);
  assertEquals((await e.get(h2Sent())).text, "stream 1");
  const headers = HeaderList.from({ "X-Large": "x".repeat(300) });
  const error = await assertRejects(() => e.get(h2Sent({ headers })), LocalProtocolError);
  const size = /its head has (\d+) bytes, the server takes at most 400 /.exec(error.message)?.[1];
  assert(Number(size) > 400 && Number(size) < 600, error.message);
  assertEquals([error.progress, error.retryable], ["unsent", false]);
  assertEquals([(await e.get(h2Sent())).text, e.net.peers.length], ["stream 3", 1]);
});

test("trailers larger than the server takes end the request, and leave the connection whole", async (t) => {
  const e = engine(t, [
    h2Plan((line, peer) => line.startsWith("HEADERS 1 ") ? undefined : answerAll(line, peer), [[3, 100], [6, 400]]),
  ]);
  const trailers = (): HeaderList => HeaderList.from({ "X-Large": "x".repeat(400) });
  const body = partsBody(["ab"], { trailers });
  const error = await assertRejects(() => e.get(h2Sent({ method: "POST", body })), LocalProtocolError);
  assert(error.message.includes("its trailers have 439 bytes, the server takes at most 400 "), error.message);
  assertEquals([error.progress, error.retryable], ["sent", false]);
  assertEquals(sentTo(e).at(-1), "RST_STREAM 1 0 4");
  assertEquals([(await e.get(h2Sent())).text, e.net.peers.length], ["stream 3", 1]);
});

test("GOAWAY: what was not processed goes elsewhere, POST included; what was, ends here", async (t) => {
  let first = true;
  const e = engine(t, [
    h2Plan((line, { h2 }) => {
      const stream = requestOf(line);
      if (stream !== 3 || !first) return undefined;
      first = false;
      return join(goAway(1, 0), okFrames(h2, 1, "old"));
    }),
    h2Plan((line, { h2 }) => requestOf(line) === undefined ? undefined : okFrames(h2, requestOf(line)!, "new")),
  ]);
  const sent = h2Sent({ method: "POST", body: bytesBody("x") });
  const answers = await Promise.all([e.get(sent), e.get(sent)]);
  assertEquals(answers.map(({ text }) => text), ["old", "new"]);
  assertEquals([e.net.peers.length, e.net.peers[0]!.closed], [2, true]);
});

test("a request that the server may have processed is not sent again when the connection dies", async (t) => {
  const e = engine(t, [h2Plan((line, { peer }) => {
    if (requestOf(line) !== undefined) peer.rst();
    return undefined;
  })]);
  const error = await assertRejects(() => e.get(h2Sent({ method: "POST", body: bytesBody("x") })), SocketError);
  assertEquals([error.progress, e.net.peers.length], ["sent", 1]);
});

test("a GET on a connection that had served before is sent again when that dies", async (t) => {
  const e = engine(t, [
    h2Plan((line, server) => {
      if (requestOf(line) === 3) server.peer.rst();
      return requestOf(line) === 1 ? answerAll(line, server) : undefined;
    }),
    h2Plan(answerAll),
  ]);
  await e.get(h2Sent());
  assertEquals((await e.get(h2Sent())).text, "stream 1");
  assertEquals(e.net.peers.length, 2);
});

test("a call that is cancelled resets its stream and leaves the others whole", async (t) => {
  const e = engine(t, [h2Plan((line, { h2 }) => line.startsWith("RST_STREAM 1 ") ? okFrames(h2, 3) : undefined)]);
  const [one, two] = [e.start(h2Sent()), e.get(h2Sent())];
  await e.clock.tick();
  one.cancel.abort();
  await assertRejects(() => one.response);
  assertEquals((await two).text, "hello");
  assert(sentTo(e).some((line) => line === "RST_STREAM 1 0 4"));
});

test("a broken rule on a stream fails that call, one of the connection fails all, each with the code", async (t) => {
  const e = engine(t, [h2Plan((line, { h2 }) => {
    const stream = requestOf(line);
    if (stream === 1) return h2.head(1, [[":status", "abc"]], true);
    return stream === 5 ? frame(6, 0, 0, new Uint8Array(7)) : undefined;
  })]);
  const first = await assertRejects(() => e.get(h2Sent()), RemoteProtocolError);
  assertEquals(first.code, "H2_PROTOCOL_ERROR");
  const calls = [e.get(h2Sent()), e.get(h2Sent())];
  const errors = await Promise.all(calls.map((call) => assertRejects(() => call, RemoteProtocolError)));
  assertEquals(errors.map(({ code }) => code), ["H2_FRAME_SIZE_ERROR", "H2_FRAME_SIZE_ERROR"]);
  assert(errors[0] !== errors[1]);
  assert(e.net.peers[0]!.closed);
});

test("limits run per stream: the head that does not come, and then the server that does not answer PING", async (t) => {
  const e = engine(t, [h2Plan(() => undefined)]);
  const short = e.start(h2Sent({ settings: { timeout: { head: 1_000 } } }));
  const long = e.start(h2Sent({ method: "POST", body: bytesBody("x") }));
  const failed = assertRejects(() => short.response, TimeoutError);
  const lost = assertRejects(() => long.response, SocketError);
  await e.clock.tick(1_000);
  assertEquals((await failed).phase, "head");
  assert(sentTo(e).some((line) => line.startsWith("PING 0 0")));
  await e.clock.tick(10_000);
  assertEquals((await lost).code, "H2_PING_TIMEOUT");
});

test("bodies whose frames come in one read are told apart, and each is whole before its end or failure", async (t) => {
  const e = engine(t, [h2Plan((line, { h2 }) => {
    if (requestOf(line) !== 5) return undefined;
    const head = (stream: number): Uint8Array => h2.head(stream, [[":status", "200"], ["content-length", "6"]]);
    return join(
      ...[1, 3, 5].map(head),
      ...[data(1, "on"), data(1, "e1"), data(3, "th"), data(1, "11", true), data(3, "ree"), data(5, "five")],
      ...[data(3, "3", true), data(5, "555", true)],
    );
  })]);
  const [one, three, five] = await Promise.allSettled([1, 3, 5].map(() => e.get(h2Sent())));
  const texts = [one, three].map((each) => each!.status === "fulfilled" ? each!.value.text : each!.reason);
  assertEquals(texts, ["one111", "three3"]);
  assert(five!.status === "rejected" && five!.reason.message.includes("more bytes than content-length says"));
});

test("a body waits for the windows of the server, and then goes on", async (t) => {
  const e = engine(t, [h2Plan((line, { h2 }) => {
    if (line === "DATA 1 0 5") return join(windowUpdate(1, 100));
    return /^DATA 1 1 /.test(line) ? okFrames(h2, 1) : undefined;
  }, [[4, 5]])]);
  const progress: number[] = [];
  const settings = { onUploadProgress: ({ bytes }: { bytes: number }) => void progress.push(bytes) };
  const answer = await e.get(h2Sent({ method: "POST", body: bytesBody("hello, world"), settings }));
  assertEquals([answer.text, progress], ["hello", [5, 12]]);
});

test("a body in parts and its trailers; 1xx and trailers of the response", async (t) => {
  const e = engine(t, [h2Plan((line, { h2 }) => {
    if (line.startsWith("HEADERS 1 4")) return h2.head(1, [[":status", "103"], ["link", "x"]]);
    if (!line.startsWith("HEADERS 1 5")) return undefined;
    return join(h2.head(1, [[":status", "200"]]), data(1, "hi"), h2.head(1, [["x-sum", "1"]], true));
  })]);
  const trailers = (): HeaderList => HeaderList.from({ "X-T": "1" });
  const answer = await e.get(h2Sent({ method: "POST", body: partsBody(["ab", "cd"], { trailers }) }));
  assertEquals([answer.text, answer.response.live!.trailers!.get("x-sum")], ["hi", "1"]);
  assertEquals(sentTo(e).slice(-3).map((line) => line.replace(/^(HEADERS 1 5) \d+/, "$1")), [
    "DATA 1 0 2",
    "DATA 1 0 2",
    "HEADERS 1 5 x-t=1",
  ]);
  assert(answer.events.some((line) => line.startsWith("head#1 status=103")));
});

test("a consumer that does not read gets no more than its window, and holds nobody else up", async (t) => {
  const piece = new Uint8Array(16_384);
  const e = engine(t, [h2Plan((line, { h2 }) => {
    const stream = requestOf(line);
    if (stream === 3) return okFrames(h2, 3);
    if (stream !== 1) return undefined;
    return join(h2.head(1, [[":status", "200"]]), ...Array.from({ length: 16 }, () => data(1, piece)));
  })]);
  const slow = e.start(h2Sent());
  const response = await e.clock.until(slow.response);
  await e.clock.tick();
  assert(!sentTo(e).some((line) => line.startsWith("WINDOW_UPDATE 1 ")));
  assertEquals((await e.get(h2Sent())).text, "hello");
  const { live } = response;
  while (live!.received < 16 * piece.length || (await live!.read())!.length > 0) {
    if (sentTo(e).some((line) => line.startsWith("WINDOW_UPDATE 1 "))) break;
    await live!.read();
    await e.clock.tick();
  }
  assert(sentTo(e).some((line) => line.startsWith("WINDOW_UPDATE 1 ")));
  live!.cancel();
});

test("the events of a call are those of HTTP/1.1", async (t) => {
  const run = async (sent: ReturnType<typeof h2Sent>, plan: ReturnType<typeof h2Plan>): Promise<string[]> => {
    const e = engine(t, [plan]);
    const { events } = await e.get(sent);
    return events.map((line) => line.split(/[# ]/)[0]!);
  };
  const h1 = await run({ url: "https://a.test/" }, { ...serving(), alpn: "http/1.1" });
  assertEquals(await run(h2Sent(), h2Plan(answerAll)), h1);
});

test("the host, and nothing that concerns one connection of HTTP/1.1, is in the head", async (t) => {
  const e = engine(t, [h2Plan(answerAll)]);
  const headers = { Host: "other.test", Connection: "close", Authorization: "secret", Priority: "u=1", "X-A": "1" };
  await e.get(h2Sent({ method: "POST", headers }));
  const [head, update] = sentTo(e).filter((line) => /^(HEADERS|PRIORITY)/.test(line));
  assertEquals(
    head!.replace(/^HEADERS 1 5 \d+ /, ""),
    ":method=POST :scheme=https :authority=other.test :path=/ authorization=secret priority=u=1 x-a=1 content-length=0",
  );
  assertEquals(update, "PRIORITY_UPDATE 0 0 7");
});
