import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { CertificateError, ConnectError, DNSError, SocketError, TransportError } from "../../src/errors.ts";
import { hostFetch, traitsOf } from "../../src/net/host_fetch.ts";
import { translateFetch } from "../../src/net/translate_fetch.ts";
import { test } from "../support/suite.ts";

const coded = (code: string, message = "x"): Error => Object.assign(new Error(message), { code });
const failed = (cause: Error, message = "fetch failed"): Error => new TypeError(message, { cause });

type Class = abstract new (...args: never[]) => TransportError;

const ROWS: readonly [what: string, error: unknown, kind: Class, code: string, retryable: boolean][] = [
  ["Node, nobody listens", failed(coded("ECONNREFUSED")), ConnectError, "CONNECT_REFUSED", true],
  ["Bun, nobody listens", coded("ConnectionRefused"), ConnectError, "CONNECT_REFUSED", true],
  [
    "Deno, nobody listens",
    failed(new Error("client error (Connect): tcp connect error: Connection refused (os error 111)")),
    ConnectError,
    "CONNECT_REFUSED",
    true,
  ],
  ["Node, no such name", failed(coded("ENOTFOUND")), DNSError, "DNS_NOT_FOUND", false],
  [
    "Deno, no such name",
    failed(
      new Error("client error (Connect): dns error: failed to lookup address information: Name or service not known"),
    ),
    DNSError,
    "DNS_NOT_FOUND",
    false,
  ],
  ["Node, reset", failed(coded("ECONNRESET")), SocketError, "SOCKET_RESET", true],
  ["Node, closed", failed(coded("UND_ERR_SOCKET", "other side closed")), SocketError, "SOCKET_RESET", true],
  ["Bun, closed", coded("ConnectionClosed"), SocketError, "SOCKET_RESET", true],
  ["Cloudflare, closed", new Error("Network connection lost."), SocketError, "SOCKET_FAILED", true],
  ["Node, unknown issuer", failed(coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE")), CertificateError, "", false],
  ["Bun, wrong name", coded("ERR_TLS_CERT_ALTNAME_INVALID"), CertificateError, "", false],
  ["Deno, unknown issuer", failed(new Error("invalid peer certificate: UnknownIssuer")), CertificateError, "", false],
  ["Node, a blocked port", failed(new Error("bad port")), ConnectError, "CONNECT_PERMISSION", false],
  ["a browser", new TypeError("Failed to fetch"), TransportError, "FETCH_FAILED", true],
  ["a text", "broken", TransportError, "FETCH_FAILED", true],
];

for (const [what, error, kind, code, retryable] of ROWS) {
  test(`translateFetch() knows ${what}`, () => {
    const found = translateFetch(error, new URL("https://a.test/x"));
    assert(found instanceof kind, `${found}`);
    if (code !== "") assertEquals(found.code, code);
    assertEquals(found.retryable, retryable);
    assertEquals(found.progress, found instanceof ConnectError ? "unsent" : "sent");
    assert(found.cause !== undefined);
  });
}

test("traitsOf() tells a page from a runtime by its user agent", () => {
  assertEquals(traitsOf("Mozilla/5.0 (X11)").showsRedirects, false);
  for (const agent of ["Cloudflare-Workers", "Node.js/24", undefined]) {
    assertEquals(traitsOf(agent).showsRedirects, true);
  }
});

test("hostFetch looks the runtime's fetch up for each request", async () => {
  const before = globalThis.fetch;
  const mine = new Response("mine");
  globalThis.fetch = () => Promise.resolve(mine);
  try {
    assertStrictEquals(await hostFetch.send("http://a.test/", {}), mine);
  } finally {
    globalThis.fetch = before;
  }
});
