/**
 * Owns the grammar of RFC 9110 that fields, methods and targets share, named by production.
 * Must not know any message or field in particular. The one file of `http/` that
 * `protocol/` may import, so that each rule is written once.
 * Invariant: every check is one pass over the text; no backtracking.
 */

/** Bit of {@linkcode CHARACTER}: `tchar` (RFC 9110 §5.6.2). */
export const TCHAR = 1;
/** Bit of {@linkcode CHARACTER}: may stand in a field value: HTAB, SP, VCHAR, obs-text (§5.5). */
export const FIELD_VALUE = 2;
/** Bit of {@linkcode CHARACTER}: VCHAR without obs-text, for request targets. */
export const VISIBLE = 4;
/** Bit of {@linkcode CHARACTER}: HEXDIG, both cases. */
export const HEXDIG = 8;
/** Bit of {@linkcode CHARACTER}: DIGIT. */
export const DIGIT = 16;
/** Bit of {@linkcode CHARACTER}: may stand in `uri-host [ ":" port ]` (RFC 3986 §3.2.2, brackets included). */
export const HOST = 32;

/** What each byte may be; index with the byte, test with the bits above. */
export const CHARACTER: Uint8Array = buildCharacterTable();

function buildCharacterTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bit: number) => {
    for (let at = 0; at < characters.length; at++) table[characters.charCodeAt(at)]! |= bit;
  };
  for (let byte = 0x21; byte <= 0x7e; byte++) table[byte]! |= VISIBLE | FIELD_VALUE;
  for (let byte = 0x80; byte <= 0xff; byte++) table[byte]! |= FIELD_VALUE;
  mark("\t ", FIELD_VALUE);
  mark("0123456789", DIGIT | HEXDIG | TCHAR | HOST);
  mark("-._~!$&'()*+,;=%:[]ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", HOST);
  mark("abcdefABCDEF", HEXDIG);
  mark("!#$%&'*+-.^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", TCHAR);
  return table;
}

/** Whether `text` is one or more characters of the class `bit`, all below U+0100. */
function consistsOf(text: string, bit: number): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255 || (CHARACTER[code]! & bit) === 0) return false;
  }
  return text.length > 0;
}

/** Whether `text` is a `token` (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return consistsOf(text, TCHAR);
}

/** Whether `text` may stand in a request target: visible ASCII only. */
export function isTarget(text: string): boolean {
  return consistsOf(text, VISIBLE);
}

/** Whether `text` is a `field-value` (RFC 9110 §5.5) without white space at its ends; empty is one. */
export function isFieldValue(text: string): boolean {
  if (text.length === 0) return true;
  if (!consistsOf(text, FIELD_VALUE)) return false;
  return !isBlank(text.charCodeAt(0)) && !isBlank(text.charCodeAt(text.length - 1));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Prints a value in an error: control characters and quotes escaped, at most 64 characters. */
export function quote(text: unknown): string {
  if (typeof text !== "string") return String(text);
  const short = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  return JSON.stringify(short).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Position and code of the first character of `text` outside the class `bit`, for error messages. */
function offender(text: string, bit: number): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255 || (CHARACTER[code]! & bit) === 0) {
      return `U+${code.toString(16).toUpperCase().padStart(4, "0")} at position ${at}`;
    }
  }
  return "nothing";
}

/** Throws `TypeError` unless `name` is a field name. */
export function assertFieldName(name: string): void {
  if (typeof name === "string" && isToken(name)) return;
  if (name === "") throw new TypeError("Cannot set a header field: its name is empty, expected a token");
  const found = typeof name === "string" ? `it holds ${offender(name, TCHAR)}` : `it is a ${typeof name}`;
  throw new TypeError(`Cannot set the header field ${quote(name)}: ${found}, expected a token of RFC 9110`);
}

/**
 * Returns `value` without white space around it; throws `TypeError` unless it is a field value.
 * The message names the field and the character, never the value: it may be a secret.
 */
export function assertFieldValue(name: string, value: string): string {
  if (typeof value !== "string") {
    throw new TypeError(
      `Cannot set the header field ${quote(name)}: its value is a ${typeof value}, expected a string`,
    );
  }
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value.charCodeAt(from))) from++;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
  const trimmed = from === 0 && to === value.length ? value : value.slice(from, to);
  if (trimmed.length === 0 || consistsOf(trimmed, FIELD_VALUE)) return trimmed;
  throw new TypeError(
    `Cannot set the header field ${quote(name)}: its value holds ${offender(trimmed, FIELD_VALUE)}, ` +
      "expected visible characters, spaces and tabs below U+0100",
  );
}
