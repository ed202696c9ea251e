import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { Coding } from "../../src/core/runtime.ts";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { DecodeError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { collectLayer } from "../../src/policy/collect.ts";
import { acceptEncoding, decideDecoding, decodeLayer } from "../../src/policy/decode.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { RetryPlanner } from "../../src/policy/retry_planner.ts";
import { coded, WatchedCodecs } from "../support/codings.ts";
import { encode } from "../support/bodies.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test, type TestContext } from "../support/suite.ts";

const GET = requestOf("GET", "https://a.example/");
const SETTINGS = { accept: ["gzip"] as const, maxLayers: 2, maxRatio: 200, ratioFloor: 1_048_576 };
const ALL: readonly Coding[] = ["zstd", "br", "gzip", "deflate"];

type Row = readonly [
  name: string,
  values: readonly string[],
  expected: string,
  also?: { status?: number; method?: string },
];

const ROWS: readonly Row[] = [
  ["none", [], "let be"],
  ["gzip", ["gzip"], "gzip"],
  ["any case", ["GZip"], "gzip"],
  ["x-gzip", ["x-gzip"], "gzip"],
  ["deflate", ["deflate"], "deflate"],
  ["br", ["br"], "br"],
  ["zstd", ["zstd"], "zstd"],
  ["identity", ["identity"], "let be"],
  ["identity among others", ["identity, gzip, identity"], "gzip"],
  ["empty members", [", gzip,,"], "gzip"],
  ["empty", [""], "let be"],
  ["two: the last one applied is undone first", ["gzip, br"], "br gzip"],
  ["two lines count together", ["gzip", "br"], "br gzip"],
  ["three", ["gzip, gzip, gzip"], "refused"],
  ["three over lines", ["gzip", "gzip", "gzip"], "refused"],
  ["twenty lines", new Array<string>(20).fill("gzip"), "refused"],
  ["three, one unknown", ["gzip, foo, gzip"], "refused"],
  ["many identities", [new Array<string>(50).fill("identity").join()], "let be"],
  ["unknown", ["foo"], "let be"],
  ["unknown on top", ["gzip, foo"], "let be"],
  ["unknown below", ["foo, gzip"], "let be"],
  ["name of an object's member", ["__proto__"], "let be"],
  ["constructor", ["constructor"], "let be"],
  ["HEAD", ["gzip"], "let be", { method: "HEAD" }],
  ["part of a body", ["gzip"], "let be", { status: 206 }],
  ["error status", ["gzip"], "gzip", { status: 500 }],
];

function decide(
  values: readonly string[],
  { status = 200, method = "GET" }: { status?: number; method?: string } = {},
  known: readonly Coding[] = ALL,
): string {
  const headers = HeaderList.from(values.map((value) => ["Content-Encoding", value] as const));
  const decoding = decideDecoding(
    { status, headers, request: requestOf(method, "https://a.example/") },
    known,
    SETTINGS,
  );
  if (decoding === undefined) return "let be";
  return "refusal" in decoding ? "refused" : decoding.undo.join(" ");
}

test("decideDecoding() reads the chain of codings", () => {
  for (const [name, values, expected, also] of ROWS) assertEquals(decide(values, also), expected, name);
});

test("decideDecoding() lets be what the runtime cannot undo", () => {
  assertEquals([decide(["zstd"], {}, ["gzip"]), decide(["gzip"], {}, ["gzip"])], ["let be", "gzip"]);
});

test("acceptEncoding() names the codings in order", () => {
  assertEquals(acceptEncoding({ ...SETTINGS, accept: ["zstd", "br", "gzip"] }), "zstd, br, gzip");
  assertEquals(acceptEncoding({ ...SETTINGS, accept: [] }), "");
});

function start(t: TestContext, reply: Reply, given: object = {}, streamed = false): TestCall {
  const test = new TestCall([reply], { decode: SETTINGS, ...given }, { streamed });
  watchLeaks(t, () => test.held);
  return test;
}

const collect = collectLayer(new RetryPlanner());
const gzip = { "Content-Encoding": "gzip" };

test("decodeLayer() undoes the coding and leaves the fields as they came", async (t) => {
  const body = await coded(encode("hello"), "gzip");
  const headers = { ...gzip, "Content-Length": String(body.length) };
  const test = start(t, { headers, body: [body], announced: true });
  const response = await test.start(GET, collect, decodeLayer(new WatchedCodecs()));
  assertEquals(response.text(), "hello");
  assertEquals([response.headers.get("content-encoding"), response.headers.get("content-length")], [
    "gzip",
    `${body.length}`,
  ]);
});

test("decodeLayer() does not touch what is in no coding", async (t) => {
  const codecs = new WatchedCodecs();
  const test = start(t, { body: ["x"] }, {}, true);
  const response = await test.start(GET, decodeLayer(codecs));
  assertStrictEquals(response.live, test.net.bodies[0]!);
  response.live!.cancel();
  for (const given of [{ decode: null }, {}]) {
    const off = start(t, { headers: gzip, ...(given.decode === null ? { body: ["x"] } : {}) }, given, true);
    const response = await off.start(GET, decodeLayer(codecs));
    const { live } = response;
    assertStrictEquals(live as unknown, off.net.bodies[0] ?? null);
    live?.cancel();
  }
  assertEquals(codecs.log, []);
});

test("decodeLayer() hands out a body in an unknown coding as it came", async (t) => {
  const test = start(t, { headers: { "Content-Encoding": "foo" }, body: "as it is" });
  const response = await test.start(GET, collect, decodeLayer(new WatchedCodecs()));
  assertEquals([response.text(), response.headers.get("content-encoding")], ["as it is", "foo"]);
});

test("decodeLayer() takes an empty body for what it is", async (t) => {
  for (const body of [[], [new Uint8Array(0)]]) {
    const test = start(t, { headers: gzip, body });
    assertEquals((await test.start(GET, collect, decodeLayer(new WatchedCodecs()))).text(), "");
  }
});

test("decodeLayer() refuses a chain that is too long when the body is read", async (t) => {
  const headers = { "Content-Encoding": "gzip, gzip, gzip" };
  const codecs = new WatchedCodecs();
  const buffered = start(t, { headers, body: ["raw"] });
  const error = await assertRejects(() => buffered.start(GET, collect, decodeLayer(codecs)), DecodeError);
  assertStringIncludes(error.message, "decompress.maxLayers");
  assertEquals(buffered.net.bodies[0]!.ended, "cancelled");
  const streamed = start(t, { headers, body: ["raw"] }, {}, true);
  const response = await streamed.start(GET, decodeLayer(codecs));
  await assertRejects(() => Promise.resolve(response.live!.read()), DecodeError);
  await assertRejects(() => Promise.resolve(response.live!.read()), DecodeError);
  assertEquals([streamed.net.bodies[0]!.ended, codecs.log], ["cancelled", []]);
});

test("decodeLayer() decodes nothing of a redirect, whatever its coding", async (t) => {
  for (const coding of ["gzip", "gzip, gzip, gzip"]) {
    const codecs = new WatchedCodecs();
    const headers = { Location: "/next", "Content-Encoding": coding };
    const test = new TestCall([{ status: 302, headers, body: ["not gzip at all"] }, { body: "done" }], {
      decode: SETTINGS,
      redirect: resolveRedirect({}),
    });
    watchLeaks(t, () => test.held);
    const response = await test.send(GET, redirectLayer, collect, decodeLayer(codecs));
    assertEquals([response.text(), codecs.log], ["done", []]);
    assertEquals(test.net.bodies[0]!.log, ["discard 65536"]);
  }
});
