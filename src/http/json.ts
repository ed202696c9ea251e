/**
 * Owns the way from the bytes of a body to a JSON value.
 * Must not know responses.
 * Invariants: an error tells where the text stops being JSON and never what stands there; a key
 * `__proto__` becomes an own property like any other (as `JSON.parse` does).
 */

import { BodyError, EmptyBodyError } from "../errors.ts";
import { quote } from "./field_grammar.ts";
import type { HeaderList } from "./header_list.ts";
import { findJsonError } from "./json_error.ts";
import { decodeText, DEFAULT_ENCODING, sniffBom } from "./text.ts";

/** Called for each member of a JSON value, as `JSON.parse` does. */
export type JsonReviver = (key: string, value: unknown) => unknown;

/**
 * Parses a body as JSON: UTF-8 (RFC 8259 §8.1), or UTF-16 where a byte order mark says so.
 * Throws `EmptyBodyError` when there is nothing but white space, `BodyError` when it is not JSON.
 */
export function parseJson(bytes: Uint8Array, headers: HeaderList, reviver?: JsonReviver): unknown {
  return parseJsonText(decodeText(bytes, sniffBom(bytes) ?? DEFAULT_ENCODING), headers, reviver);
}

/** The same for text. */
export function parseJsonText(text: string, headers: HeaderList, reviver?: JsonReviver): unknown {
  try {
    return reviver ? JSON.parse(text, reviver) : JSON.parse(text);
  } catch (error) {
    if (isBlank(text)) throw new EmptyBodyError("Cannot parse the body as JSON: it is empty (see jsonOr)");
    const at = findJsonError(text);
    // What is no fault of the text is the reviver's, or the engine ran out of stack.
    if (at === undefined && !(error instanceof SyntaxError)) throw error;
    // No cause: the engines quote the text around the fault, which may be a secret.
    const contentType = headers.get("content-type");
    throw new BodyError(
      `Cannot parse the body as JSON: it breaks off from JSON at position ${at ?? text.length} of ${text.length} ` +
        `(its content type is ${contentType === null ? "not given" : quote(contentType)})`,
      { code: "BODY_JSON" },
    );
  }
}

function isBlank(text: string): boolean {
  return /^[\t\n\r ]*$/.test(text);
}
