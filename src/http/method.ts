/**
 * Owns what is known of methods (RFC 9110 §9).
 * Must not know retries or redirects; they ask here.
 * Invariant: methods are compared as they are, never upper-cased.
 */

import { isToken, quote } from "./field_grammar.ts";

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"]);
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);
const KNOWN = new Set([...IDEMPOTENT, "POST", "PATCH", "CONNECT"]);

/** Whether sending it twice has the effect of sending it once (§9.2.2). */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** Whether it only reads (§9.2.1). */
export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** Throws `TypeError` unless `method` is a token; names the upper-case form of a known one. */
export function assertMethod(method: string): void {
  if (KNOWN.has(method)) return;
  if (typeof method !== "string" || !isToken(method)) {
    throw new TypeError(`Cannot use the method ${quote(method)}: expected a token of RFC 9110, such as "GET"`);
  }
  const upper = method.toUpperCase();
  if (KNOWN.has(upper)) {
    throw new TypeError(`Cannot use the method ${quote(method)}: methods are case-sensitive, expected "${upper}"`);
  }
}
