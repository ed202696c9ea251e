/**
 * Owns the object form in which callers write a cookie.
 * Must not know jars or URLs.
 * Invariant: what passes here is what a Set-Cookie value could have said; the rest is a `TypeError`
 * that names the field and never the value.
 */

import { quote } from "../../http/field_grammar.ts";
import { Cookie, type SameSite } from "./cookie.ts";
import { canonicalHost } from "./cookie_match.ts";
import { faultOf, pairFaultOf, type SetCookie, trimBlanks } from "./set_cookie.ts";

/** A cookie to set. */
export interface CookieInit {
  /** The name. */
  readonly name: string;
  /** The value, as it is to be sent; nothing is escaped. */
  readonly value: string;
  /** Domain whose hosts get it. @default {the host of the URL alone} */
  readonly domain?: string;
  /**
   * Only the host `domain` gets it, not the names below it.
   * @default {false} with a domain
   */
  readonly hostOnly?: boolean;
  /**
   * Path and everything below it.
   * @default {"/"}
   */
  readonly path?: string;
  /** A date, or milliseconds since 1970; `null` as absent. @default {until the session ends} */
  readonly expires?: Date | number | null;
  /**
   * Sent over https only.
   * @default {false}
   */
  readonly secure?: boolean;
  /**
   * Marked as hidden from scripts.
   * @default {false}
   */
  readonly httpOnly?: boolean;
  /** The SameSite attribute, in any case. @default {none} */
  readonly sameSite?: string | null;
  /**
   * The Partitioned attribute.
   * @default {false}
   */
  readonly partitioned?: boolean;
}

/** Checks the object form; throws `TypeError`. */
export function readCookieInit(init: CookieInit): SetCookie & { readonly hostOnly: boolean } {
  if (typeof init !== "object" || init === null) {
    throw new TypeError(`Cannot set a cookie: it is a ${typeof init}, expected a Set-Cookie value or an object`);
  }
  // Own fields only: nothing that was planted in Object.prototype.
  const fields: CookieInit = init instanceof Cookie ? init.toFields() : Object.assign(Object.create(null), init);
  const { name, value } = fields;
  if (typeof name !== "string" || typeof value !== "string") {
    throw new TypeError("Cannot set a cookie: its name or value is not a string");
  }
  const fault = pairFaultOf(name, value) || textFaultOf(name, "=;") || textFaultOf(value, ";");
  if (fault) throw new TypeError(`Cannot set the cookie ${quote(name)}: ${fault}`);
  return {
    name,
    value,
    domain: readDomain(name, fields.domain),
    hostOnly: fields.hostOnly ?? false,
    path: readPath(name, fields.path),
    expires: readExpires(name, fields.expires),
    maxAge: undefined,
    secure: fields.secure ?? false,
    httpOnly: fields.httpOnly ?? false,
    sameSite: readSameSite(name, fields.sameSite),
    partitioned: fields.partitioned ?? false,
  };
}

/** Why a text would not come back from the wire as it is; empty when it would. */
export function textFaultOf(text: string, forbidden: string): string {
  const fault = faultOf(text);
  if (fault) return fault;
  for (const character of forbidden) if (text.includes(character)) return `it holds "${character}"`;
  return trimBlanks(text) === text ? "" : "it begins or ends with white space";
}

function readDomain(name: string, domain: string | undefined): string {
  if (domain === undefined) return "";
  const bare = typeof domain !== "string" ? "" : domain.startsWith(".") ? domain.slice(1) : domain;
  const host = canonicalHost(bare);
  if (host !== undefined) return host;
  throw new TypeError(`Cannot set the cookie ${quote(name)}: its domain is ${quote(domain)}, expected a host name`);
}

function readPath(name: string, path: string | undefined): string {
  if (path === undefined) return "/";
  if (typeof path === "string" && path.startsWith("/") && textFaultOf(path, ";") === "") return path;
  throw new TypeError(
    `Cannot set the cookie ${quote(name)}: its path is ${quote(path)}, expected one that begins with /`,
  );
}

function readExpires(name: string, expires: Date | number | null | undefined): number | undefined {
  if (expires === null || expires === undefined) return undefined;
  const time = typeof expires === "number" ? expires : expires instanceof Date ? expires.getTime() : NaN;
  if (!Number.isNaN(time)) return time;
  throw new TypeError(
    `Cannot set the cookie ${quote(name)}: its expires is ${String(expires)}, expected a date or milliseconds`,
  );
}

function readSameSite(name: string, sameSite: string | null | undefined): SameSite {
  if (sameSite === null || sameSite === undefined) return null;
  const lower = String(sameSite).toLowerCase();
  if (lower === "strict" || lower === "lax" || lower === "none") return lower;
  throw new TypeError(
    `Cannot set the cookie ${quote(name)}: its sameSite is ${quote(sameSite)}, expected strict, lax or none`,
  );
}
