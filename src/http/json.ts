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

/** How JSON is read. */
export interface JsonReading {
  /** Called for each member; then `JSON.parse` reads. */
  readonly reviver?: JsonReviver | undefined;
  /** Reads in place of `JSON.parse`. */
  readonly parse?: ((text: string) => unknown) | null | undefined;
}

/**
 * Parses a body as JSON: UTF-8 (RFC 8259 §8.1), or UTF-16 where a byte order mark says so.
 * Throws `EmptyBodyError` when there is nothing but white space, `BodyError` when it is not JSON.
 */
export function parseJson(bytes: Uint8Array, headers: HeaderList, reading: JsonReading = {}): unknown {
  const text = decodeText(bytes, sniffBom(bytes) ?? DEFAULT_ENCODING);
  const { reviver, parse } = reading;
  try {
    if (reviver) return JSON.parse(text, reviver);
    return parse ? parse(text) : JSON.parse(text);
  } catch (error) {
    if (isBlank(text)) throw new EmptyBodyError("Cannot parse the body as JSON: it is empty (see jsonOr)");
    const type = headers.get("content-type");
    throw jsonError("the body", text, error, reading, `content type ${type === null ? "not given" : quote(type)}`);
  }
}

/** Parses one line as JSON. Throws `BodyError` that names the line. */
export function parseJsonLine(line: string, number: number, parse: JsonReading["parse"]): unknown {
  try {
    return parse ? parse(line) : JSON.parse(line);
  } catch (error) {
    throw jsonError(`line ${number}`, line, error, { parse });
  }
}

function jsonError(what: string, text: string, error: unknown, reading: JsonReading, context = ""): unknown {
  const code = "BODY_JSON";
  if (reading.parse && !reading.reviver) {
    return new BodyError(`Cannot parse ${what} as JSON: jsonCodec.parse failed`, { code, cause: error });
  }
  const at = findJsonError(text);
  if (at === undefined) {
    // The text is JSON: then it was the reviver, or the engine ran out of stack.
    return reading.reviver ? error : new BodyError(`Cannot parse ${what} as JSON: it is nested too deeply`, { code });
  }
  // No cause: the engines quote the text around the fault, which may be a secret.
  const where = at === text.length ? "it ends too early" : `it is no JSON from position ${at} on`;
  return new BodyError(`Cannot parse ${what} as JSON: ${where}, of ${text.length}${context && `, ${context}`}`, {
    code,
  });
}

/** Whether nothing but white space is there. */
export function isBlank(text: string): boolean {
  return /^[\t\n\r ]*$/.test(text);
}
