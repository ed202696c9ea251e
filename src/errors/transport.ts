/**
 * Owns the failures of connections and of the protocol spoken on them.
 * Must not know who retries them; `retryable` and `progress` say what is known.
 * Invariant: a `ConnectError` means that no byte of the request was sent.
 */

import { type ErrorFields, JetstreamError, nameClass } from "./root.ts";

/** The connection to the server failed. */
export class TransportError extends JetstreamError {
  static {
    nameClass(this, "TransportError");
  }
}

/** Where a connection was meant to go. */
export interface ConnectErrorFields extends ErrorFields {
  /** Host name, address or socket path. */
  host?: string;
  /** Port, where there is one. */
  port?: number;
  /** The addresses that were tried, in order. */
  addresses?: readonly string[];
  /** The system's own code, such as `ECONNREFUSED`. */
  systemCode?: string;
}

/** No connection came about; nothing of the request was sent. */
export class ConnectError extends TransportError {
  static {
    nameClass(this, "ConnectError");
  }
  /** Host name, address or socket path. */
  readonly host: string | undefined;
  /** Port, where there is one. */
  readonly port: number | undefined;
  /** The addresses that were tried, in order. */
  readonly addresses: readonly string[];
  /** The system's own code, such as `ECONNREFUSED`. */
  readonly systemCode: string | undefined;

  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ConnectErrorFields = {}) {
    super(message, { code: "CONNECT_FAILED", phase: "connect", retryable: true, progress: "unsent", ...fields });
    this.host = fields.host;
    this.port = fields.port;
    this.addresses = fields.addresses ?? [];
    this.systemCode = fields.systemCode;
  }
}

/** A name could not be resolved. */
export class DNSError extends ConnectError {
  static {
    nameClass(this, "DNSError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ConnectErrorFields = {}) {
    super(message, { code: "DNS_FAILED", phase: "dns", ...fields });
  }
}

/** A proxy refused or broke the connection. */
export class ProxyError extends ConnectError {
  static {
    nameClass(this, "ProxyError");
  }
  /** The proxy's status code, when it gave one. */
  readonly status: number | undefined;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ConnectErrorFields & { status?: number } = {}) {
    super(message, { code: "PROXY_FAILED", phase: "proxy", ...fields });
    this.status = fields.status;
  }
}

/** The pool could not give a connection: its queue is full or it is closed. */
export class PoolError extends ConnectError {
  static {
    nameClass(this, "PoolError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ConnectErrorFields = {}) {
    super(message, { code: "POOL_FAILED", phase: "pool", retryable: false, ...fields });
  }
}

/** What a guard refused. */
export interface GuardErrorFields extends ConnectErrorFields {
  /** The address that was refused; none when the name itself or a socket path was. */
  address?: string;
}

/** The option `guard` does not let a connection go there. */
export class GuardError extends ConnectError {
  static {
    nameClass(this, "GuardError");
  }
  /** The address that was refused; none when the name itself or a socket path was. */
  readonly address: string | undefined;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: GuardErrorFields = {}) {
    super(message, { code: "GUARD_ADDRESS", retryable: false, ...fields });
    this.address = fields.address;
  }
}

/** What a TLS failure tells. Facts that the runtime hides are `undefined`. */
export interface TLSErrorFields extends ConnectErrorFields {
  /** Names that the certificate is valid for. */
  names?: readonly string[];
  /** Who issued the certificate. */
  issuer?: string;
  /** First day of validity. */
  validFrom?: Date;
  /** Last day of validity. */
  validTo?: Date;
  /** What the caller can do. */
  hint?: string;
}

/** The TLS handshake failed. */
export class TLSError extends ConnectError {
  static {
    nameClass(this, "TLSError");
  }
  /** Names that the certificate is valid for. */
  readonly names: readonly string[] | undefined;
  /** Who issued the certificate. */
  readonly issuer: string | undefined;
  /** First day of validity. */
  readonly validFrom: Date | undefined;
  /** Last day of validity. */
  readonly validTo: Date | undefined;
  /** What the caller can do. */
  readonly hint: string | undefined;

  /** Makes one of its message and its facts. */
  constructor(message: string, fields: TLSErrorFields = {}) {
    super(message, { code: "TLS_FAILED", phase: "tls", retryable: false, ...fields });
    this.names = fields.names;
    this.issuer = fields.issuer;
    this.validFrom = fields.validFrom;
    this.validTo = fields.validTo;
    this.hint = fields.hint;
  }
}

/** The server's certificate was rejected. */
export class CertificateError extends TLSError {
  static {
    nameClass(this, "CertificateError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: TLSErrorFields = {}) {
    super(message, { code: "CERTIFICATE_REJECTED", ...fields });
  }
}

/** No pinned key was found on the certificate chain. */
export class PinError extends TLSError {
  static {
    nameClass(this, "PinError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: TLSErrorFields = {}) {
    super(message, { code: "PIN_MISMATCH", ...fields });
  }
}

/** An open connection broke: reset, or closed before the answer was complete. */
export class SocketError extends TransportError {
  static {
    nameClass(this, "SocketError");
  }
  /** The system's own code, such as `ECONNRESET`. */
  readonly systemCode: string | undefined;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { systemCode?: string } = {}) {
    super(message, { code: "SOCKET_FAILED", phase: "head", retryable: true, progress: "sent", ...fields });
    this.systemCode = fields.systemCode;
  }
}

/** The body ended before its announced length. */
export class IncompleteReadError extends SocketError {
  static {
    nameClass(this, "IncompleteReadError");
  }
  /** Bytes of the body that arrived. */
  readonly received: number;
  /** Bytes announced; `undefined` for a chunked body. */
  readonly expected: number | undefined;
  /** Makes one of its message and its facts. */
  constructor(
    message: string,
    fields: ErrorFields & { received: number; expected?: number | undefined; systemCode?: string },
  ) {
    super(message, { code: "INCOMPLETE_READ", phase: "read", progress: "answered", ...fields });
    this.received = fields.received;
    this.expected = fields.expected;
  }
}

/** HTTP itself was broken by one of the two sides. */
export class ProtocolError extends TransportError {
  static {
    nameClass(this, "ProtocolError");
  }
  /** Name of the leniency that would have let the message pass, if there is one. */
  readonly lenient: string | undefined;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { lenient?: string } = {}) {
    super(message, { code: "PROTOCOL", phase: "head", ...fields });
    this.lenient = fields.lenient;
  }
}

/** The caller asked for something that HTTP does not allow. */
export class LocalProtocolError extends ProtocolError {
  static {
    nameClass(this, "LocalProtocolError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { code: "PROTOCOL_LOCAL", phase: "write", ...fields });
  }
}

/** The server sent something that HTTP does not allow. */
export class RemoteProtocolError extends ProtocolError {
  static {
    nameClass(this, "RemoteProtocolError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { lenient?: string } = {}) {
    super(message, { code: "PROTOCOL_REMOTE", progress: "answered", ...fields });
  }
}
