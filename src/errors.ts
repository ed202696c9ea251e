/**
 * Owns the whole error taxonomy. Must not know who throws or catches.
 * Invariant: every failure that is not plain misuse (`TypeError`, `RangeError`) is one of
 * these classes, has a stable `code`, and holds no secret in its message.
 *
 * ```text
 * JetstreamError
 * ├─ HTTPError            a status was raised
 * ├─ TransportError
 * │  ├─ ConnectError      before a byte of the request was sent
 * │  │  ├─ DNSError  ├─ ProxyError  ├─ PoolError  ├─ GuardError
 * │  │  └─ TLSError  ─ CertificateError, PinError
 * │  ├─ SocketError       reset, closed early  ─ IncompleteReadError
 * │  └─ ProtocolError     ─ LocalProtocolError (the caller's fault), RemoteProtocolError (the server's)
 * ├─ TimeoutError         one of the named limits
 * ├─ BodyError            ─ DecodeError, BodyTooLargeError, BodyUsedError, EmptyBodyError, SchemaError
 * ├─ RedirectError        too many, loop, downgrade, other scheme, refused body
 * ├─ AbortError           the caller aborted
 * └─ UnsupportedRuntimeError
 * ```
 */

export {
  type ErrorContext,
  type ErrorFields,
  type ErrorPhase,
  type ErrorRequest,
  JetstreamError,
  type SendProgress,
} from "./errors/root.ts";
export {
  CertificateError,
  ConnectError,
  type ConnectErrorFields,
  DNSError,
  GuardError,
  type GuardErrorFields,
  IncompleteReadError,
  LocalProtocolError,
  PinError,
  PoolError,
  ProtocolError,
  ProxyError,
  RemoteProtocolError,
  SocketError,
  TLSError,
  type TLSErrorFields,
  TransportError,
} from "./errors/transport.ts";
export {
  AbortError,
  HTTPError,
  type Problem,
  type RaisedResponse,
  RedirectError,
  TimeoutError,
  type TimeoutPhase,
  UnsupportedRuntimeError,
} from "./errors/call.ts";
export {
  BodyError,
  BodyTooLargeError,
  BodyUsedError,
  DecodeError,
  EmptyBodyError,
  SchemaError,
  type SchemaIssue,
} from "./errors/body.ts";
