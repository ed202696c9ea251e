/**
 * Owns the errors of the way through a proxy.
 * Must not know the dialogue in which they arise.
 * Invariants: each names the proxy and the target, neither with credentials; nothing that the
 * proxy wrote stands in a message but its status and a quoted reason.
 */

import { type ErrorFields, JetstreamError, ProtocolError, ProxyError } from "../errors.ts";
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

/** The error for a connection to the proxy that broke, or over which it sent what it must not. */
export function brokenProxy(destination: ProxyDestination, cause: JetstreamError): ProxyError {
  const garbled = cause instanceof ProtocolError;
  const code = garbled ? "PROXY_PROTOCOL" : "PROXY_CLOSED";
  return proxyError(destination, lowerFirst(cause.message), { code, cause, retryable: !garbled });
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

/** Runs `work`; what breaks in it is told as the proxy's failure. */
export async function throughProxy<T>(destination: ProxyDestination, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProxyError || !isBroken(error)) throw error;
    throw brokenProxy(destination, error);
  }
}

/** Whether an error is about the connection, as against a limit, a cancelled call, or the caller's own. */
function isBroken(error: unknown): error is JetstreamError {
  return error instanceof JetstreamError && (error instanceof ProtocolError || error.code !== "") && isTransport(error);
}

function isTransport(error: JetstreamError): boolean {
  return error.name === "SocketError" || error.name === "IncompleteReadError" || error instanceof ProtocolError;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
