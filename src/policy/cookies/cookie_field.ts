/**
 * Owns the Cookie field: how it is written, and how several sources share the one field (RFC 6265bis §5.8.3).
 * Must not know jars or calls.
 * Invariant: pure; a name given by a source that goes first is not given again by a later one.
 */

import { trimBlanks } from "./set_cookie.ts";

/**
 * Most octets of the Cookie field that a jar fills: twice what servers commonly take for one line,
 * and a third of our own head limit. Without it one host could make every request to its
 * siblings fail (CVE-2022-32205).
 */
export const MAX_COOKIE_FIELD = 16_384;

/** What of a cookie goes out. */
export interface SentCookie {
  readonly name: string;
  readonly value: string;
}

/** One `cookie-pair`; a nameless cookie is its value alone. */
export function formatPair(cookie: SentCookie): string {
  return cookie.name === "" ? cookie.value : `${cookie.name}=${cookie.value}`;
}

/** The field's value, in the order given; a cookie that does not fit any more is left out. Tells `sent` each that goes. */
export function formatCookieField<T extends SentCookie>(cookies: readonly T[], sent?: (cookie: T) => void): string {
  let field = "";
  for (const cookie of cookies) {
    const pair = formatPair(cookie);
    const longer = field === "" ? pair : `${field}; ${pair}`;
    if (longer.length > MAX_COOKIE_FIELD) continue;
    field = longer;
    sent?.(cookie);
  }
  return field;
}

/**
 * Joins the sources of a Cookie field: what the caller wrote as a header, then the call's own
 * cookies, then the jar's. A name that has come is not taken from a later source; within a source
 * everything stays as it is.
 */
export function mergeCookieFields(...sources: readonly string[]): string {
  const given = sources.filter((source) => source !== "");
  if (given.length < 2) return given[0] ?? "";
  let field = "";
  const names = new Set<string>();
  for (const source of given) {
    const pairs = field === "" ? [source] : splitPairs(source).filter((pair) => !names.has(nameOf(pair)));
    for (const pair of splitPairs(source)) names.add(nameOf(pair));
    if (pairs.length > 0) field = field === "" ? source : `${field}; ${pairs.join("; ")}`;
  }
  return field;
}

function splitPairs(field: string): string[] {
  return field.split(";").map(trimBlanks).filter((pair) => pair !== "");
}

/** What two pairs must not share; a nameless one has the empty name. */
function nameOf(pair: string): string {
  const equals = pair.indexOf("=");
  return equals < 0 ? "" : trimBlanks(pair.slice(0, equals));
}
