/**
 * Owns media types (RFC 9110 §8.3.1), read as leniently as browsers do (WHATWG MIME
 * Sniffing §4.4), blanks around `=` besides.
 * Must not know what is done with a type.
 * Invariants: one pass, no backtracking; what is read can be written and read again unchanged.
 */

import { FIELD_VALUE, isToken, quote } from "./field_grammar.ts";
import { CHARACTER } from "./field_grammar.ts";
import type { HeaderList } from "./header_list.ts";

/** A media type with its parameters. */
export interface MediaType {
  /** Type and subtype in lower case, such as `text/html`. */
  readonly essence: string;
  /** Parameters by lower-case name, in order. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a media type; `undefined` when there is none in `text`. The first of two equal parameters wins. */
export function parseMediaType(text: string): MediaType | undefined {
  const semicolon = text.indexOf(";");
  const essence = trim(semicolon < 0 ? text : text.slice(0, semicolon)).toLowerCase();
  const slash = essence.indexOf("/");
  if (slash < 0 || !isToken(essence.slice(0, slash)) || !isToken(essence.slice(slash + 1))) return undefined;
  return { essence, parameters: semicolon < 0 ? new Map() : parseParameters(text, semicolon) };
}

/** The parameters `; name=value` of `text` from `at` on, by lower-case name. */
export function parseParameters(text: string, at: number): Map<string, string> {
  const parameters = new Map<string, string>();
  while (at < text.length) {
    at++; // The semicolon.
    const end = indexOfAny(text, at, ";", "=");
    const name = trim(text.slice(at, end)).toLowerCase();
    at = end;
    if (text[at] !== "=") continue;
    let value: string;
    const start = skipBlanks(text, at + 1);
    if (text[start] === '"') {
      [value, at] = readQuoted(text, start);
      at = indexOfAny(text, at, ";", ";");
    } else {
      at = indexOfAny(text, start, ";", ";");
      value = trim(text.slice(start, at));
      if (value === "") continue;
    }
    if (isToken(name) && isText(value) && !parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

/** The content of the quoted string at `at`, escapes undone, and the place behind it; a missing end is the text's. */
export function readQuoted(text: string, at: number): [value: string, end: number] {
  let value = "";
  let from = ++at;
  for (; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return [value + text.slice(from, at), at + 1];
    if (character !== "\\" || at + 1 === text.length) continue;
    value += text.slice(from, at);
    from = ++at;
  }
  return [value + text.slice(from), at];
}

/** Writes a media type; values that are not tokens are quoted. */
export function formatMediaType(type: MediaType): string {
  let text = type.essence;
  for (const [name, value] of type.parameters) text += `;${name}=${quoted(value)}`;
  return text;
}

/** `value` as a token, or else as a quoted string (RFC 9110 §5.6.4). */
export function quoted(value: string): string {
  return isToken(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** The media type of a message: that of its last valid Content-Type. */
export function mediaTypeOf(headers: HeaderList): MediaType | undefined {
  const first = headers.getAll("content-type");
  for (let at = first.length - 1; at >= 0; at--) {
    const type = parseMediaType(first[at]!);
    if (type !== undefined) return type;
  }
  return undefined;
}

/** Throws `TypeError` unless `text` is a media type that can be written as it is. */
export function assertMediaType(text: string): void {
  if (typeof text === "string" && isText(text) && !/[^\t -~]/.test(text) && parseMediaType(text) !== undefined) return;
  throw new TypeError(`Cannot use the media type ${quote(text)}: expected a type such as "text/plain"`);
}

/** Whether the type is JSON, or based on it by the suffix `+json`. */
export function isJsonType(essence: string): boolean {
  return essence === "application/json" || essence === "text/json" || essence.endsWith("+json");
}

/** Whether a body of the type can be shown to people as text. */
export function isTextType(essence: string): boolean {
  return essence.startsWith("text/") || isJsonType(essence) || essence.endsWith("+xml") || TEXTUAL.has(essence);
}

const TEXTUAL = new Set([
  "application/graphql",
  "application/javascript",
  "application/ndjson",
  "application/x-ndjson",
  "application/x-www-form-urlencoded",
  "application/xml",
  "application/yaml",
]);

function isText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255 || (CHARACTER[code]! & FIELD_VALUE) === 0) return false;
  }
  return true;
}

function indexOfAny(text: string, from: number, one: string, other: string): number {
  for (let at = from; at < text.length; at++) if (text[at] === one || text[at] === other) return at;
  return text.length;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\r" || character === "\n";
}

function skipBlanks(text: string, at: number): number {
  while (isBlank(text[at])) at++;
  return at;
}

/** Not `String.trim`: that knows more white space than HTTP does. */
function trim(text: string): string {
  const from = skipBlanks(text, 0);
  let to = text.length;
  while (to > from && isBlank(text[to - 1])) to--;
  return text.slice(from, to);
}
