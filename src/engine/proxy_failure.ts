/**
 * Owns the errors of the way through a proxy.
 * Must not know the dialogue in which they arise.
 * Invariants: each names the proxy and the target, neither with credentials; nothing that the
 * proxy wrote stands in a message but its status and a quoted reason.
 */

import { type ErrorFields, LocalProtocolError, ProtocolError, ProxyError, SocketError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import type { ProxyTarget } from "../core/settings.ts";

/** Where a way through a proxy leads. */
export interface ProxyDestination {
  readonly proxy: ProxyTarget;
  /** Host name or address of the origin; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around IPv6 (RFC 9110 section 7.2: authority form). */
export function authorityOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The error for a way that did not come about. */
export function proxyError(
  { proxy, host, port }: ProxyDestination,
  why: string,
  fields: ErrorFields & { status?: number } = {},
): ProxyError {
  const message = `Cannot reach ${authorityOf(host, port)} through the proxy ${proxy.label}: ${why}`;
  return new ProxyError(message, { host, port, ...fields });
}

/** The error for a connection to the proxy that broke, for what a proxy must not send, and for what it cannot carry. */
function brokenProxy(destination: ProxyDestination, cause: SocketError | ProtocolError): ProxyError {
  const lost = cause instanceof SocketError;
  const code = lost ? "PROXY_CLOSED" : cause instanceof LocalProtocolError ? "PROXY_UNSUITABLE" : "PROXY_PROTOCOL";
  return proxyError(destination, lowerFirst(cause.message), { code, cause, retryable: lost });
}

/** The error for bytes that came before anything was sent to the origin. */
export function earlyBytes(destination: ProxyDestination, count: number): ProxyError {
  return proxyError(destination, `it sent ${count} bytes before it was sent any, expected none`, {
    code: "PROXY_PROTOCOL",
    retryable: false,
  });
}

/** The error for a proxy that answers with a status other than 2xx. */
export function refusedByStatus(destination: ProxyDestination, status: number, reason: string): ProxyError {
  const words = reason === "" ? "" : ` ${quote(reason)}`;
  return proxyError(destination, `it answered ${status}${words}, expected 2xx`, {
    code: "PROXY_REFUSED",
    status,
    // 5xx: the proxy could not, this time; anything else is about the request.
    retryable: status >= 500,
  });
}

/** The error for a proxy that wants credentials (407). */
export function unauthorized(destination: ProxyDestination, challenges: readonly string[], tried: boolean): ProxyError {
  const schemes = challenges.map((challenge) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}/.exec(challenge)?.[0] ?? "?");
  const wanted = schemes.length === 0 ? "" : ` (${schemes.slice(0, 8).join(", ")})`;
  const why = tried
    ? `it refused the credentials${wanted}, expected others`
    : `it wants credentials${wanted}, expected user info in the proxy's URL or the option "proxy.auth"`;
  return proxyError(destination, why, { code: "PROXY_AUTHENTICATION", status: 407, retryable: false });
}

/** The error for a challenge that cannot be answered, for the request cannot be sent again. */
export function unreplayable(destination: ProxyDestination, kind: string): ProxyError {
  const why = `it wants credentials, and the body of the request is ${kind}, expected one that can be sent twice`;
  return proxyError(destination, why, { code: "PROXY_AUTHENTICATION", status: 407, retryable: false });
}

/**
 * What an error of the connection to a proxy means: what breaks there is the proxy's failure. Limits,
 * cancelled calls, names that do not resolve and failed handshakes say what they are themselves.
 */
export function translated(destination: ProxyDestination, error: unknown): unknown {
  return error instanceof SocketError || error instanceof ProtocolError ? brokenProxy(destination, error) : error;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
