import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { fetchCall, type FetchInit } from "../../src/client/web_request.ts";
import { test } from "../support/suite.ts";

const URL_TEXT = "http://a.test/x";

const asked = async (init?: FetchInit, input: string | URL | Request = URL_TEXT) => await fetchCall(input, init);
const fields = async (init?: FetchInit) => Object.fromEntries((await asked(init)).options.headers as Headers);

test("fetchCall() takes text, a URL and a Request", async () => {
  const { options, ...rest } = await asked();
  assertEquals(rest, { method: "GET", url: URL_TEXT });
  assertEquals([[...options.headers as Headers], options.raiseForStatus], [[], false]);
  assertEquals((await asked({}, new URL(URL_TEXT))).url, new URL(URL_TEXT));
  const request = new Request(URL_TEXT, { method: "PUT", body: "hi", headers: { "x-a": "1" }, redirect: "manual" });
  const call = await asked(undefined, request);
  assertEquals([call.method, call.url, call.options.redirect], ["PUT", URL_TEXT, false]);
  assertEquals((call.options.headers as Headers).get("x-a"), "1");
  assertEquals(call.options.body, new TextEncoder().encode("hi"));
});

test("fetchCall() lays init upon a Request", async () => {
  const request = new Request(URL_TEXT, { method: "POST", body: "old", headers: { "x-a": "1" } });
  const { signal } = new AbortController();
  const call = await asked({ method: "PUT", body: "new", headers: { "x-b": "2" }, redirect: "error", signal }, request);
  assertEquals([call.method, call.options.body], ["PUT", "new"]);
  assertEquals([...call.options.headers as Headers], [["x-b", "2"]]);
  assertStrictEquals(call.options.signal, signal);
  assertEquals(typeof (call.options.redirect as { policy: unknown }).policy, "function");
});

test("fetchCall() takes no signal where init says null", async () => {
  const request = new Request(URL_TEXT, { signal: new AbortController().signal });
  assertEquals((await asked({ signal: null }, request)).options.signal, undefined);
});

const DROPPED = ["Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "TE", "Trailer", "Upgrade"];

for (const name of [...DROPPED, "Transfer-Encoding"]) {
  test(`fetchCall() leaves ${name} to the engine`, async () => {
    assertEquals(await fields({ headers: { [name]: "1", "x-kept": "1" } }), { "x-kept": "1" });
  });
}

const CACHES: readonly [cache: RequestCache, fields: Record<string, string>][] = [
  ["default", {}],
  ["force-cache", {}],
  ["no-cache", { "cache-control": "max-age=0" }],
  ["no-store", { "cache-control": "no-cache", pragma: "no-cache" }],
  ["reload", { "cache-control": "no-cache", pragma: "no-cache" }],
];

for (const [cache, wanted] of CACHES) {
  test(`fetchCall() asks caches on the way for what "${cache}" means`, async () => {
    assertEquals(await fields({ cache }), wanted);
  });
}

test("fetchCall() leaves a cache field alone that the caller set", async () => {
  assertEquals(await fields({ cache: "no-cache", headers: { "cache-control": "max-age=5" } }), {
    "cache-control": "max-age=5",
  });
});

test("fetchCall() sends neither cookies nor credentials where they are omitted", async () => {
  const { options } = await asked({ credentials: "omit" });
  assertEquals([options.cookies, options.auth], [false, null]);
  assertEquals("cookies" in (await asked({ credentials: "include" })).options, false);
});

const AS_TEXT: readonly [value: unknown, text: string][] = [
  [5, "5"],
  [false, "false"],
  [{ a: 1 }, "[object Object]"],
  [["a", "b"], "a,b"],
];

for (const [value, text] of AS_TEXT) {
  test(`fetchCall() takes ${JSON.stringify(value)} as text, as the web does`, async () => {
    assertEquals((await asked({ method: "POST", body: value as BodyInit })).options.body, text);
  });
}

const REFUSED: readonly [what: string, init: unknown, message: string][] = [
  ["a body for GET", { body: "x" }, "GET is given a body"],
  ["a body for HEAD", { method: "HEAD", body: "x" }, "HEAD is given a body"],
  ["CONNECT", { method: "CONNECT" }, "the method is CONNECT"],
  ["trace", { method: "trace" }, "the method is trace"],
  ["an unknown redirect", { redirect: "sometimes" }, "expected one of follow, manual, error"],
  ["a cache that has nothing", { cache: "only-if-cached" }, "expected one of"],
  ["a digest it does not check", { integrity: "sha256-x" }, '"integrity" has no effect here'],
  ["another's dispatcher", { dispatcher: {} }, "expected pool, tls or proxy on the client"],
  ["another's proxy", { proxy: "http://p.test" }, "expected proxy on the client"],
  ["another's switch for TLS", { tls: { rejectUnauthorized: false } }, "expected tls on the client"],
  ["a field name that is none", { headers: { "a b": "1" } }, ""],
  ["an init that is none", "GET", "init is not an object"],
];

for (const [what, init, message] of REFUSED) {
  test(`fetchCall() refuses ${what}`, async () => {
    await assertRejects(async () => await asked(init as FetchInit), TypeError, message);
  });
}

test("fetchCall() refuses a Request whose body was read", async () => {
  const request = new Request(URL_TEXT, { method: "POST", body: "x" });
  await request.text();
  await assertRejects(async () => await asked(undefined, request), TypeError, "was read");
});
