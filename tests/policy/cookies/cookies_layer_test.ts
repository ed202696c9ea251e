import { assertEquals, assertRejects } from "@std/assert";
import type { CookieSource } from "../../../src/core/cookie_source.ts";
import { CookieJar } from "../../../src/policy/cookies/cookie_jar.ts";
import { cookiesLayer } from "../../../src/policy/cookies/cookies_layer.ts";
import { redirectLayer } from "../../../src/policy/redirect.ts";
import { type Reply, requestOf, TestCall } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";
import { resolveRedirect } from "../../../src/client/redirect_options.ts";

const HOME = "https://a.test/dir/page";
const redirect = resolveRedirect({})!;

/** A jar that has loaded what it loads, which no clock of a test waits for. */
async function readyJar(): Promise<CookieJar> {
  const jar = new CookieJar();
  await jar.ready();
  return jar;
}

const sentCookies = (call: TestCall): (string | null)[] =>
  call.net.requests.map(({ headers }) => headers.get("cookie"));

test("cookiesLayer sends the jar's cookies and keeps each Set-Cookie", async () => {
  const cookies = await readyJar();
  cookies.set("a=1; Path=/", HOME);
  const reply: Reply = { headers: [["Set-Cookie", "b=2"], ["set-cookie", "c=3; Path=/"]] };
  const call = new TestCall([reply], { cookies });
  await call.send(requestOf("GET", HOME), cookiesLayer);
  assertEquals(sentCookies(call), ["a=1"]);
  assertEquals(cookies.cookieHeader(HOME), "b=2; a=1; c=3");
});

test("cookiesLayer leaves a request alone that has no cookies to send", async () => {
  const call = new TestCall([{}], { cookies: await readyJar() });
  const request = requestOf("GET", HOME);
  await call.send(request, cookiesLayer);
  assertEquals(call.net.requests[0] === request, true);
});

test("cookiesLayer stores a cookie of a redirect and sends it on the next hop", async () => {
  const replies = [{ status: 302, headers: { Location: "/next", "Set-Cookie": "hop=1; Path=/" } }, {}];
  const call = new TestCall(replies, { cookies: await readyJar(), redirect });
  await call.send(requestOf("GET", HOME), redirectLayer, cookiesLayer);
  assertEquals(sentCookies(call), [null, "hop=1"]);
});

test("cookiesLayer stores the cookie of a challenge", async () => {
  const cookies = await readyJar();
  const call = new TestCall([{ status: 401, headers: { "Set-Cookie": "session=1" } }], { cookies });
  await call.send(requestOf("GET", HOME), cookiesLayer);
  assertEquals(cookies.cookieHeader(HOME), "session=1");
});

test("cookiesLayer merges the caller's field, the call's own cookies and the jar's, in that order", async () => {
  const cookies = await readyJar();
  cookies.store(HOME, ["a=jar", "b=jar", "c=jar"]);
  const call = new TestCall([{}], { cookies, ownCookies: "b=own; d=own" });
  await call.send(requestOf("GET", HOME, [["Cookie", "a=header"], ["X", "1"], ["Cookie", "e=header"]]), cookiesLayer);
  assertEquals(sentCookies(call), ["a=header; e=header; b=own; d=own; c=jar"]);
  assertEquals(call.net.requests[0]!.headers.getAll("cookie").length, 1);
});

test("cookiesLayer sends the call's own cookies without a jar", async () => {
  const call = new TestCall([{ headers: { "Set-Cookie": "x=1" } }], { ownCookies: "a=1" });
  await call.send(requestOf("GET", HOME), cookiesLayer);
  assertEquals(sentCookies(call), ["a=1"]);
});

test("cookiesLayer sends the call's own cookies again on a hop of the same origin", async () => {
  const call = new TestCall([{ status: 307, headers: { Location: "/other" } }, {}], { ownCookies: "a=1", redirect });
  await call.send(requestOf("GET", HOME), redirectLayer, cookiesLayer);
  assertEquals(sentCookies(call), ["a=1", "a=1"]);
});

for (
  const [what, away] of [["host", "https://b.test/"], ["port", "https://a.test:8443/"], [
    "host below",
    "https://x.a.test/",
  ]]
) {
  test(`cookiesLayer keeps the call's own cookies from another ${what}, and from home after it`, async () => {
    const replies = [{ status: 302, headers: { Location: away! } }, { status: 302, headers: { Location: HOME } }, {}];
    const call = new TestCall(replies, { ownCookies: "secret=1", redirect });
    await call.send(requestOf("GET", "https://a.test/start"), redirectLayer, cookiesLayer);
    assertEquals(sentCookies(call), ["secret=1", null, null]);
  });
}

test("cookiesLayer waits for the source before the first request", async () => {
  let pending: Promise<void> | undefined = Promise.resolve().then(() => pending = undefined);
  const log: string[] = [];
  const cookies: CookieSource = {
    ready: () => pending,
    cookieHeader: () => `ready=${pending === undefined}`,
    store: (url, setCookies) => void log.push(`${url.href} ${setCookies}`),
  };
  const call = new TestCall([{ headers: { "Set-Cookie": "a=1" } }], { cookies });
  await call.send(requestOf("GET", HOME), cookiesLayer);
  assertEquals([sentCookies(call), log], [["ready=true"], [`${HOME} a=1`]]);
});

test("cookiesLayer ends its wait for a store with the call", async () => {
  const cookies = new CookieJar({ store: { load: () => new Promise(() => {}), onChange: () => {} } });
  const call = new TestCall([{}], { cookies, timeout: { total: 1_000 } });
  await assertRejects(() => call.send(requestOf("GET", HOME), cookiesLayer), Error, "total limit of 1000 ms");
  assertEquals([call.net.requests.length, call.held.listeners], [0, 0]);
});

test("cookiesLayer lets go of the response when the source fails to store", async () => {
  const cookies: CookieSource = {
    ready: () => undefined,
    cookieHeader: () => "",
    store: () => {
      throw new Error("disk full");
    },
  };
  const call = new TestCall([{ headers: { "Set-Cookie": "a=1" }, body: ["part", "stall"] }], { cookies });
  await assertRejects(() => call.send(requestOf("GET", HOME), cookiesLayer), Error, "disk full");
  assertEquals(call.net.bodies.map(({ ended }) => ended), ["cancelled"]);
});
