/**
 * Owns the reading of one Set-Cookie value (RFC 6265bis §5.6).
 * Must not know the URL it came from, nor what a jar holds.
 * Invariant: one pass; of an attribute that comes twice the last one counts; the result is
 * either a cookie as the server wrote it or the reason why it is ignored, never an exception.
 */

import { parseCookieDate } from "./cookie_date.ts";
import type { SameSite } from "./cookie.ts";

/** Most octets of name and value together (§5.6 step 4). */
export const MAX_PAIR_LENGTH = 4096;

/** Most octets of an attribute's value; a longer one is ignored (§5.6). */
export const MAX_ATTRIBUTE_LENGTH = 1024;

/** A Set-Cookie value taken apart. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** In lower case, without the leading dot; empty when absent. */
  readonly domain: string;
  /** As written; empty when absent. */
  readonly path: string;
  /** Milliseconds since 1970; `undefined` when absent. */
  readonly expires: number | undefined;
  /** Seconds; `undefined` when absent. Wins over `expires`. */
  readonly maxAge: number | undefined;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  readonly partitioned: boolean;
}

/** Why a cookie is not kept: completes "Cannot set the cookie: …". */
export type Refusal = string;

/** Takes a Set-Cookie value apart. */
export function parseSetCookie(text: string): SetCookie | Refusal {
  const fault = faultOf(text);
  if (fault) return fault;
  const semicolon = text.indexOf(";");
  const pair = semicolon < 0 ? text : text.slice(0, semicolon);
  const equals = pair.indexOf("=");
  const name = equals < 0 ? "" : trimBlanks(pair.slice(0, equals));
  const value = trimBlanks(pair.slice(equals + 1));
  const cookie: { -readonly [field in keyof SetCookie]: SetCookie[field] } = {
    name,
    value,
    domain: "",
    path: "",
    expires: undefined,
    maxAge: undefined,
    secure: false,
    httpOnly: false,
    sameSite: null,
    partitioned: false,
  };
  const pairFault = pairFaultOf(name, value);
  if (pairFault) return pairFault;
  for (let at = semicolon; at >= 0;) {
    const next = text.indexOf(";", at + 1);
    takeAttribute(cookie, next < 0 ? text.slice(at + 1) : text.slice(at + 1, next));
    at = next;
  }
  return cookie;
}

/** Why name and value cannot be a cookie; empty when they can. */
export function pairFaultOf(name: string, value: string): Refusal | "" {
  if (name === "" && value === "") return "it has neither name nor value";
  const length = name.length + value.length;
  if (length > MAX_PAIR_LENGTH) return `name and value are ${length} bytes, expected ${MAX_PAIR_LENGTH} at most`;
  return "";
}

/** Why a text cannot be part of a cookie (§5.6 step 1); empty when it can. A tab may stand inside. */
export function faultOf(text: string): Refusal | "" {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return `it holds a control character at position ${at}`;
    // A field value is octets: whoever has other text must encode it first.
    if (code > 0xff) return `it holds a character above U+00FF at position ${at}`;
  }
  return "";
}

function takeAttribute(cookie: { -readonly [field in keyof SetCookie]: SetCookie[field] }, text: string): void {
  const equals = text.indexOf("=");
  const name = trimBlanks(equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? "" : trimBlanks(text.slice(equals + 1));
  if (value.length > MAX_ATTRIBUTE_LENGTH) return;
  switch (name) {
    case "expires":
      cookie.expires = parseCookieDate(value) ?? cookie.expires;
      break;
    case "max-age":
      if (/^-?[0-9]+$/.test(value)) cookie.maxAge = Number(value);
      break;
    case "domain":
      cookie.domain = (value.startsWith(".") ? value.slice(1) : value).toLowerCase();
      break;
    case "path":
      cookie.path = value.startsWith("/") ? value : "";
      break;
    case "secure":
      cookie.secure = true;
      break;
    case "httponly":
      cookie.httpOnly = true;
      break;
    case "samesite":
      cookie.sameSite = readSameSite(value.toLowerCase());
      break;
    case "partitioned":
      cookie.partitioned = true;
      break;
  }
}

function readSameSite(value: string): SameSite {
  return value === "strict" || value === "lax" || value === "none" ? value : null;
}

/** Without the spaces and tabs around; nothing else counts as white space here. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
