import { assertEquals, assertStringIncludes } from "@std/assert";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { BytesBody, OnceBody } from "../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../src/http/bodies/readers.ts";
import type { HttpRequest } from "../../src/http/request.ts";
import { HttpResponse } from "../../src/http/response.ts";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { AttemptRecord } from "../../src/http/record.ts";
import {
  decideRedirect,
  isDroppedByRedirect,
  redirectMethod,
  redirectTarget,
} from "../../src/policy/redirect_decision.ts";
import { requestOf } from "../support/scripted_next.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const HOME = "https://a.example/dir/page?q=1";

function respond(request: HttpRequest, status: number, headers: HeadersInput): HttpResponse {
  return new HttpResponse({
    status,
    reason: "",
    version: "1.1",
    headers: HeaderList.from(headers),
    request,
    body: null,
    attempt: new AttemptRecord(1, "first", request, 0, 0),
    call: { attempts: [], history: [] },
  });
}

function settingsOf(
  options: Parameters<typeof resolveRedirect>[0] = {},
): NonNullable<ReturnType<typeof resolveRedirect>> {
  return resolveRedirect(options)!;
}

function decide(
  request: HttpRequest,
  status: number,
  location: string,
  options: Parameters<typeof resolveRedirect>[0] = {},
  earlier: readonly HttpResponse[] = [],
): HttpRequest | string {
  const response = respond(request, status, { Location: location });
  const target = redirectTarget(request, response)!;
  if ("fault" in target) return target.fault;
  const decision = decideRedirect(request, response, target.to, settingsOf(options), earlier);
  return "next" in decision ? decision.next : decision.refusal;
}

const METHODS: readonly [status: number, method: string, then: string][] = [
  [301, "GET", "GET"],
  [301, "HEAD", "HEAD"],
  [301, "POST", "GET"],
  [301, "PUT", "PUT"],
  [301, "PATCH", "PATCH"],
  [301, "DELETE", "DELETE"],
  [301, "QUERY", "QUERY"],
  [302, "GET", "GET"],
  [302, "POST", "GET"],
  [302, "PUT", "PUT"],
  [303, "GET", "GET"],
  [303, "HEAD", "HEAD"],
  [303, "POST", "GET"],
  [303, "PUT", "GET"],
  [303, "DELETE", "GET"],
  [303, "QUERY", "GET"],
  [307, "POST", "POST"],
  [307, "GET", "GET"],
  [308, "POST", "POST"],
  [308, "PATCH", "PATCH"],
];

test("redirectMethod() rewrites only where RFC 9110 does", () => {
  for (const [status, method, then] of METHODS) {
    assertEquals(redirectMethod(status, method), then, `${status} ${method}`);
  }
});

const TARGETS: readonly [name: string, from: string, location: string, to: string][] = [
  ["absolute", HOME, "https://b.example/x", "https://b.example/x"],
  ["path", HOME, "/x", "https://a.example/x"],
  ["relative path", HOME, "x", "https://a.example/dir/x"],
  ["dot segments", HOME, "../../x", "https://a.example/x"],
  ["query alone", HOME, "?z=2", "https://a.example/dir/page?z=2"],
  ["scheme-relative", HOME, "//b.example/x", "https://b.example/x"],
  ["backslashes are slashes to the one parser", HOME, "\\\\b.example\\x", "https://b.example/x"],
  ["default port is dropped", HOME, "https://a.example:443/x", "https://a.example/x"],
  ["host in upper case", HOME, "https://B.EXAMPLE/X", "https://b.example/X"],
  ["IDN in UTF-8", HOME, "https://b\u00c3\u00bccher.example/", "https://xn--bcher-kva.example/"],
  ["fragment of the request goes on", `${HOME}#part`, "/x", "https://a.example/x#part"],
  ["fragment of Location wins", `${HOME}#part`, "/x#other", "https://a.example/x#other"],
  ["empty fragment of Location wins", `${HOME}#part`, "/x#", "https://a.example/x#"],
  ["user info is dropped", HOME, "https://user:pass@b.example/", "https://b.example/"],
  ["user info of this origin is dropped", HOME, "https://user@a.example/", "https://a.example/"],
  ["space", HOME, "/a b", "https://a.example/a%20b"],
  ["escapes stay", HOME, "/%7Ea%2fb?x=%20+%2B", "https://a.example/%7Ea%2fb?x=%20+%2B"],
  ["UTF-8 bytes", HOME, "/\u00c3\u00bc", "https://a.example/%C3%BC"],
  ["Latin-1 bytes", HOME, "/\u00fc", "https://a.example/%C3%BC"],
];

test("redirectTarget() resolves Location against the request", () => {
  for (const [name, from, location, to] of TARGETS) {
    const request = requestOf("GET", from);
    const target = redirectTarget(request, respond(request, 302, { Location: location }));
    assertEquals(target && "to" in target ? target.to.href : target, to, name);
  }
});

test("redirectTarget() tells a redirect from what looks like one", () => {
  const request = requestOf("GET", HOME);
  const rows: readonly [name: string, status: number, headers: HeadersInput, expected: string][] = [
    ["no Location", 302, {}, "none"],
    ["empty Location", 302, { Location: "" }, "none"],
    ["200 with Location", 200, { Location: "/x" }, "none"],
    ["201 with Location", 201, { Location: "/x" }, "none"],
    ["300 is the user's choice", 300, { Location: "/x" }, "none"],
    ["304", 304, { Location: "/x" }, "none"],
    ["305 is deprecated", 305, { Location: "/x" }, "none"],
    ["306", 306, { Location: "/x" }, "none"],
    ["several equal", 302, { Location: ["/x", "/x"] }, "to"],
    ["several that differ", 302, { Location: ["/x", "/y"] }, "fault"],
    ["malformed", 302, { Location: "https://" }, "fault"],
    ["bad port", 302, { Location: "https://b.example:99999/" }, "fault"],
    ...[301, 302, 303, 307, 308].map((status) =>
      [`${status}`, status, { Location: "/x" }, "to"] as [string, number, HeadersInput, string]
    ),
  ];
  for (const [name, status, headers, expected] of rows) {
    const response = respond(request, status, headers);
    const target = redirectTarget(request, response);
    assertEquals(target === undefined ? "none" : Object.keys(target)[0], expected, name);
    assertEquals(isDroppedByRedirect(response, settingsOf()), expected !== "none", name);
    assertEquals(isDroppedByRedirect(response, settingsOf({ policy: () => "stop" })), false, name);
  }
});

const REFUSALS: readonly [name: string, from: string, location: string, part: string][] = [
  ["downgrade", HOME, "http://a.example/", "redirect.allowDowngrade"],
  ["downgrade to another host", HOME, "http://b.example/", "redirect.allowDowngrade"],
  ["file", HOME, "file:///etc/passwd", "expected http: or https:"],
  ["data", HOME, "data:text/html,x", "expected http: or https:"],
  ["javascript", HOME, "javascript:alert(1)", "expected http: or https:"],
  ["ftp", "http://a.example/", "ftp://a.example/", "expected http: or https:"],
  ["unix", "http://a.example/", "unix:/run/docker.sock", "expected http: or https:"],
  ["custom scheme", "http://a.example/", "app://callback?code=1", "expected http: or https:"],
];

test("decideRedirect() refuses schemes and downgrades and says why", () => {
  for (const [name, from, location, part] of REFUSALS) {
    const result = decide(requestOf("GET", from), 302, location);
    assertStringIncludes(typeof result === "string" ? result : result.url.href, part, name);
  }
});

test("decideRedirect() masks secrets of the target in its reason", () => {
  const result = decide(requestOf("GET", HOME), 302, "http://user:pass@b.example/?token=s3cret") as string;
  assertEquals(result.includes("s3cret") || result.includes("pass@"), false, result);
});

test("decideRedirect() follows from https to http when asked", () => {
  const next = decide(requestOf("GET", HOME), 302, "http://a.example/", { allowDowngrade: true }) as HttpRequest;
  assertEquals(next.url.href, "http://a.example/");
});

const FIELDS: HeadersInput = {
  Accept: "*/*",
  "Accept-Language": "en",
  "Accept-Encoding": "gzip",
  "User-Agent": "test",
  "Cache-Control": "no-cache",
  Range: "bytes=5-",
  "If-Range": '"v1"',
  Authorization: "Bearer secret",
  Cookie: "sid=1",
  "Proxy-Authorization": "Basic eA==",
  "X-API-Key": "secret",
  Referer: "https://a.example/private",
  Origin: "https://a.example",
  Host: "virtual.example",
  "If-None-Match": '"v1"',
  "Idempotency-Key": "1",
};

const KEPT = ["accept", "accept-encoding", "accept-language", "cache-control", "if-range", "range", "user-agent"];

const ORIGINS: readonly [name: string, location: string, same: boolean][] = [
  ["same origin", "https://a.example/x", true],
  ["same origin, default port written", "https://a.example:443/x", true],
  ["same origin, upper case", "https://A.EXAMPLE/x", true],
  ["other port", "https://a.example:8443/x", false],
  ["other host", "https://b.example/x", false],
  ["subdomain", "https://www.a.example/x", false],
  ["parent domain", "https://example/x", false],
  ["trailing dot", "https://a.example./x", false],
  ["look-alike (IDN)", "https://\u00d0\u00b0.example/x", false],
  ["prefix of the host as user info", "https://a.example@b.example/x", false],
  ["address", "https://127.0.0.1/x", false],
];

test("decideRedirect() lets only harmless fields go to another origin", () => {
  for (const [name, location, same] of ORIGINS) {
    const request = requestOf("GET", HOME, FIELDS);
    const next = decide(request, 302, location) as HttpRequest;
    assertEquals([...next.headers.keys()], same ? [...request.headers.keys()] : KEPT, name);
  }
});

test("decideRedirect() counts another scheme as another origin", () => {
  const next = decide(requestOf("GET", "http://a.example/", FIELDS), 302, "https://a.example/") as HttpRequest;
  assertEquals([...next.headers.keys()], KEPT);
});

test("decideRedirect() keeps the fields that the caller names", () => {
  const options = { keepHeaders: ["X-API-Key", "authorization"] };
  const next = decide(requestOf("GET", HOME, FIELDS), 302, "https://b.example/", options) as HttpRequest;
  assertEquals([...next.headers.keys()], [...KEPT, "authorization", "x-api-key"].sort());
});

const BODY_FIELDS: HeadersInput = {
  "Content-Type": "text/plain",
  "Content-Encoding": "gzip",
  "Content-Language": "en",
  "Content-Location": "/x",
  "Content-MD5": "x",
  "Content-Digest": "sha-256=:x:",
  Digest: "x",
  Expect: "100-continue",
  Trailer: "X",
  "X-Own": "1",
};

test("decideRedirect() drops the fields of a body with the body", () => {
  const body = new BytesBody(encode("x"), null, "text");
  for (const [status, method] of [[303, "POST"], [301, "POST"], [302, "POST"], [303, "PUT"], [303, "GET"]] as const) {
    const next = decide(requestOf(method, HOME, BODY_FIELDS, body), status, "/x") as HttpRequest;
    assertEquals([next.method, next.body, [...next.headers.keys()]], ["GET", null, ["x-own"]], `${status} ${method}`);
  }
});

const readable = new BytesBody(encode("x"), null, "text");
const once = new OnceBody("a ReadableStream", () => new BytesReader(encode("x")));

const BODIES: readonly [
  name: string,
  status: number,
  method: string,
  location: string,
  body: BytesBody | OnceBody,
  resend: boolean,
  result: string,
][] = [
  ["307, same origin, replayable", 307, "POST", "/x", readable, false, "sent"],
  ["308, same origin, replayable", 308, "PUT", "/x", readable, false, "sent"],
  ["301 PUT keeps its body", 301, "PUT", "/x", readable, false, "sent"],
  ["307, same origin, once", 307, "POST", "/x", once, false, "a ReadableStream"],
  ["308, same origin, once", 308, "POST", "/x", once, true, "a ReadableStream"],
  ["303, once: no body needed", 303, "POST", "/x", once, false, "dropped"],
  ["307, other origin", 307, "POST", "https://b.example/", readable, false, "redirect.resendBody"],
  ["308, other origin", 308, "POST", "https://b.example/", readable, false, "redirect.resendBody"],
  ["301 PUT, other origin", 301, "PUT", "https://b.example/", readable, false, "redirect.resendBody"],
  ["307, other port", 307, "POST", "https://a.example:444/", readable, false, "redirect.resendBody"],
  ["307, other origin, asked for", 307, "POST", "https://b.example/", readable, true, "sent"],
  ["307, other origin, asked for, once", 307, "POST", "https://b.example/", once, true, "a ReadableStream"],
];

test("decideRedirect() sends a body again only where it may and can", () => {
  for (const [name, status, method, location, body, resendBody, expected] of BODIES) {
    const result = decide(requestOf(method, HOME, BODY_FIELDS, body), status, location, { resendBody });
    if (typeof result === "string") assertStringIncludes(result, expected, name);
    else assertEquals(result.body === body ? "sent" : "dropped", expected, name);
  }
});

test("decideRedirect() sends along what describes a body that goes to another origin", () => {
  const result = decide(requestOf("POST", HOME, BODY_FIELDS, readable), 307, "https://b.example/", {
    resendBody: true,
  });
  assertEquals([...(result as HttpRequest).headers.keys()], ["content-encoding", "content-language", "content-type"]);
});

test("decideRedirect() stops at the limit", () => {
  const request = requestOf("GET", HOME);
  const earlier = [1, 2, 3].map((n) => respond(requestOf("GET", `https://a.example/${n}`), 302, { Location: "/x" }));
  assertStringIncludes(decide(request, 302, "/x", { max: 3 }, earlier) as string, "redirect.max");
  assertEquals((decide(request, 302, "/x", { max: 4 }, earlier) as HttpRequest).url.target, "/x");
});

const LOOPS: readonly [name: string, earlier: HttpRequest, loop: boolean][] = [
  ["the same request", requestOf("GET", HOME, { Cookie: "a=1" }), true],
  ["the same but for its fragment", requestOf("GET", `${HOME}#x`, { Cookie: "a=1" }), true],
  ["another method", requestOf("POST", HOME, { Cookie: "a=1" }), false],
  ["another URL", requestOf("GET", "https://a.example/dir/page?q=2", { Cookie: "a=1" }), false],
  ["another cookie", requestOf("GET", HOME, { Cookie: "a=2" }), false],
  ["no cookie", requestOf("GET", HOME), false],
  ["another field besides", requestOf("GET", HOME, { Cookie: "a=1", "X-Other": "1" }), true],
];

test("decideRedirect() takes the same method, URL and cookie for a loop", () => {
  for (const [name, earlier, loop] of LOOPS) {
    const request = requestOf("GET", HOME, { Cookie: "a=1" });
    const result = decide(request, 302, "/x", {}, [respond(earlier, 302, { Location: "/x" })]);
    assertEquals(typeof result === "string" && result.includes("loop"), loop, name);
  }
});
