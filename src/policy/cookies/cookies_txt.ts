/**
 * Owns the Netscape format, `cookies.txt`, as browsers' exports and other clients write it.
 * Must not know jars.
 * Invariant: what is written is read back equal in all that the format holds (name, value, domain,
 * path, Secure, HttpOnly, expiry in whole seconds); a cookie that it cannot hold is left out.
 */

import { faultOf } from "./set_cookie.ts";
import type { CookieFields } from "./cookie.ts";

const HEADER = "# Netscape HTTP Cookie File";
const HTTP_ONLY = "#HttpOnly_";

/** The cookies as `cookies.txt`. A tab in a name, value or path has no form there: such a cookie is left out. */
export function formatCookiesTxt(cookies: Iterable<CookieFields>): string {
  const lines = [HEADER, ""];
  for (const cookie of cookies) {
    const fields = [
      (cookie.httpOnly ? HTTP_ONLY : "") + (cookie.hostOnly ? "" : ".") + cookie.domain,
      cookie.hostOnly ? "FALSE" : "TRUE",
      cookie.path,
      cookie.secure ? "TRUE" : "FALSE",
      // Zero stands for a session cookie, so no real time may become it.
      cookie.expires === null ? "0" : String(Math.max(1, Math.floor(cookie.expires / 1000))),
      cookie.name,
      cookie.value,
    ];
    if (!fields.some((field) => field.includes("\t"))) lines.push(fields.join("\t"));
  }
  return `${lines.join("\n")}\n`;
}

/** Reads `cookies.txt`; throws `TypeError` that names the line. `now` becomes the creation time. */
export function parseCookiesTxt(text: string, now: number): CookieFields[] {
  const cookies: CookieFields[] = [];
  let number = 0;
  for (const raw of text.split("\n")) {
    number++;
    let line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const httpOnly = line.startsWith(HTTP_ONLY);
    if (httpOnly) line = line.slice(HTTP_ONLY.length);
    else if (line.startsWith("#") || line.trim() === "") continue;
    const cookie = readLine(line, httpOnly, now);
    if (typeof cookie === "string") throw new TypeError(`Cannot read line ${number} of cookies.txt: ${cookie}`);
    cookies.push(cookie);
  }
  return cookies;
}

function readLine(line: string, httpOnly: boolean, now: number): CookieFields | string {
  const fields = line.split("\t");
  // Some writers drop the last tab when the value is empty.
  if (fields.length === 6) fields.push("");
  if (fields.length !== 7) return `it has ${fields.length} fields, expected 7 with tabs between`;
  const fault = faultOf(line);
  if (fault) return fault;
  const [domain, subdomains, path, secure, expires, name, value] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const hostOnly = readFlag(subdomains);
  const isSecure = readFlag(secure);
  if (hostOnly === undefined || isSecure === undefined) return "fields 2 and 4 must be TRUE or FALSE";
  if (!/^(?:[0-9]{1,15}(?:\.[0-9]*)?)?$/.test(expires)) return "field 5 must be seconds since 1970";
  const seconds = Math.floor(Number(expires));
  return {
    name,
    value,
    domain,
    hostOnly: !hostOnly,
    path: path === "" ? "/" : path,
    secure: isSecure,
    httpOnly,
    sameSite: null,
    partitioned: false,
    expires: seconds === 0 ? null : seconds * 1000,
    created: now,
    accessed: now,
  };
}

function readFlag(text: string): boolean | undefined {
  const upper = text.toUpperCase();
  return upper === "TRUE" ? true : upper === "FALSE" ? false : undefined;
}
