/**
 * Owns the seam where errors of the host become ours: connecting, names, open sockets.
 * Must not know which runtime raised them; TLS has a seam of its own (`translate_tls.ts`).
 * Invariant: a pure function of the error and the target; the host's error is the `cause`.
 */

import type { ConnectTarget } from "../core/socket.ts";
import {
  ConnectError,
  type ConnectErrorFields,
  DNSError,
  JetstreamError,
  SocketError,
  UnsupportedRuntimeError,
} from "../errors.ts";
import { hostPort, printableTarget } from "./address.ts";

interface HostError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

/** Errors of Deno that come without a code. */
const CODE_BY_NAME: Readonly<Record<string, string>> = {
  ConnectionRefused: "ECONNREFUSED",
  ConnectionReset: "ECONNRESET",
  ConnectionAborted: "ECONNABORTED",
  BrokenPipe: "EPIPE",
  NotConnected: "ENOTCONN",
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  TimedOut: "ETIMEDOUT",
  NotCapable: "EPERM",
  PermissionDenied: "EACCES",
  NetworkUnreachable: "ENETUNREACH",
  HostUnreachable: "EHOSTUNREACH",
  NotFound: "ENOENT",
  Interrupted: "EINTR",
  BadResource: "EBADF",
};

const ERRNO_IN_MESSAGE = /\(os error (\d+)\)/;

/** The numbers of Linux, for errors whose only trace of a code is in the text. */
const CODE_BY_NUMBER: Readonly<Record<string, string>> = {
  "1": "EPERM",
  "2": "ENOENT",
  "11": "EAGAIN",
  "13": "EACCES",
  "22": "EINVAL",
  "24": "EMFILE",
  "97": "EAFNOSUPPORT",
  "99": "EADDRNOTAVAIL",
  "101": "ENETUNREACH",
  "103": "ECONNABORTED",
  "104": "ECONNRESET",
  "110": "ETIMEDOUT",
  "111": "ECONNREFUSED",
  "113": "EHOSTUNREACH",
};

/** The text of any thrown value. */
export function errorText(error: unknown): string {
  const message = (error as HostError | undefined)?.message;
  return typeof message === "string" ? message : String(error);
}

/** The system's code of an error, such as `ECONNREFUSED`; of several attempts, that of the last. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const host = error as HostError;
  if (Array.isArray(host.errors) && host.errors.length > 0) return systemCode(host.errors.at(-1));
  if (typeof host.code === "string" && host.code !== "") return host.code;
  if (typeof host.name === "string" && CODE_BY_NAME[host.name]) return CODE_BY_NAME[host.name];
  const number = ERRNO_IN_MESSAGE.exec(errorText(error))?.[1];
  return number === undefined ? undefined : CODE_BY_NUMBER[number];
}

interface ConnectCase {
  readonly code: string;
  readonly says: string;
  readonly retryable: boolean;
}

const CONNECT_CASES: Readonly<Record<string, ConnectCase>> = {
  ECONNREFUSED: { code: "CONNECT_REFUSED", says: "nothing listens there", retryable: true },
  EHOSTUNREACH: { code: "CONNECT_UNREACHABLE", says: "no route to the host", retryable: true },
  ENETUNREACH: { code: "CONNECT_UNREACHABLE", says: "no route to its network", retryable: true },
  EHOSTDOWN: { code: "CONNECT_UNREACHABLE", says: "the host is down", retryable: true },
  ENETDOWN: { code: "CONNECT_UNREACHABLE", says: "the network is down", retryable: true },
  ECONNRESET: { code: "CONNECT_RESET", says: "the connection was reset", retryable: true },
  ECONNABORTED: { code: "CONNECT_RESET", says: "the connection was aborted", retryable: true },
  EPIPE: { code: "CONNECT_RESET", says: "the connection was closed", retryable: true },
  ETIMEDOUT: { code: "CONNECT_TIMED_OUT", says: "the system gave up waiting for an answer", retryable: true },
  EAGAIN: { code: "CONNECT_BUSY", says: "the listener takes no more connections now", retryable: true },
  EMFILE: { code: "CONNECT_EXHAUSTED", says: "this process has no descriptor left", retryable: true },
  ENFILE: { code: "CONNECT_EXHAUSTED", says: "this system has no descriptor left", retryable: true },
  ENOBUFS: { code: "CONNECT_EXHAUSTED", says: "this system has no buffer left", retryable: true },
  ENOMEM: { code: "CONNECT_EXHAUSTED", says: "this system has no memory left", retryable: true },
  EADDRINUSE: { code: "CONNECT_ADDRESS", says: "the local address is in use", retryable: true },
  EADDRNOTAVAIL: { code: "CONNECT_ADDRESS", says: "the local address is not available", retryable: false },
  EAFNOSUPPORT: { code: "CONNECT_ADDRESS", says: "the address family is not supported", retryable: false },
  EINVAL: { code: "CONNECT_ADDRESS", says: "the address is not valid", retryable: false },
  ENOENT: { code: "CONNECT_NOT_FOUND", says: "there is no such socket", retryable: false },
  ENOTSOCK: { code: "CONNECT_NOT_FOUND", says: "that file is not a socket", retryable: false },
  EACCES: { code: "CONNECT_PERMISSION", says: "the system denies access", retryable: false },
  EPERM: { code: "CONNECT_PERMISSION", says: "it is not permitted", retryable: false },
};

const UNKNOWN_CASE: ConnectCase = { code: "CONNECT_FAILED", says: "", retryable: true };

/** The grants that Deno asks for to reach `target`. */
export function neededPermission(target: ConnectTarget): string {
  if (target.kind === "unix") return `--allow-net --allow-read=${target.path} --allow-write=${target.path}`;
  const from = target.localAddress === null ? "" : `,${hostPort(target.localAddress, 0)}`;
  return `--allow-net=${printableTarget(target)}${from}`;
}

function targetFields(target: ConnectTarget, error: unknown): ConnectErrorFields {
  const fields: ConnectErrorFields = { cause: error };
  if (target.kind === "unix") fields.host = target.path;
  else {
    fields.host = target.host;
    fields.port = target.port;
  }
  const code = systemCode(error);
  if (code !== undefined) fields.systemCode = code;
  return fields;
}

function isPermission(error: unknown): boolean {
  return (error as HostError | undefined)?.name === "NotCapable" || errorText(error).startsWith("Requires ");
}

/** Why no connection to `target` came about. */
export function connectError(error: unknown, target: ConnectTarget): ConnectError {
  if (error instanceof ConnectError) return error;
  if (target.kind === "tcp" && nameCase(error)) return nameError(error, target.host, targetFields(target, error));
  const fields = targetFields(target, error);
  const where = printableTarget(target);
  if (isPermission(error)) {
    const needed = neededPermission(target);
    return new ConnectError(`Cannot connect to ${where}: it is not permitted, run with ${needed}`, {
      ...fields,
      code: "CONNECT_PERMISSION",
      retryable: false,
    });
  }
  const found = CONNECT_CASES[fields.systemCode ?? ""] ?? UNKNOWN_CASE;
  return new ConnectError(`Cannot connect to ${where}: ${found.says || errorText(error)}`, {
    ...fields,
    code: found.code,
    retryable: found.retryable,
  });
}

interface NameCase {
  readonly code: string;
  readonly says: string;
  readonly retryable: boolean;
}

const NOT_FOUND: NameCase = { code: "DNS_NOT_FOUND", says: "there is no such name", retryable: false };
const TEMPORARY: NameCase = { code: "DNS_TEMPORARY", says: "the resolver does not answer now", retryable: true };

const NAME_CASES: Readonly<Record<string, NameCase>> = {
  ENOTFOUND: NOT_FOUND,
  ENODATA: NOT_FOUND,
  EAI_NONAME: NOT_FOUND,
  EAI_NODATA: NOT_FOUND,
  DNS_ENOTFOUND: NOT_FOUND,
  DNS_ENODATA: NOT_FOUND,
  EAI_AGAIN: TEMPORARY,
  ETIMEOUT: TEMPORARY,
  ESERVFAIL: TEMPORARY,
  DNS_ETIMEOUT: TEMPORARY,
  DNS_ESERVFAIL: TEMPORARY,
  EAI_FAIL: { code: "DNS_FAILED", says: "the resolver failed", retryable: true },
};

const LOOKUP_TEXT = /failed to lookup address information|no record found|getaddrinfo/i;
const TEMPORARY_TEXT = /temporary failure/i;
const UNKNOWN_NAME_TEXT = /name or service not known|no address associated|nodename nor servname|no record found/i;

function nameCase(error: unknown): NameCase | undefined {
  const code = systemCode(error) ?? "";
  if (NAME_CASES[code]) return NAME_CASES[code];
  const text = errorText(error);
  if (!LOOKUP_TEXT.test(text)) return undefined;
  if (TEMPORARY_TEXT.test(text)) return TEMPORARY;
  return UNKNOWN_NAME_TEXT.test(text) ? NOT_FOUND : NAME_CASES.EAI_FAIL;
}

function nameError(error: unknown, name: string, fields: ConnectErrorFields): DNSError {
  const found = nameCase(error) ?? { code: "DNS_FAILED", says: errorText(error), retryable: true };
  return new DNSError(`Cannot resolve ${name}: ${found.says}`, {
    ...fields,
    code: found.code,
    retryable: found.retryable,
  });
}

/** Why `name` could not be resolved. */
export function dnsError(error: unknown, name: string): DNSError {
  if (error instanceof DNSError) return error;
  const fields: ConnectErrorFields = { host: name, cause: error };
  const code = systemCode(error);
  if (code !== undefined) fields.systemCode = code;
  if (isPermission(error) || code === "EPERM") {
    return new DNSError(`Cannot resolve ${name}: it is not permitted, run with --allow-net=${name}`, {
      ...fields,
      code: "DNS_PERMISSION",
      retryable: false,
    });
  }
  if (code === "ENOENT") return new DNSError(`Cannot resolve ${name}: ${NOT_FOUND.says}`, { ...fields, ...NOT_FOUND });
  return nameError(error, name, fields);
}

interface SocketCase {
  readonly code: string;
  readonly says: string;
}

const SOCKET_CASES: Readonly<Record<string, SocketCase>> = {
  ECONNRESET: { code: "SOCKET_RESET", says: "the peer reset it" },
  EPIPE: { code: "SOCKET_RESET", says: "the peer takes no more bytes" },
  ECONNABORTED: { code: "SOCKET_RESET", says: "it was aborted" },
  ETIMEDOUT: { code: "SOCKET_TIMED_OUT", says: "the peer does not answer any more" },
  EHOSTUNREACH: { code: "SOCKET_UNREACHABLE", says: "the route to the peer is gone" },
  ENETUNREACH: { code: "SOCKET_UNREACHABLE", says: "the route to the peer is gone" },
  ENETDOWN: { code: "SOCKET_UNREACHABLE", says: "the network is down" },
  EBADF: { code: "SOCKET_CLOSED", says: "it is closed" },
  ENOTCONN: { code: "SOCKET_CLOSED", says: "it is closed" },
  ERR_STREAM_DESTROYED: { code: "SOCKET_CLOSED", says: "it is closed" },
  ERR_STREAM_WRITE_AFTER_END: { code: "SOCKET_CLOSED", says: "its sending side is closed" },
  EINTR: { code: "SOCKET_CLOSED", says: "it is closed" },
};

/** Why an open socket broke. */
export function socketError(error: unknown): JetstreamError {
  if (error instanceof JetstreamError) return error;
  const code = systemCode(error);
  const found = SOCKET_CASES[code ?? ""] ?? { code: "SOCKET_FAILED", says: errorText(error) };
  return new SocketError(`Connection broke: ${found.says}`, {
    code: found.code,
    cause: error,
    ...(code === undefined ? {} : { systemCode: code }),
  });
}

/** TLS was asked of a socket whose target had not announced it; the connector may have chosen one that cannot. */
export function undeclaredTls(): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(
    "Cannot start TLS on this socket: its target named neither `tls` nor `nestedTls` for it",
  );
}

/** The error of a socket that went away without a word. */
export function closedEarly(): SocketError {
  return new SocketError("Connection broke: it was closed", { code: "SOCKET_CLOSED" });
}
