/**
 * Owns the attacks on what is done around a request, named by class: redirects that carry off
 * credentials or lead elsewhere (S8, S12), loops (S34), waits that a server chooses (S35); and the rows
 * of the field study that others fail (L2, L5). Bodies are attacked in `policy_bodies_test.ts`.
 * Must not know sockets.
 */

import { assert, assertEquals, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { RedirectError } from "../../src/errors.ts";
import { BytesBody } from "../../src/http/bodies/kinds.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import type { HttpRequest } from "../../src/http/request.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { encode } from "../support/bodies.ts";
import { requestOf, type TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";
import { A, Attack, to } from "./attack.ts";

const B = "https://b.example";
const SECRETS = {
  Authorization: "Bearer s3cret",
  Cookie: "sid=s3cret",
  "Proxy-Authorization": "s3cret",
  "X-API-Key": "s3cret",
};

function sentTo(attack: TestCall, origin: string): HttpRequest[] {
  return attack.net.requests.filter(({ url }) => url.origin === origin);
}

// S8: credentials across redirects; L2 is the row that nine of nine clients fail.

const ELSEWHERE: readonly [name: string, location: string][] = [
  ["other host", `${B}/`],
  ["other port", `${A}:8443/`],
  ["subdomain", "https://www.a.example/"],
  ["parent domain", "https://example/"],
  ["sibling that ends alike", "https://evila.example/"],
  ["host that begins alike", "https://a.example.evil.example/"],
  ["user info that looks like home", "https://a.example@b.example/"],
  ["user info with a password", "https://a.example:443@b.example/"],
  ["backslash", "https:\\\\b.example\\@a.example/"],
  ["backslash before at", "https://b.example\\@a.example/"],
  ["scheme-relative", "//b.example/"],
  ["scheme-relative by backslashes", "\\\\b.example/"],
  ["slash and backslash", "/\\b.example/"],
  ["tab within", "/\t/b.example/"],
  ["trailing dot", "https://a.example./"],
  ["upper case of another", "https://B.EXAMPLE/"],
  ["Cyrillic letter in UTF-8", "https://\u00d0\u00b0.example/"],
  ["full-width letter in UTF-8", "https://\u00ef\u00bd\u0082.example/"],
  ["soft hyphen in UTF-8", "https://a\u00c2\u00adb.example/"],
  ["percent-encoded host", "https://%62.example/"],
  ["address", "https://127.0.0.1/"],
  ["address in octal", "https://0177.0.0.1/"],
  ["IPv6", "https://[::1]/"],
];

test("S8, L2: no credential reaches another origin, however it is written", async (t) => {
  for (const [name, location] of ELSEWHERE) {
    for (const status of [301, 302, 303, 307, 308]) {
      const attack = new Attack(t, [to(location, status), {}]);
      await attack.get(`${A}/`, SECRETS);
      const [, second] = attack.net.requests;
      assert(second!.url.origin !== A, `${name}: ${second!.url.href}`);
      assertEquals(second!.headers.length, 0, `${name} ${status}: ${second!.url.href}`);
      assertEquals([second!.url.username, second!.url.password], ["", ""], name);
    }
  }
});

test("S8: http and https of one host are two origins", async (t) => {
  const attack = new Attack(t, [to(`${A}/`), {}]);
  await attack.get("http://a.example/", SECRETS);
  assertEquals(attack.net.requests[1]!.headers.length, 0);
});

test("S8: home by another spelling is home", async (t) => {
  for (
    const location of ["https://A.EXAMPLE/", "https://a.example:443/", "//a.example/", "/x", "https://user@a.example/"]
  ) {
    const attack = new Attack(t, [to(location), {}]);
    await attack.get(`${A}/`, SECRETS);
    assertEquals(attack.net.requests[1]!.headers.length, 4, location);
  }
});

test("S8: what was stripped does not come back on A-B-A, nor on a retry", async (t) => {
  const attack = new Attack(t, [to(`${B}/`), to(`${A}/back`), { status: 503 }, to("/on"), {}]);
  await attack.timed(requestOf("GET", `${A}/`, SECRETS));
  assertEquals(attack.net.requests.map(({ headers }) => headers.length), [4, 0, 0, 0, 0]);
});

test("S8: a body goes to another origin only if asked", async (t) => {
  const body = new BytesBody(encode("s3cret"), "text/plain", "text");
  for (const status of [307, 308]) {
    const attack = new Attack(t, [to(`${B}/`, status), {}]);
    const error = await assertRejects(() => attack.run(requestOf("POST", `${A}/`, SECRETS, body)), RedirectError);
    assertStringIncludes(error.message, "redirect.resendBody");
    assertEquals(sentTo(attack, B).length, 0);
    const asked = new Attack(t, [to(`${B}/`, status), {}], { redirect: { resendBody: true } });
    await asked.run(requestOf("POST", `${A}/`, { ...SECRETS, "Content-Type": "text/plain" }, body));
    assertEquals([...asked.net.requests[1]!.headers.keys()], ["content-type"]);
  }
});

test("S8: nothing that a server writes into Location takes a secret to another origin", async (t) => {
  const piece = fc.constantFrom(
    "https:",
    "http:",
    "/",
    "//",
    "\\",
    "@",
    "a.example",
    "b.example",
    ":443",
    ":80",
    "#",
    "?",
    ".",
    "%2f",
    " ",
    "\t",
    "[",
    "]",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const location = HeaderList.from({ L: pieces.join("") }).get("l")!;
      const attack = new Attack(t, [to(location), {}]);
      await attack.get(`${A}/dir/`, SECRETS).catch((error) => assert(error instanceof RedirectError, String(error)));
      for (const request of attack.net.requests) {
        if (request.url.origin !== A) assertEquals(request.headers.length, 0, location);
        assert(request.url.scheme === "https", location);
      }
    }),
    { numRuns: 300 },
  );
});

test("S8: a redirect that is refused tells no secret", async (t) => {
  const attack = new Attack(t, [to("http://user:s3cret@b.example/?api_key=s3cret&x=1#s3cret")]);
  const error = await assertRejects(() => attack.get(`${A}/?token=s3cret`, SECRETS), RedirectError);
  assertNotMatch(error.message, /s3cret/);
  assertNotMatch(JSON.stringify(attack.events), /s3cret/);
});

// S12: other schemes

test("S12: a redirect leads to http and https only", async (t) => {
  const locations = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "ftp://b.example/",
    "gopher://b.example/",
    "data:text/html,x",
    "javascript:alert(1)",
    "blob:https://a.example/1",
    "about:blank",
    "unix:/var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "ws://b.example/",
    "wss://b.example/",
    "view-source:https://a.example/",
    "x:https://b.example/",
  ];
  for (const location of locations) {
    for (const redirect of [{}, { allowDowngrade: true }, { policy: (): "follow" => "follow" }]) {
      const attack = new Attack(t, [to(location), {}], { redirect });
      const error = await assertRejects(() => attack.get(), RedirectError, undefined, location);
      assertStringIncludes(error.message, "expected http: or https:", location);
      assertEquals(attack.net.requests.length, 1, location);
    }
  }
});

test("S12: a redirect from https to http is refused on every hop", async (t) => {
  const attack = new Attack(t, [to("/1"), to("/2"), to("http://a.example/3"), {}]);
  await assertRejects(() => attack.get(), RedirectError, "redirect.allowDowngrade");
  assertEquals(attack.net.requests.length, 3);
});

// S34: loops

test("S34: hops and retries of one call are bounded together", async (t) => {
  let n = 0;
  const attack = new Attack(t, [() => ++n % 2 === 0 ? to(`/${n}`) : { status: 503 }], {
    retry: { max: 3, backoff: () => 0 },
  });
  const result = await attack.timed().catch((error) => error);
  assertEquals((result as HttpResponse).status, 503);
  assertEquals([attack.net.requests.length, attack.call.retries], [7, 3]);

  const endless = new Attack(t, [() => to(`/${n++}`)]);
  await assertRejects(() => endless.get(), RedirectError, "redirect.max");
  assertEquals(endless.net.requests.length, 11);
});

test("S34: a loop is found before the limit, over several hops too", async (t) => {
  const attack = new Attack(t, [({ url }) => to(url.target === "/a" ? "/b" : url.target === "/b" ? "/c" : "/a")]);
  await assertRejects(() => attack.get(`${A}/a`), RedirectError, "loop");
  assertEquals(attack.net.requests.map(({ url }) => url.target), ["/a", "/b", "/c", "/a"]);
});

// S35: waits that a server chooses; L5 is the row that parks others for an hour.

const WAITS: readonly [name: string, headers: Record<string, string>][] = [
  ["L5: an hour", { "Retry-After": "3600" }],
  ["a lifetime", { "Retry-After": "9999999999" }],
  ["past all numbers", { "Retry-After": "1".repeat(400) }],
  ["a far date", { "Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT" }],
  ["a far date, Date far behind", {
    "Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT",
    Date: "Thu, 01 Jan 1970 00:00:00 GMT",
  }],
  ["draft", { RateLimit: '"a";r=0;t=999999999' }],
  ["draft by policy", { RateLimit: '"a";r=0', "RateLimit-Policy": '"a";w=86400' }],
  ["X", { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800" }],
  ["X in milliseconds", { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999999999" }],
];

test("S35, L5: a wait over the cap ends the call at once", async (t) => {
  for (const [name, headers] of WAITS) {
    const attack = new Attack(t, [{ status: 429, headers, body: "later" }]);
    const started = attack.clock.now();
    const response = await attack.timed();
    assertEquals([response.status, response.text(), attack.net.requests.length], [429, "later", 1], name);
    assertEquals(attack.clock.now() - started, 0, name);
    assertStringIncludes(attack.call.attempt!.notRetried!, "retry.maxRetryAfter", name);
  }
});

test("S35: what is no time asks for no wait", async (t) => {
  for (const value of ["NaN", "-1", "Infinity", "1e9", "0x7fffffff", "", "1,000", "soon", "\u00b2"]) {
    const headers = { "Retry-After": value, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": value };
    const attack = new Attack(t, [{ status: 429, headers }, {}], { retry: { backoff: () => 7 } });
    await attack.timed();
    assertEquals(attack.net.times, [0, 7], value);
  }
});

test("S35: no wait is longer than what is left of the total limit", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.nat(40_000),
      fc.integer({ min: 1, max: 40_000 }),
      async (seconds, backoff, total) => {
        const attack = new Attack(t, [{ status: 503, headers: { "Retry-After": String(seconds) } }], {
          timeout: { total },
          retry: { max: 5, backoff: () => backoff },
        });
        const started = attack.clock.now();
        assertEquals((await attack.timed()).status, 503);
        assert(attack.clock.now() - started < total);
        attack.call.settle();
      },
    ),
    { numRuns: 50 },
  );
});
