/**
 * Owns the vocabulary of TLS between client, engine and connectors.
 * Must not know how a runtime does it.
 * Invariant: a missing field means the safe default; nothing here can switch
 * verification off except `verify: false`.
 */

/** The TLS versions that may be asked for. */
export type TlsVersion = "1.2" | "1.3";

/** What a connector needs to secure one socket; every file is already read. */
export interface TlsSettings {
  /** The name sent as SNI and verified. */
  readonly serverName: string;
  /** Certificates (PEM) that replace the trust store; `null` keeps the runtime's. */
  readonly ca: readonly string[] | null;
  /** Certificates (PEM) trusted beside the trust store. */
  readonly extraCa: readonly string[] | null;
  /** Client certificate chain, PEM. */
  readonly cert: string | null;
  /** Private key of the client certificate, PEM. */
  readonly key: string | null;
  /** Verify chain and name. */
  readonly verify: boolean;
  /** Base64 SHA-256 digests of public keys (SPKI), of which one must be on the verified chain. */
  readonly pins: readonly string[] | null;
  /** Oldest version accepted. */
  readonly minVersion: TlsVersion;
  /** Newest version offered; `null` leaves it to the runtime. */
  readonly maxVersion: TlsVersion | null;
  /** Protocols offered by ALPN, in order of preference; `null` offers none. */
  readonly alpn: readonly string[] | null;
}

/** What is known of a finished handshake; what a runtime hides is `undefined`. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly version: string | undefined;
  /** Name of the cipher suite. */
  readonly cipher: string | undefined;
  /** Whether an earlier session was resumed. */
  readonly resumed: boolean | undefined;
  /** The server's certificate. */
  readonly certificate: CertificateFacts | undefined;
}

/** What is known of the server's certificate. */
export interface CertificateFacts {
  /** Common name or whole subject. */
  readonly subject: string;
  /** Common name or whole subject of the issuer. */
  readonly issuer: string;
  /** Names it is valid for. */
  readonly names: readonly string[];
  /** First day of validity. */
  readonly validFrom: Date;
  /** Last day of validity. */
  readonly validTo: Date;
  /** SHA-256 of the certificate, colon-separated upper-case hex. */
  readonly fingerprint256: string;
}
