/**
 * Owns the Content-Disposition field of responses (RFC 6266), and what may be made a file name.
 * Must not know files; nothing here looks at a disk.
 * Invariants: reading is one pass; a safe file name names a file in the directory it is put
 * into and nothing else, on every system.
 */

import { isToken } from "./field_grammar.ts";
import { parseParameters, quoted } from "./media_type.ts";

/** A Content-Disposition. */
export interface ContentDisposition {
  /** Such as `inline` or `attachment`, in lower case. */
  readonly type: string;
  /** The file name as sent, `filename*` before `filename`; not safe to use as a path. */
  readonly filename: string | undefined;
  /** All parameters by lower-case name, as sent. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads the value of a Content-Disposition field; `undefined` when it has no type. */
export function parseContentDisposition(value: string): ContentDisposition | undefined {
  const semicolon = value.indexOf(";");
  const type = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  if (!isToken(type)) return undefined;
  const parameters = semicolon < 0 ? new Map<string, string>() : parseParameters(value, semicolon);
  const plain = parameters.get("filename");
  const extended = parameters.get("filename*");
  const filename = (extended === undefined ? undefined : decodeExtended(extended)) ??
    (plain === undefined ? undefined : fromUtf8(plain));
  return { type, filename, parameters };
}

/** Writes a Content-Disposition; a name beyond ASCII goes into `filename*` with a plain one beside it. */
export function formatContentDisposition(type: string, filename?: string): string {
  if (!isToken(type)) {
    throw new TypeError(`Cannot write a Content-Disposition: its type is ${JSON.stringify(type)}, expected a token`);
  }
  if (filename === undefined) return type;
  // A name with %XX in it is sent extended too: some readers undo the escapes of the plain one.
  if (/^[ -~]*$/.test(filename) && !/%[0-9a-f]{2}/i.test(filename)) return `${type}; filename=${quoted(filename)}`;
  return `${type}; filename=${quoted(filename.replaceAll(/[^ -~]/g, "_"))}; filename*=${encodeExtended(filename)}`;
}

/** An `ext-value` (RFC 8187 §3.2) of UTF-8. */
function encodeExtended(text: string): string {
  let encoded = "UTF-8''";
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    encoded += byte < 0x80 && /[A-Za-z0-9!#$&+.^_`|~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** Undoes an `ext-value`; `undefined` when it is none or in a charset other than UTF-8 and Latin-1. */
function decodeExtended(value: string): string | undefined {
  const first = value.indexOf("'");
  const second = value.indexOf("'", first + 1);
  if (first < 0 || second < 0) return undefined;
  const charset = value.slice(0, first).toLowerCase();
  const encoded = value.slice(second + 1);
  try {
    if (charset === "utf-8") return decodeURIComponent(encoded);
    if (charset !== "iso-8859-1" || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
    return encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)));
  } catch {
    return undefined;
  }
}

/** Servers send UTF-8 where the grammar has Latin-1; fields are read byte by byte, so it can be told. */
function fromUtf8(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text)) return text;
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

/** Bytes that every common file system takes for one name, with room for a suffix such as `.part`. */
const LONGEST_NAME = 200;

/** Names that are devices on Windows, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:\..*)?$/i;

/**
 * A name that is safe for a new file: the last segment of `name` without characters that any
 * system treats specially, no device, no hidden file, at most 200 bytes of UTF-8 with the extension kept.
 * `fallback` when nothing is left.
 */
export function safeFileName(name: string, fallback = "download"): string {
  const segment = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  let safe = segment.toWellFormed()
    // Controls, and what turns text around or hides in it: a name must read as it is.
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, "")
    .replaceAll(/[<>:"|?*]/g, "_");
  // Leading dots hide a file; Windows drops dots and spaces at the end, and then sees another name.
  safe = trimAny(safe);
  if (safe === "") return fallback;
  if (DEVICE.test(safe)) safe = `_${safe}`;
  return shorten(safe);
}

/** Without dots and blanks at both ends; by hand, as a pattern for the end would look again from each blank. */
function trimAny(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isDotOrBlank(text[from]!)) from++;
  while (to > from && isDotOrBlank(text[to - 1]!)) to--;
  return text.slice(from, to);
}

function isDotOrBlank(character: string): boolean {
  return character === "." || character.trim() === "";
}

function shorten(name: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= LONGEST_NAME) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : "";
  const room = LONGEST_NAME - encoder.encode(extension).length;
  let stem = "";
  let size = 0;
  for (const character of extension === "" ? name : name.slice(0, dot)) {
    size += encoder.encode(character).length;
    if (size > room) break;
    stem += character;
  }
  return trimAny(stem) + extension;
}
