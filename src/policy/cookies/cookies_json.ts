/**
 * Owns the JSON form of a jar: everything a cookie has, dates as ISO 8601.
 * Must not know jars.
 * Invariant: what is written is read back equal; only own fields of the parsed objects are read,
 * each checked for its type.
 */

import type { CookieFields, SameSite } from "./cookie.ts";

/** Version of the form; a reader refuses another. */
const VERSION = 1;

/** The cookies as JSON text, values included. */
export function formatCookiesJson(cookies: Iterable<CookieFields>): string {
  const list = [...cookies].map((cookie) => ({
    name: cookie.name,
    value: cookie.value,
    domain: cookie.domain,
    hostOnly: cookie.hostOnly,
    path: cookie.path,
    secure: cookie.secure,
    httpOnly: cookie.httpOnly,
    sameSite: cookie.sameSite,
    partitioned: cookie.partitioned,
    expires: cookie.expires === null ? null : isoDate(cookie.expires),
    created: isoDate(cookie.created),
    accessed: isoDate(cookie.accessed),
  }));
  const text = JSON.stringify({ version: VERSION, cookies: list }, null, 1);
  // ASCII, so that the octets of a value survive whatever encoding the text is kept in.
  return `${text.replace(/[\u007f-\uffff]/g, escapeCharacter)}\n`;
}

/** Reads the JSON form; throws `TypeError` that names the entry and the field. */
export function parseCookiesJson(text: string): CookieFields[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a value.
    throw new TypeError("Cannot read the cookies: the text is not JSON");
  }
  const { version, cookies } = ownFields(root) ?? {};
  if (version !== VERSION || !Array.isArray(cookies)) {
    throw new TypeError(`Cannot read the cookies: expected an object with version ${VERSION} and a list of cookies`);
  }
  return cookies.map((entry, index) => readEntry(ownFields(entry) ?? {}, index));
}

function readEntry(entry: { readonly [field: string]: unknown }, index: number): CookieFields {
  function read<T>(field: string, wanted: string, convert: (value: unknown) => T | undefined): T {
    const value = convert(entry[field]);
    if (value !== undefined) return value;
    throw new TypeError(`Cannot read cookie ${index} of the list: its ${field} is not ${wanted}`);
  }
  const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined;
  const flag = (value: unknown): boolean | undefined => typeof value === "boolean" ? value : undefined;
  return {
    name: read("name", "a string", text),
    value: read("value", "a string", text),
    domain: read("domain", "a string", text),
    hostOnly: read("hostOnly", "a boolean", flag),
    path: read("path", "a string", text),
    secure: read("secure", "a boolean", flag),
    httpOnly: read("httpOnly", "a boolean", flag),
    sameSite: read("sameSite", "strict, lax, none or null", sameSiteOf),
    partitioned: read("partitioned", "a boolean", flag),
    expires: read("expires", "a date or null", (value) => value === null ? null : timeOf(value)),
    created: read("created", "a date", timeOf),
    accessed: read("accessed", "a date", timeOf),
  };
}

function sameSiteOf(value: unknown): SameSite | undefined {
  return value === "strict" || value === "lax" || value === "none" || value === null ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || value.length > 32) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function isoDate(time: number): string {
  return new Date(time).toISOString();
}

/** The object's own fields, without a prototype; `undefined` when it is no object. */
function ownFields(value: unknown): { readonly [field: string]: unknown } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.assign(Object.create(null), value);
}
