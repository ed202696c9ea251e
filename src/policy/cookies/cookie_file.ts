/**
 * Owns the choice between the two texts of a jar, and how they reach a file and come back.
 * Must not know jars, nor how files work (`core/runtime.ts`).
 * Invariants: the path is the caller's alone, nothing from the network becomes part of it; a file
 * is replaced whole and is its owner's only.
 */

import type { Files } from "../../core/runtime.ts";
import { quote } from "../../http/field_grammar.ts";
import type { CookieFields } from "./cookie.ts";
import { formatCookiesJson, parseCookiesJson } from "./cookies_json.ts";
import { formatCookiesTxt, parseCookiesTxt } from "./cookies_txt.ts";

/** How cookies are written: everything as JSON, or the `cookies.txt` that other clients read. */
export type CookieFormat = "json" | "netscape";

/** The largest file that is read, in bytes: twice what a full jar can write. */
export const MAX_COOKIE_FILE: number = 64 * 1024 * 1024;

const OWNER_ONLY = 0o600;

/** The cookies as text. Throws `TypeError` for another format. */
export function formatCookies(cookies: Iterable<CookieFields>, format: CookieFormat): string {
  if (format === "json") return formatCookiesJson(cookies);
  if (format === "netscape") return formatCookiesTxt(cookies);
  throw new TypeError(`Cannot write cookies as ${quote(format)}, expected "json" or "netscape"`);
}

/** Reads either text: JSON begins with a brace, `cookies.txt` never does. Throws `TypeError`. */
export function parseCookies(text: string, now: number): CookieFields[] {
  return /^\s*\{/.test(text) ? parseCookiesJson(text) : parseCookiesTxt(text, now);
}

/** The text of a file. Throws `TypeError` for a path that is none, `RangeError` when it is too large. */
export async function readCookieFile(files: Files, path: string): Promise<string> {
  checkPath(path);
  const size = await files.size(path);
  if (size !== undefined && size > MAX_COOKIE_FILE) {
    throw new RangeError(
      `Cannot read cookies from ${quote(path)}: it has ${size} bytes, expected ${MAX_COOKIE_FILE} at most`,
    );
  }
  return decodeFile(await files.readBytes(path));
}

/** Replaces the file in one step; its mode is 0600. */
export async function writeCookieFile(files: Files, path: string, text: string): Promise<void> {
  checkPath(path);
  await files.writeAtomic(path, encodeFile(text), OWNER_ONLY);
}

function checkPath(path: string): void {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return;
  throw new TypeError(`Cannot use ${quote(path)} for cookies: expected the path of a file`);
}

/** JSON is UTF-8; `cookies.txt` is octets, as they stand on the wire, and so is what we keep. */
function decodeFile(bytes: Uint8Array): string {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let first = start;
  while (first < bytes.length && bytes[first]! <= 0x20) first++;
  if (bytes[first] === 0x7b) return new TextDecoder().decode(bytes);
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = start; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** JSON was written in ASCII, so one rule serves both texts. */
function encodeFile(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
