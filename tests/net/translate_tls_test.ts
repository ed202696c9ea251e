import { assert, assertEquals } from "@std/assert";
import { CertificateError, SocketError, TLSError } from "../../src/errors.ts";
import type { CertificateFacts } from "../../src/core/tls.ts";
import { isServerAlert, tlsError, tlsSocketError } from "../../src/net/translate_tls.ts";
import { test } from "../support/suite.ts";

function coded(code: string, message = "it failed"): Error {
  return Object.assign(new Error(message), { code });
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: "InvalidData" });
}

function unexpectedEof(): Error {
  return Object.assign(new Error("tls handshake eof"), { name: "UnexpectedEof" });
}

/** Errors as rustls (Deno), OpenSSL (Node) and BoringSSL (Bun) raise them. */
const ROWS: readonly [error: Error, code: string][] = [
  [invalid("invalid peer certificate: UnknownIssuer"), "CERTIFICATE_UNTRUSTED"],
  [coded("SELF_SIGNED_CERT_IN_CHAIN"), "CERTIFICATE_UNTRUSTED"],
  [coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "CERTIFICATE_UNTRUSTED"],
  [coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "CERTIFICATE_UNTRUSTED"],
  [coded("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"), "CERTIFICATE_UNTRUSTED"],
  [coded("UNABLE_TO_GET_ISSUER_CERT"), "CERTIFICATE_UNTRUSTED"],
  [
    invalid(
      "invalid peer certificate: certificate expired: verification time 1 (UNIX), but certificate is not valid after 0",
    ),
    "CERTIFICATE_EXPIRED",
  ],
  [coded("CERT_HAS_EXPIRED"), "CERTIFICATE_EXPIRED"],
  [invalid("invalid peer certificate: certificate not valid yet: verification time 1"), "CERTIFICATE_NOT_YET_VALID"],
  [coded("CERT_NOT_YET_VALID"), "CERTIFICATE_NOT_YET_VALID"],
  [
    invalid('invalid peer certificate: certificate not valid for name "x"; certificate is only valid for DnsName("y")'),
    "CERTIFICATE_NAME_MISMATCH",
  ],
  [coded("ERR_TLS_CERT_ALTNAME_INVALID"), "CERTIFICATE_NAME_MISMATCH"],
  [coded("HOSTNAME_MISMATCH"), "CERTIFICATE_NAME_MISMATCH"],
  [
    invalid("invalid peer certificate: certificate does not allow extended key usage for server authentication"),
    "CERTIFICATE_PURPOSE",
  ],
  [invalid("invalid peer certificate: Other(OtherError(EndEntityUsedAsCa))"), "CERTIFICATE_PURPOSE"],
  [invalid("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"), "CERTIFICATE_PURPOSE"],
  [coded("INVALID_PURPOSE"), "CERTIFICATE_PURPOSE"],
  [coded("INVALID_CA"), "CERTIFICATE_PURPOSE"],
  [invalid("invalid peer certificate: Revoked"), "CERTIFICATE_REVOKED"],
  [coded("CERT_REVOKED"), "CERTIFICATE_REVOKED"],
  [invalid("invalid peer certificate: BadSignature"), "CERTIFICATE_INVALID"],
  [invalid("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))"), "CERTIFICATE_INVALID"],
  [coded("CERT_SIGNATURE_FAILURE"), "CERTIFICATE_INVALID"],
  [coded("EE_KEY_TOO_SMALL"), "CERTIFICATE_INVALID"],
  [invalid("invalid peer certificate: SomethingNew"), "CERTIFICATE_REJECTED"],
  [coded("ERR_SSL_CERTIFICATE_VERIFY_FAILED", "certificate verify failed"), "CERTIFICATE_REJECTED"],
  [invalid("received fatal alert: CertificateRequired"), "TLS_CLIENT_CERTIFICATE"],
  [invalid("received fatal alert: BadCertificate"), "TLS_CLIENT_CERTIFICATE"],
  [invalid("received fatal alert: UnknownCA"), "TLS_CLIENT_CERTIFICATE"],
  [invalid("received fatal alert: CertificateExpired"), "TLS_CLIENT_CERTIFICATE"],
  [coded("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "TLS_CLIENT_CERTIFICATE"],
  [coded("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"), "TLS_CLIENT_CERTIFICATE"],
  [coded("ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED"), "TLS_CLIENT_CERTIFICATE"],
  [
    coded("EPROTO", "error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED"),
    "TLS_CLIENT_CERTIFICATE",
  ],
  [invalid("received fatal alert: NoApplicationProtocol"), "TLS_ALPN"],
  [coded("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"), "TLS_ALPN"],
  [invalid("received fatal alert: ProtocolVersion"), "TLS_VERSION"],
  [coded("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"), "TLS_VERSION"],
  [coded("ERR_SSL_UNSUPPORTED_PROTOCOL"), "TLS_VERSION"],
  [
    coded("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "peer is incompatible: ServerDoesNotSupportTls12Or13"),
    "TLS_VERSION",
  ],
  [coded("ERR_BORINGSSL", "Invalid CA"), "TLS_SETTINGS"],
  [coded("ERR_OSSL_X509_KEY_VALUES_MISMATCH"), "TLS_SETTINGS"],
  [coded("ERR_OSSL_PEM_NO_START_LINE"), "TLS_SETTINGS"],
  [invalid("received corrupt message of type InvalidContentType"), "TLS_NOT_TLS"],
  [coded("ERR_SSL_WRONG_VERSION_NUMBER"), "TLS_NOT_TLS"],
  [coded("EPROTO", "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"), "TLS_NOT_TLS"],
  [invalid("received fatal alert: HandshakeFailure"), "TLS_HANDSHAKE"],
  [coded("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"), "TLS_HANDSHAKE"],
  [invalid("received fatal alert: UnrecognisedName"), "TLS_HANDSHAKE"],
  [coded("ECONNRESET"), "TLS_RESET"],
  [coded("EPIPE"), "TLS_RESET"],
  [unexpectedEof(), "TLS_RESET"],
  [new Error("peer closed connection"), "TLS_RESET"],
  [new Error("the moon is full"), "TLS_FAILED"],
];

for (const [error, code] of ROWS) {
  test(`tlsError() makes ${code} of: ${(error as { code?: string }).code ?? ""} ${error.message}`, () => {
    const made = tlsError(error, { serverName: "a.test" });
    assertEquals([made.code, made.host, made.phase, made.progress], [code, "a.test", "tls", "unsent"]);
    assertEquals(made instanceof CertificateError, code.startsWith("CERTIFICATE_"));
    assertEquals(made.retryable, code === "TLS_RESET");
    assertEquals(made.hint === undefined, code === "TLS_FAILED");
    assert(made.cause === error);
    assert(made.message.startsWith("Cannot secure the connection to a.test: "), made.message);
  });
}

const facts = (from: number, to: number, names: readonly string[] = ["a.test"]): CertificateFacts => ({
  subject: "a",
  issuer: "CA",
  names,
  validFrom: new Date(Date.now() + from),
  validTo: new Date(Date.now() + to),
  fingerprint256: "AA",
});

test("tlsError() reads the dates itself where a runtime calls everything untrusted", () => {
  const code = (certificate: CertificateFacts): string =>
    tlsError(coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), { serverName: "a.test", certificate }).code;
  assertEquals(code(facts(-2_000_000, -1_000_000)), "CERTIFICATE_EXPIRED");
  assertEquals(code(facts(1_000_000, 2_000_000)), "CERTIFICATE_NOT_YET_VALID");
  assertEquals(code(facts(-1_000_000, 1_000_000)), "CERTIFICATE_UNTRUSTED");
});

test("tlsError() tells of the certificate", () => {
  const names = ["1", "2", "3", "4", "5", "6", "7"];
  const certificate = { ...facts(0, 0, names), validFrom: new Date("2026-01-02"), validTo: new Date("2027-03-04") };
  const made = tlsError(coded("ERR_TLS_CERT_ALTNAME_INVALID"), { serverName: "a.test", certificate });
  assertEquals([made.names, made.issuer], [names, "CA"]);
  assertEquals([made.validFrom, made.validTo], [certificate.validFrom, certificate.validTo]);
  assertEquals(
    made.message,
    "Cannot secure the connection to a.test: its certificate is for other names " +
      "(valid for 1, 2, 3, 4, 5 and 2 more, from 2026-01-02 to 2027-03-04, issued by CA)",
  );
  const broken = { ...certificate, names: [], validTo: new Date(NaN) };
  const odd = tlsError(coded("CERT_REVOKED"), { serverName: "a.test", certificate: broken });
  assert(odd.message.includes("valid for no name, from 2026-01-02 to an unknown day"), odd.message);
});

test("tlsError() leaves our own errors alone", () => {
  const own = new TLSError("mine");
  assert(tlsError(own, { serverName: "a.test" }) === own);
});

test("tlsSocketError() knows alerts by which a server refuses after the handshake", () => {
  for (const [error, code] of ROWS) {
    const alert = ["TLS_CLIENT_CERTIFICATE", "TLS_HANDSHAKE", "TLS_VERSION", "TLS_ALPN"].includes(code);
    assertEquals(isServerAlert(error), alert);
    assertEquals(tlsSocketError(error, "a.test")?.code, alert ? code : undefined);
  }
  const own = new SocketError("mine");
  assert(tlsSocketError(own, "a.test") === own);
});
