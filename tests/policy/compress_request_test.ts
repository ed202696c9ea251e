import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Coding } from "../../src/core/runtime.ts";
import { BodyError } from "../../src/errors.ts";
import type { Body } from "../../src/http/body.ts";
import { BytesBody, FactoryBody, OnceBody } from "../../src/http/bodies/kinds.ts";
import { IteratorReader } from "../../src/http/bodies/readers.ts";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { compressLayer, isCompressible, isRefused } from "../../src/policy/compress_request.ts";
import { NodeCodecs } from "../../src/net/codecs.ts";
import { chunksOf, encode } from "../support/bodies.ts";
import { codings, noise, prose, undone, WatchedCodecs } from "../support/codings.ts";
import { watchLeaks } from "../support/leaks.ts";
import { join } from "../support/live_body.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const URL_ = "https://a.example/";
const KIB = 1024;
const zlib = new NodeCodecs();

function start(t: TestContext, compress: Coding | null = "gzip", replies: readonly Reply[] = [{}]): TestCall {
  const test = new TestCall(replies, { compress });
  watchLeaks(t, () => test.held);
  return test;
}

function bytesBody(bytes: Uint8Array): BytesBody {
  return new BytesBody(bytes, "text/plain", "text");
}

function onceBody(parts: readonly (Uint8Array | Error)[]): OnceBody {
  return new OnceBody("a generator", () =>
    new IteratorReader((function* () {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield part;
      }
    })()));
}

async function plainOf(body: Body, coding: Coding): Promise<Uint8Array> {
  return undone(join(await chunksOf(body)), coding);
}

test("compressLayer() codes a body and says so", async (t) => {
  for (const coding of codings()) {
    for (const size of [2 * KIB, 300 * KIB]) {
      const plain = prose(size);
      const test = start(t, coding);
      await test.start(
        requestOf("POST", URL_, { "Content-Length": `${size}` }, bytesBody(plain)),
        compressLayer(new WatchedCodecs()),
      );
      const sent = test.net.requests[0]!;
      assertEquals([sent.headers.get("content-encoding"), sent.headers.has("content-length")], [coding, false]);
      assertEquals([sent.body!.contentType, sent.body!.replayable], ["text/plain", true]);
      assertEquals(sent.body!.length !== undefined, size === 2 * KIB, "known in memory, not before it is sent");
      assert((sent.body!.length ?? 0) < size);
      assertEquals(await plainOf(sent.body!, coding), plain);
      assertEquals(await plainOf(sent.body!, coding), plain, "again");
    }
  }
});

test("compressLayer() leaves alone what is coded, empty, absent or would grow", async (t) => {
  const rows: readonly [name: string, headers: HeadersInput, body: Body | null, compress: Coding | null][] = [
    ["coded", { "content-encoding": "br" }, bytesBody(prose(2 * KIB)), "gzip"],
    ["empty", {}, bytesBody(new Uint8Array(0)), "gzip"],
    ["absent", {}, null, "gzip"],
    ["noise", {}, bytesBody(noise(2 * KIB)), "gzip"],
    ["tiny", {}, bytesBody(encode("x")), "gzip"],
    ["off", {}, bytesBody(prose(2 * KIB)), null],
  ];
  for (const [name, headers, body, compress] of rows) {
    const test = start(t, compress);
    const request = requestOf("POST", URL_, headers, body);
    await test.start(request, compressLayer(zlib));
    assertStrictEquals(test.net.requests[0], request, name);
  }
});

test("compressLayer() codes a body once for all attempts of a call", async (t) => {
  const codecs = new WatchedCodecs();
  const layer = compressLayer(codecs);
  const test = start(t);
  const request = requestOf("POST", URL_, {}, bytesBody(prose(2 * KIB)));
  await test.start(request, layer);
  await test.start(request, layer);
  assertEquals(codecs.log, ["encoder gzip", "close gzip"]);
  assertStrictEquals(test.net.requests[0]!.body, test.net.requests[1]!.body);
});

test("compressLayer() streams a body that is not in memory", async (t) => {
  const codecs = new WatchedCodecs();
  const plain = prose(100 * KIB);
  const test = start(t);
  const source = onceBody([plain.subarray(0, 10), plain.subarray(10, 60 * KIB), plain.subarray(60 * KIB)]);
  await test.start(requestOf("POST", URL_, {}, source), compressLayer(codecs));
  const { body } = test.net.requests[0]!;
  assertEquals([body!.replayable, body!.length, body!.kind], [false, undefined, "a generator"]);
  const chunks = await chunksOf(body!);
  assert(chunks.every((chunk) => chunk.length > 0));
  assertEquals(undone(join(chunks), "gzip"), plain);
  assertEquals(codecs.open, 0);
});

test("compressLayer() keeps a body that is made anew replayable, and its trailers", async (t) => {
  let made = 0;
  const factory = new FactoryBody(() => bytesBody(encode(`${"body ".repeat(100)}${++made}`)));
  const trailers = (): HeaderList => HeaderList.from({ Checksum: "1" });
  const body: Body = {
    contentType: null,
    length: undefined,
    bytes: undefined,
    replayable: true,
    kind: "a function",
    trailers,
    open: () => factory.open(),
  };
  const test = start(t);
  await test.start(requestOf("POST", URL_, {}, body), compressLayer(zlib));
  const sent = test.net.requests[0]!.body!;
  assertStrictEquals(sent.trailers, trailers);
  for (const n of [1, 2]) assertEquals(new TextDecoder().decode(await plainOf(sent, "gzip")).endsWith(` ${n}`), true);
});

test("compressLayer() frees its codec when the source fails or is given up", async (t) => {
  const codecs = new WatchedCodecs();
  const own = new Error("own");
  const test = start(t);
  await test.start(requestOf("POST", URL_, {}, onceBody([prose(KIB), own])), compressLayer(codecs));
  assertStrictEquals(await assertRejects(() => chunksOf(test.net.requests[0]!.body!)), own);
  assertEquals(codecs.open, 0);

  await test.start(requestOf("POST", URL_, {}, bytesBody(noise(200 * KIB))), compressLayer(codecs));
  const reader = test.net.requests[1]!.body!.open();
  const pending = reader.read();
  reader.cancel();
  await pending;
  assertEquals([await reader.read(), codecs.open], [null, 0]);
});

test("compressLayer() fails before anything is sent when the host cannot code", async (t) => {
  const own = new Error("host");
  const broken = new WatchedCodecs();
  broken.encoder = () => ({ push: () => Promise.reject(own), finish: () => Promise.reject(own), close: () => {} });
  const test = start(t);
  const error = await assertRejects(
    () => test.start(requestOf("POST", URL_, {}, bytesBody(prose(KIB))), compressLayer(broken)),
    BodyError,
    "gzip",
  );
  assertEquals([error.cause, error.progress, test.net.requests.length], [own, "unsent", 0]);
});

const refused: Reply = { status: 415, body: "no gzip" };

test("compressLayer() sends a refused body once more as it is", async (t) => {
  const test = start(t, "gzip", [refused, { status: 200 }]);
  const plain = prose(2 * KIB);
  const request = requestOf("POST", URL_, {}, bytesBody(plain));
  const response = await test.start(request, compressLayer(zlib));
  assertEquals(response.status, 200);
  assertEquals(test.net.bodies[0]!.log, ["discard 65536"]);
  assertStrictEquals(test.net.requests[1], request);
  assertEquals(test.call.attempts.map(({ cause }) => cause), ["first", "resend"]);

  const stubborn = start(t, "gzip", [{ status: 415 }]);
  assertEquals((await stubborn.start(request, compressLayer(zlib))).status, 415);
  assertEquals(stubborn.net.requests.length, 2);
});

test("compressLayer() returns the refusal when the body cannot be sent again", async (t) => {
  const test = start(t, "gzip", [{ status: 415 }]);
  const response = await test.start(requestOf("POST", URL_, {}, onceBody([prose(KIB)])), compressLayer(zlib));
  assertEquals([response.status, test.net.requests.length], [415, 1]);
});

test("isRefused() asks whether the refusal may be about the coding", () => {
  const rows: readonly [status: number, accept: string | undefined, refused: boolean][] = [
    [415, undefined, true],
    [415, "identity", true],
    [415, "br", true],
    [415, "", true],
    [415, "gzip", false],
    [415, "br, GZIP;q=0.5", false],
    [400, undefined, false],
    [200, "br", false],
  ];
  for (const [status, accept, expected] of rows) {
    const headers = accept === undefined ? HeaderList.empty : HeaderList.from({ "Accept-Encoding": accept });
    assertEquals(isRefused({ status, headers }, "gzip"), expected, `${status} ${accept}`);
  }
});

test("isCompressible() wants a body that is in no coding", () => {
  assertEquals(isCompressible(requestOf("POST", URL_, {}, bytesBody(encode("x")))), true);
  assertEquals(isCompressible(requestOf("POST", URL_, {}, onceBody([]))), true);
  assertEquals(isCompressible(requestOf("POST", URL_)), false);
});
