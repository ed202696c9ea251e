import { assert, assertEquals } from "@std/assert";
import type { ConnectTarget } from "../../src/core/socket.ts";
import { ConnectError, DNSError, SocketError } from "../../src/errors.ts";
import { closedEarly, connectError, dnsError, errorText, socketError, systemCode } from "../../src/net/translate.ts";
import { test } from "../support/suite.ts";

const tcp: ConnectTarget = {
  kind: "tcp",
  host: "192.0.2.7",
  port: 443,
  localAddress: null,
  tls: null,
  nestedTls: false,
};
const unix: ConnectTarget = { kind: "unix", path: "/run/x.sock", tls: null, nestedTls: false };

function coded(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function named(name: string, message = "it failed"): Error {
  return Object.assign(new Error(message), { name });
}

/** Errors as the runtimes raise them, and what becomes of them. */
const CONNECT: readonly [
  what: string,
  error: unknown,
  code: string,
  systemCode: string | undefined,
  retryable: boolean,
][] = [
  ["refused, Node and Bun", coded("ECONNREFUSED"), "CONNECT_REFUSED", "ECONNREFUSED", true],
  ["refused, Deno", named("ConnectionRefused"), "CONNECT_REFUSED", "ECONNREFUSED", true],
  [
    "refused by every address",
    new AggregateError([coded("ETIMEDOUT"), coded("ECONNREFUSED")]),
    "CONNECT_REFUSED",
    "ECONNREFUSED",
    true,
  ],
  ["no route to the host", coded("EHOSTUNREACH"), "CONNECT_UNREACHABLE", "EHOSTUNREACH", true],
  ["no route to the network", coded("ENETUNREACH"), "CONNECT_UNREACHABLE", "ENETUNREACH", true],
  ["no route, by text", new Error("Network is unreachable (os error 101)"), "CONNECT_UNREACHABLE", "ENETUNREACH", true],
  ["host down", coded("EHOSTDOWN"), "CONNECT_UNREACHABLE", "EHOSTDOWN", true],
  ["network down", coded("ENETDOWN"), "CONNECT_UNREACHABLE", "ENETDOWN", true],
  ["reset", coded("ECONNRESET"), "CONNECT_RESET", "ECONNRESET", true],
  ["reset, Deno", named("ConnectionReset"), "CONNECT_RESET", "ECONNRESET", true],
  ["aborted", coded("ECONNABORTED"), "CONNECT_RESET", "ECONNABORTED", true],
  ["closed", coded("EPIPE"), "CONNECT_RESET", "EPIPE", true],
  ["the system's own limit", coded("ETIMEDOUT"), "CONNECT_TIMED_OUT", "ETIMEDOUT", true],
  ["the system's own limit, Deno", named("TimedOut"), "CONNECT_TIMED_OUT", "ETIMEDOUT", true],
  ["full queue of a unix socket", coded("EAGAIN"), "CONNECT_BUSY", "EAGAIN", true],
  ["no descriptor", coded("EMFILE"), "CONNECT_EXHAUSTED", "EMFILE", true],
  ["no descriptor in the system", coded("ENFILE"), "CONNECT_EXHAUSTED", "ENFILE", true],
  ["no buffer", coded("ENOBUFS"), "CONNECT_EXHAUSTED", "ENOBUFS", true],
  ["no memory", coded("ENOMEM"), "CONNECT_EXHAUSTED", "ENOMEM", true],
  ["local address in use", coded("EADDRINUSE"), "CONNECT_ADDRESS", "EADDRINUSE", true],
  ["local address not here", coded("EADDRNOTAVAIL"), "CONNECT_ADDRESS", "EADDRNOTAVAIL", false],
  ["family not supported", coded("EAFNOSUPPORT"), "CONNECT_ADDRESS", "EAFNOSUPPORT", false],
  ["invalid address", coded("EINVAL"), "CONNECT_ADDRESS", "EINVAL", false],
  ["no such socket", coded("ENOENT"), "CONNECT_NOT_FOUND", "ENOENT", false],
  ["no socket", coded("ENOTSOCK"), "CONNECT_NOT_FOUND", "ENOTSOCK", false],
  ["denied by the system", coded("EACCES"), "CONNECT_PERMISSION", "EACCES", false],
  ["not permitted by Deno", named("NotCapable", "Requires net access"), "CONNECT_PERMISSION", "EPERM", false],
  ["not permitted by Deno's node:net", new Error('Requires net access to "x"'), "CONNECT_PERMISSION", undefined, false],
  ["something else", new Error("the moon is full"), "CONNECT_FAILED", undefined, true],
  ["no error at all", "boom", "CONNECT_FAILED", undefined, true],
];

for (const [what, error, code, system, retryable] of CONNECT) {
  test(`connectError() translates: ${what}`, () => {
    const made = connectError(error, tcp);
    assert(made instanceof ConnectError && !(made instanceof DNSError));
    assertEquals(
      [made.code, made.systemCode, made.retryable, made.host, made.port, made.progress, made.phase],
      [code, system, retryable, "192.0.2.7", 443, "unsent", "connect"],
    );
    assert(made.cause === error);
    assert(made.message.startsWith("Cannot connect to 192.0.2.7:443: "), made.message);
  });
}

test("connectError() writes each kind of target", () => {
  const message = (target: ConnectTarget): string => connectError(coded("ECONNREFUSED"), target).message;
  assertEquals(message({ ...tcp, host: "::1" } as ConnectTarget), "Cannot connect to [::1]:443: nothing listens there");
  assertEquals(message(unix), "Cannot connect to /run/x.sock: nothing listens there");
  assertEquals(message({ ...unix, path: "\0x" } as ConnectTarget), "Cannot connect to @x: nothing listens there");
});

test("connectError() names the permissions of a unix socket", () => {
  assertEquals(
    connectError(named("NotCapable"), unix).message,
    "Cannot connect to /run/x.sock: it is not permitted, run with --allow-net --allow-read=/run/x.sock --allow-write=/run/x.sock",
  );
});

test("connectError() leaves our own errors alone", () => {
  const own = new ConnectError("mine");
  assert(connectError(own, tcp) === own);
});

const NAMES: readonly [what: string, error: unknown, code: string, retryable: boolean][] = [
  ["getaddrinfo", coded("ENOTFOUND"), "DNS_NOT_FOUND", false],
  ["no address", coded("ENODATA"), "DNS_NOT_FOUND", false],
  ["Bun's resolver", coded("DNS_ENOTFOUND"), "DNS_NOT_FOUND", false],
  [
    "Deno.connect",
    new Error("failed to lookup address information: Name or service not known"),
    "DNS_NOT_FOUND",
    false,
  ],
  ["macOS", new Error("failed to lookup address information: nodename nor servname provided"), "DNS_NOT_FOUND", false],
  ["try again", coded("EAI_AGAIN"), "DNS_TEMPORARY", true],
  [
    "try again, Deno",
    new Error("failed to lookup address information: Temporary failure in name resolution"),
    "DNS_TEMPORARY",
    true,
  ],
  ["no answer", coded("ETIMEOUT"), "DNS_TEMPORARY", true],
  ["server failure", coded("ESERVFAIL"), "DNS_TEMPORARY", true],
  ["failure", coded("EAI_FAIL"), "DNS_FAILED", true],
  ["unknown text", new Error("getaddrinfo broke"), "DNS_FAILED", true],
];

for (const [what, error, code, retryable] of NAMES) {
  test(`connectError() and dnsError() translate a name that cannot be resolved: ${what}`, () => {
    const byConnect = connectError(error, { ...tcp, host: "a.test" } as ConnectTarget);
    for (const made of [byConnect, dnsError(error, "a.test")]) {
      assert(made instanceof DNSError, made.message);
      assertEquals([made.code, made.retryable, made.host, made.phase], [code, retryable, "a.test", "dns"]);
      assert(made.cause === error);
      assert(made.message.startsWith("Cannot resolve a.test: "), made.message);
    }
  });
}

test("dnsError() knows a missing permission, and a missing record of Deno", () => {
  assertEquals(dnsError(coded("EPERM"), "a.test").code, "DNS_PERMISSION");
  assertEquals(dnsError(named("NotFound", "no records found"), "a.test").code, "DNS_NOT_FOUND");
  assertEquals(dnsError(new Error("odd"), "a.test").code, "DNS_FAILED");
});

const SOCKET: readonly [error: unknown, code: string][] = [
  [coded("ECONNRESET"), "SOCKET_RESET"],
  [named("ConnectionReset"), "SOCKET_RESET"],
  [coded("EPIPE"), "SOCKET_RESET"],
  [named("BrokenPipe"), "SOCKET_RESET"],
  [coded("ECONNABORTED"), "SOCKET_RESET"],
  [coded("ETIMEDOUT"), "SOCKET_TIMED_OUT"],
  [coded("EHOSTUNREACH"), "SOCKET_UNREACHABLE"],
  [coded("ENETUNREACH"), "SOCKET_UNREACHABLE"],
  [coded("ENETDOWN"), "SOCKET_UNREACHABLE"],
  [coded("EBADF"), "SOCKET_CLOSED"],
  [named("BadResource"), "SOCKET_CLOSED"],
  [named("Interrupted"), "SOCKET_CLOSED"],
  [coded("ERR_STREAM_DESTROYED"), "SOCKET_CLOSED"],
  [coded("ERR_STREAM_WRITE_AFTER_END"), "SOCKET_CLOSED"],
  [new Error("odd"), "SOCKET_FAILED"],
];

test("socketError() translates what breaks an open socket", () => {
  for (const [error, code] of SOCKET) {
    const made = socketError(error);
    assert(made instanceof SocketError);
    assertEquals([made.code, made.cause === error, made.systemCode], [code, true, systemCode(error)]);
  }
  const own = closedEarly();
  assert(socketError(own) === own);
  assertEquals(own.code, "SOCKET_CLOSED");
});

test("errorText() and systemCode() take any value", () => {
  assertEquals([errorText("x"), errorText(undefined), errorText(new Error("y"))], ["x", "undefined", "y"]);
  assertEquals([systemCode(null), systemCode("x"), systemCode({ code: 5 }), systemCode({ code: "E" })], [
    undefined,
    undefined,
    undefined,
    "E",
  ]);
  assertEquals(systemCode(new AggregateError([])), undefined);
});
