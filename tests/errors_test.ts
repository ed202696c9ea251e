import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import * as errors from "../src/errors.ts";
import { attachContext } from "../src/errors/root.ts";
import { test } from "./support/suite.ts";

type Row = readonly [
  error: errors.JetstreamError,
  parents: readonly (keyof typeof errors)[],
  code: string,
  phase: errors.ErrorPhase,
  retryable: boolean,
  progress: errors.SendProgress,
];

const RESPONSE = { status: 503, statusText: "Service Unavailable" };
const TIMEOUT = { phase: "read", limit: 10, elapsed: 12, option: "timeout.read" } as const;

/** Every class: what it is made of, and what it says by default. */
const TABLE: Readonly<Record<string, Row>> = {
  JetstreamError: [new errors.JetstreamError("m"), [], "JETSTREAM", "body", false, "unsent"],
  HTTPError: [new errors.HTTPError("m", { response: RESPONSE }), [], "HTTP_STATUS", "status", false, "answered"],
  TransportError: [new errors.TransportError("m"), [], "JETSTREAM", "body", false, "unsent"],
  ConnectError: [new errors.ConnectError("m"), ["TransportError"], "CONNECT_FAILED", "connect", true, "unsent"],
  DNSError: [new errors.DNSError("m"), ["ConnectError", "TransportError"], "DNS_FAILED", "dns", true, "unsent"],
  ProxyError: [
    new errors.ProxyError("m"),
    ["ConnectError", "TransportError"],
    "PROXY_FAILED",
    "proxy",
    true,
    "unsent",
  ],
  PoolError: [new errors.PoolError("m"), ["ConnectError", "TransportError"], "POOL_FAILED", "pool", false, "unsent"],
  GuardError: [
    new errors.GuardError("m"),
    ["ConnectError", "TransportError"],
    "GUARD_ADDRESS",
    "connect",
    false,
    "unsent",
  ],
  TLSError: [new errors.TLSError("m"), ["ConnectError", "TransportError"], "TLS_FAILED", "tls", false, "unsent"],
  CertificateError: [
    new errors.CertificateError("m"),
    ["TLSError", "ConnectError", "TransportError"],
    "CERTIFICATE_REJECTED",
    "tls",
    false,
    "unsent",
  ],
  PinError: [
    new errors.PinError("m"),
    ["TLSError", "ConnectError", "TransportError"],
    "PIN_MISMATCH",
    "tls",
    false,
    "unsent",
  ],
  SocketError: [new errors.SocketError("m"), ["TransportError"], "SOCKET_FAILED", "head", true, "sent"],
  IncompleteReadError: [
    new errors.IncompleteReadError("m", { received: 1 }),
    ["SocketError", "TransportError"],
    "INCOMPLETE_READ",
    "read",
    true,
    "answered",
  ],
  ProtocolError: [new errors.ProtocolError("m"), ["TransportError"], "PROTOCOL", "head", false, "unsent"],
  LocalProtocolError: [
    new errors.LocalProtocolError("m"),
    ["ProtocolError", "TransportError"],
    "PROTOCOL_LOCAL",
    "write",
    false,
    "unsent",
  ],
  RemoteProtocolError: [
    new errors.RemoteProtocolError("m"),
    ["ProtocolError", "TransportError"],
    "PROTOCOL_REMOTE",
    "head",
    false,
    "answered",
  ],
  TimeoutError: [new errors.TimeoutError("m", TIMEOUT), [], "TIMEOUT_READ", "read", true, "unsent"],
  BodyError: [new errors.BodyError("m"), [], "BODY", "body", false, "answered"],
  DecodeError: [new errors.DecodeError("m"), ["BodyError"], "DECODE", "decode", false, "answered"],
  BodyTooLargeError: [
    new errors.BodyTooLargeError("m", { limit: 1 }),
    ["BodyError"],
    "BODY_TOO_LARGE",
    "body",
    false,
    "answered",
  ],
  BodyUsedError: [new errors.BodyUsedError("m"), ["BodyError"], "BODY_USED", "body", false, "answered"],
  EmptyBodyError: [new errors.EmptyBodyError("m"), ["BodyError"], "BODY_EMPTY", "body", false, "answered"],
  SchemaError: [new errors.SchemaError("m", { issues: [] }), ["BodyError"], "SCHEMA", "body", false, "answered"],
  RedirectError: [new errors.RedirectError("m"), [], "REDIRECT", "redirect", false, "answered"],
  AbortError: [new errors.AbortError("m", { reason: 1 }), [], "ABORTED", "abort", false, "unsent"],
  UnsupportedRuntimeError: [
    new errors.UnsupportedRuntimeError("m"),
    [],
    "UNSUPPORTED_RUNTIME",
    "options",
    false,
    "unsent",
  ],
};

const CLASSES = Object.entries(errors).filter(([, value]) =>
  typeof value === "function" && (value === errors.JetstreamError || value.prototype instanceof errors.JetstreamError)
);

test("every error class stands in the table of this test", () => {
  assertEquals(Object.keys(TABLE).sort(), CLASSES.map(([name]) => name).sort());
});

for (const [name, [error, parents, code, phase, retryable, progress]] of Object.entries(TABLE)) {
  test(`${name} has its name, place in the tree, code, phase and progress`, () => {
    assertEquals(error.name, name);
    assertEquals(error.constructor.name, name);
    assertInstanceOf(error, Error);
    assertInstanceOf(error, errors.JetstreamError);
    const above = CLASSES.filter(([other, value]) =>
      other !== name && error instanceof (value as unknown as typeof Error)
    );
    assertEquals(
      above.map(([other]) => other).sort(),
      [...(name === "JetstreamError" ? [] : ["JetstreamError"]), ...parents].sort(),
    );
    assertEquals(
      [error.code, error.phase, error.retryable, error.progress],
      [code, phase, retryable, progress],
    );
    assertEquals(error.message, "m");
    assertEquals(firstLine(error), `${name}: m`);
  });
}

function firstLine(error: Error): string {
  return error.stack?.split("\n")[0] ?? "";
}

test("every error takes the fields it is given over its defaults, and keeps the cause untouched", () => {
  const cause = { not: "an error" };
  const error = new errors.SocketError("m", {
    code: "X",
    phase: "write",
    retryable: false,
    progress: "answered",
    cause,
    systemCode: "ECONNRESET",
  });
  assertEquals([error.code, error.phase, error.retryable, error.progress, error.systemCode], [
    "X",
    "write",
    false,
    "answered",
    "ECONNRESET",
  ]);
  assertStrictEquals(error.cause, cause);
});

test("an error has no cause when none was given", () => {
  assert(!Object.hasOwn(new errors.ConnectError("m"), "cause"));
  assert(Object.hasOwn(new errors.ConnectError("m", { cause: undefined }), "cause"));
});

test("attachContext() puts method and URL before the message and the stack alike", () => {
  const error = new errors.ConnectError("Cannot connect", { host: "h" });
  attachContext(error, {
    request: { method: "GET", url: "http://h/?token=***" },
    attempts: [1, 2],
    timings: { dns: 1 },
  });
  assertEquals(error.message, "GET http://h/?token=***: Cannot connect");
  assertEquals(firstLine(error), "ConnectError: GET http://h/?token=***: Cannot connect");
  assertMatch(error.stack ?? "", /\n.*errors_test/);
  assertEquals(error.request, { method: "GET", url: "http://h/?token=***" });
  assertEquals(error.attempts, [1, 2]);
  assertEquals(error.timings, { dns: 1 });
});

test("attachContext() names the first request only, and adds what comes later", () => {
  const error = new errors.TimeoutError("Read timed out", TIMEOUT);
  attachContext(error, { request: { method: "GET", url: "http://a/" } });
  attachContext(error, { request: { method: "POST", url: "http://b/" }, attempts: [1] });
  assertEquals(error.message, "GET http://a/: Read timed out");
  assertEquals(error.request, { method: "GET", url: "http://a/" });
  assertEquals(error.attempts, [1]);
});

test("attachContext() changes nothing that can be read before it is called", () => {
  const error = new errors.BodyError("m");
  assertEquals([error.request, error.attempts, error.timings], [undefined, [], undefined]);
  attachContext(error, { attempts: [1] });
  assertEquals(error.message, "m");
});

test("attachContext() copes with a stack that does not begin with the message", () => {
  const error = new errors.BodyError("m");
  Object.defineProperty(error, "stack", { value: "elsewhere", configurable: true, writable: true });
  attachContext(error, { request: { method: "GET", url: "http://a/" } });
  assertEquals(error.message, "GET http://a/: m");
  assertEquals(error.stack, "elsewhere");
});

test("toJSON() tells what a log needs and no more", () => {
  const error = new errors.HTTPError("503 Service Unavailable", {
    response: { ...RESPONSE, headers: { "set-cookie": "secret" } } as errors.RaisedResponse,
    bodySnippet: "secret",
    cause: new Error("secret"),
  });
  attachContext(error, { request: { method: "GET", url: "http://a/" }, attempts: [{ secret: 1 }], timings: { a: 1 } });
  assertEquals(JSON.parse(JSON.stringify(error)), {
    name: "HTTPError",
    code: "HTTP_STATUS",
    message: "GET http://a/: 503 Service Unavailable",
    phase: "status",
    retryable: false,
    progress: "answered",
    request: { method: "GET", url: "http://a/" },
    attempts: 1,
  });
});

test("toJSON() never fails on what the caller put into an error", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const texts = [
    new errors.AbortError("m", { reason: circular }),
    new errors.AbortError("m", { reason: 1n }),
    new errors.RedirectError("m", { history: [circular] }),
    new errors.SchemaError("m", { issues: [{ message: "x", path: ["a", 0] }], cause: circular }),
  ].map((error) => JSON.stringify(error));
  for (const text of texts) assertMatch(text, /^\{"name":"\w+","code":"\w+"/);
});

test("what may hold a secret or much text is not enumerable", () => {
  const redirect = new errors.RedirectError("m", { history: [RESPONSE] });
  assertEquals(redirect.history, [RESPONSE]);
  assert(!Object.keys(redirect).includes("history"));
  const status = new errors.HTTPError("m", { response: RESPONSE });
  assertStrictEquals(status.response, RESPONSE);
  assert(!Object.keys(status).includes("response"));
  const decode = new errors.DecodeError("m", { partial: new Uint8Array(3) });
  assertEquals(decode.partial, new Uint8Array(3));
  assert(!Object.keys(decode).includes("partial"));
  assert(!Object.keys(status).includes("name"));
});

test("every error keeps the facts of its failure", () => {
  const date = new Date(0);
  const tls = new errors.CertificateError("m", {
    host: "h",
    port: 443,
    addresses: ["::1"],
    systemCode: "E",
    names: ["n"],
    issuer: "i",
    validFrom: date,
    validTo: date,
    hint: "do",
  });
  assertEquals(
    [tls.host, tls.port, tls.addresses, tls.systemCode, tls.names, tls.issuer, tls.validFrom, tls.validTo, tls.hint],
    ["h", 443, ["::1"], "E", ["n"], "i", date, date, "do"],
  );
  assertEquals(new errors.ConnectError("m").addresses, []);
  assertEquals(new errors.ProxyError("m", { status: 407 }).status, 407);
  const incomplete = new errors.IncompleteReadError("m", { received: 3, expected: 5, systemCode: "ECONNRESET" });
  assertEquals([incomplete.received, incomplete.expected, incomplete.systemCode], [3, 5, "ECONNRESET"]);
  assertEquals(new errors.RemoteProtocolError("m", { lenient: "bareLf" }).lenient, "bareLf");
  assertEquals(new errors.BodyTooLargeError("m", { limit: 9 }).limit, 9);
  const issues = [{ message: "x", path: ["a", 0] }];
  assertEquals(new errors.SchemaError("m", { issues }).issues, issues);
});

test("TimeoutError tells which limit fired, and only the total is final", () => {
  const phases = ["total", "attempt", "pool", "connect", "write", "head", "read", "expect"] as const;
  for (const phase of phases) {
    const error = new errors.TimeoutError("m", { phase, limit: 10, elapsed: 11, option: `timeout.${phase}` });
    assertEquals([error.code, error.phase, error.limit, error.elapsed, error.option, error.retryable], [
      `TIMEOUT_${phase.toUpperCase()}`,
      phase,
      10,
      11,
      `timeout.${phase}`,
      phase !== "total",
    ]);
  }
});

test("AbortError keeps the reason of the caller untouched, and as its cause", () => {
  for (const reason of [undefined, "text", new Error("own"), { own: 1 }]) {
    const error = new errors.AbortError("m", { reason });
    assertStrictEquals(error.reason, reason);
    assertStrictEquals(error.cause, reason);
  }
});

test("HTTPError keeps the problem and the snippet of the body", () => {
  const problem = { type: "about:blank", title: "Down" };
  const error = new errors.HTTPError("m", { response: RESPONSE, bodySnippet: "abc", problem });
  assertEquals([error.status, error.bodySnippet, error.problem], [503, "abc", problem]);
  assertEquals(new errors.HTTPError("m", { response: RESPONSE }).bodySnippet, "");
});
