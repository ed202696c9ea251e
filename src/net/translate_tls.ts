/**
 * Owns the seam where errors of the host's TLS become ours.
 * Must not know which runtime raised them: codes of OpenSSL and BoringSSL and texts of rustls
 * stand in one table.
 * Invariant: a rejected certificate is a `CertificateError`, whatever the runtime calls it.
 */

import { systemClock } from "../base/clock.ts";
import type { CertificateFacts } from "../core/tls.ts";
import { CertificateError, JetstreamError, TLSError, type TLSErrorFields } from "../errors.ts";
import { errorText, systemCode } from "./translate.ts";

/** Which handshake failed, and what was seen of it. */
export interface TlsAttempt {
  /** The name that was verified. */
  readonly serverName: string;
  /** The server's certificate, where the runtime shows it. */
  readonly certificate?: CertificateFacts | undefined;
}

interface TlsCase {
  readonly code: string;
  /** Codes of OpenSSL, BoringSSL and Node. */
  readonly codes: readonly string[];
  /** What the text of the error says, for runtimes that give no code. */
  readonly text: RegExp;
  readonly says: string;
  readonly hint: string;
  readonly certificate?: boolean;
  readonly retryable?: boolean;
}

const TRUST_HINT =
  "Pass the issuer's certificate in `tls.extraCa`, or have the server send its intermediate certificates";

/**
 * First match wins. Alerts received from the server stand before the rules for what this side
 * rejects, because their names repeat.
 */
const CASES: readonly TlsCase[] = [
  {
    code: "TLS_CLIENT_CERTIFICATE",
    codes: [],
    text: new RegExp(
      "received fatal alert: (?:CertificateRequired|BadCertificate|UnknownCA|CertificateUnknown|CertificateExpired|" +
        "CertificateRevoked|UnsupportedCertificate|AccessDenied)|" +
        "ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|" +
        "CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)|" +
        "alert (?:certificate required|bad certificate|unknown ca|certificate unknown|certificate expired|" +
        "certificate revoked|unsupported certificate|access denied)",
      "i",
    ),
    says: "the server rejects this client's certificate, or the lack of one",
    hint: "Pass a client certificate that the server accepts in `tls.cert` and `tls.key`",
  },
  {
    code: "TLS_ALPN",
    codes: [],
    text: /NoApplicationProtocol|NO_APPLICATION_PROTOCOL|no application protocol/i,
    says: "the server speaks none of the offered protocols",
    hint: "Offer another protocol, such as HTTP/1.1",
  },
  {
    code: "TLS_VERSION",
    codes: [
      "ERR_SSL_UNSUPPORTED_PROTOCOL",
      "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
      "ERR_SSL_VERSION_TOO_LOW",
      "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
    ],
    text:
      /fatal alert: ProtocolVersion|ALERT_PROTOCOL_VERSION|alert protocol version|UNSUPPORTED_PROTOCOL|unsupported protocol|SupportedVersionsExtensionRequired|ServerDoesNotSupportTls1\d/i,
    says: "the server speaks no accepted version of TLS",
    hint: "Update the server: versions before TLS 1.2 are never accepted",
  },
  {
    code: "TLS_SETTINGS",
    codes: ["ERR_BORINGSSL", "ERR_OSSL_PEM_NO_START_LINE", "ERR_OSSL_X509_KEY_VALUES_MISMATCH"],
    text:
      /PEM routines|NO_START_LINE|bad base64 decode|KEY_VALUES_MISMATCH|key values mismatch|Invalid CA|Unable to (?:parse|load)|bad decrypt/i,
    says: "a certificate or key that was given cannot be used",
    hint:
      "Check that `tls.ca`, `tls.extraCa`, `tls.cert` and `tls.key` hold PEM text, and that key and certificate belong together",
  },
  {
    code: "CERTIFICATE_EXPIRED",
    codes: ["CERT_HAS_EXPIRED"],
    text: /certificate expired|certificate has expired|invalid peer certificate: Expired/i,
    says: "its certificate has expired",
    hint: "Renew the server's certificate, and check the clock of this machine",
    certificate: true,
  },
  {
    code: "CERTIFICATE_NOT_YET_VALID",
    codes: ["CERT_NOT_YET_VALID"],
    text: /certificate not valid yet|certificate is not yet valid|NotValidYet/i,
    says: "its certificate is not valid yet",
    hint: "Check the clock of this machine",
    certificate: true,
  },
  {
    code: "CERTIFICATE_NAME_MISMATCH",
    codes: ["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH", "IP_ADDRESS_MISMATCH"],
    text:
      /certificate not valid for name|NotValidForName|does not match certificate's altnames|Hostname\/IP does not match/i,
    says: "its certificate is for other names",
    hint: "Check the host name, or set `tls.serverName` to a name on the certificate",
    certificate: true,
  },
  {
    code: "CERTIFICATE_PURPOSE",
    codes: ["INVALID_PURPOSE", "PATH_LENGTH_EXCEEDED", "INVALID_CA"],
    text:
      /extended key usage|InvalidPurpose|EndEntityUsedAsCa|CaUsedAsEndEntity|PathLenConstraintViolated|unsuitable certificate purpose|invalid CA certificate/i,
    says: "its certificate, or that of an issuer, is not made for this purpose",
    hint: "Use a server certificate (extended key usage serverAuth, no CA) issued by a CA certificate",
    certificate: true,
  },
  {
    code: "CERTIFICATE_REVOKED",
    codes: ["CERT_REVOKED"],
    text: /certificate revoked|invalid peer certificate: Revoked/i,
    says: "its certificate was revoked",
    hint: "Replace the server's certificate",
    certificate: true,
  },
  {
    code: "CERTIFICATE_INVALID",
    codes: [
      "CERT_SIGNATURE_FAILURE",
      "CERT_REJECTED",
      "CERT_UNTRUSTED",
      "EE_KEY_TOO_SMALL",
      "CA_KEY_TOO_SMALL",
      "CA_MD_TOO_WEAK",
    ],
    text:
      /BadSignature|BadEncoding|UnsupportedCertVersion|UnsupportedCriticalExtension|UnhandledCriticalExtension|ApplicationVerificationFailure|NameConstraintViolation|certificate signature failure|UnsupportedSignatureAlgorithm|key too small|permitted subtree violation/i,
    says: "its certificate cannot be accepted",
    hint: "Issue a new certificate (X.509 version 3, a valid signature, a current algorithm)",
    certificate: true,
  },
  {
    code: "CERTIFICATE_UNTRUSTED",
    codes: [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "CERT_CHAIN_TOO_LONG",
    ],
    text:
      /UnknownIssuer|unable to verify the first certificate|self.signed certificate|unable to get (?:local )?issuer/i,
    says: "its certificate is signed by nobody trusted here",
    hint: TRUST_HINT,
    certificate: true,
  },
  {
    code: "CERTIFICATE_REJECTED",
    codes: [],
    text: /invalid peer certificate|certificate verify failed|CERTIFICATE_VERIFY_FAILED|certificate_verify_failed/i,
    says: "its certificate was rejected",
    hint: TRUST_HINT,
    certificate: true,
  },
  {
    code: "TLS_NOT_TLS",
    codes: ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_HTTP_REQUEST", "ERR_SSL_PACKET_LENGTH_TOO_LONG"],
    text:
      /corrupt message of type InvalidContentType|WRONG_VERSION_NUMBER|wrong version number|HTTP_REQUEST|packet length too long|corrupt message|record layer failure/i,
    says: "what answers there does not speak TLS",
    hint: "Check the port, or use http: instead of https:",
  },
  {
    code: "TLS_HANDSHAKE",
    codes: ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "ERR_SSL_NO_CIPHER_MATCH"],
    text:
      /fatal alert: (?:HandshakeFailure|InsufficientSecurity|IllegalParameter|UnrecognisedName|UnrecognizedName|DecryptError|InternalError)|handshake.failure|unrecognized.name|insufficient.security|HANDSHAKE_FAILURE/i,
    says: "the server refuses the handshake",
    hint: "The server may want a client certificate, another server name, or speak only outdated ciphers",
  },
  {
    code: "TLS_RESET",
    codes: ["ECONNRESET", "EPIPE", "ECONNABORTED"],
    text: /disconnected before secure|UnexpectedEof|unexpected eof|peer closed connection|tls handshake eof/i,
    says: "the connection was closed during the handshake",
    hint: "Check that the port speaks TLS, and what stands between here and the server",
    retryable: true,
  },
];

/** Codes are names that differ between libraries, and are looked at as text too. */
function findCase(error: unknown): TlsCase | undefined {
  const code = systemCode(error) ?? "";
  const text = `${code} ${(error as Error | undefined)?.name ?? ""}: ${errorText(error)}`;
  return CASES.find((row) => row.codes.includes(code) || row.text.test(text));
}

/** Whether an error on an open TLS socket is a fatal alert by which the server ended the handshake. */
export function isServerAlert(error: unknown): boolean {
  const code = findCase(error)?.code;
  return code === "TLS_CLIENT_CERTIFICATE" || code === "TLS_HANDSHAKE" || code === "TLS_VERSION" || code === "TLS_ALPN";
}

/** What is said of the certificate in messages. */
function describe(certificate: CertificateFacts): string {
  const names = certificate.names.length > 0 ? certificate.names.slice(0, 5).join(", ") : "no name";
  const more = certificate.names.length > 5 ? ` and ${certificate.names.length - 5} more` : "";
  return `valid for ${names}${more}, from ${day(certificate.validFrom)} to ${day(certificate.validTo)}, ` +
    `issued by ${certificate.issuer}`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an unknown day" : date.toISOString().slice(0, 10);
}

/** The fields that a certificate adds to an error. */
export function certificateFields(certificate: CertificateFacts | undefined): TLSErrorFields {
  if (!certificate) return {};
  return {
    names: certificate.names,
    issuer: certificate.issuer,
    validFrom: certificate.validFrom,
    validTo: certificate.validTo,
  };
}

/**
 * Deno's `node:tls` calls an expired certificate untrusted: when the certificate is visible,
 * its own dates say better why it was rejected.
 */
function refine(found: TlsCase | undefined, certificate: CertificateFacts | undefined): TlsCase | undefined {
  if (found?.code !== "CERTIFICATE_UNTRUSTED" || !certificate) return found;
  const now = systemClock.wall();
  const code = certificate.validTo.getTime() < now
    ? "CERTIFICATE_EXPIRED"
    : certificate.validFrom.getTime() > now
    ? "CERTIFICATE_NOT_YET_VALID"
    : found.code;
  return CASES.find((row) => row.code === code);
}

/** Why the handshake failed. */
export function tlsError(error: unknown, attempt: TlsAttempt): TLSError {
  if (error instanceof TLSError) return error;
  const found = refine(findCase(error), attempt.certificate);
  const code = systemCode(error);
  const fields: TLSErrorFields = {
    host: attempt.serverName,
    cause: error,
    code: found?.code ?? "TLS_FAILED",
    retryable: found?.retryable ?? false,
    ...certificateFields(attempt.certificate),
    ...(found ? { hint: found.hint } : {}),
    ...(code === undefined ? {} : { systemCode: code }),
  };
  const says = found?.says ?? errorText(error);
  const seen = found?.certificate && attempt.certificate ? ` (${describe(attempt.certificate)})` : "";
  const message = `Cannot secure the connection to ${attempt.serverName}: ${says}${seen}`;
  return found?.certificate ? new CertificateError(message, fields) : new TLSError(message, fields);
}

/** What an error on an open TLS socket means. */
export function tlsSocketError(error: unknown, serverName: string): JetstreamError | undefined {
  if (error instanceof JetstreamError) return error;
  return isServerAlert(error) ? tlsError(error, { serverName }) : undefined;
}
