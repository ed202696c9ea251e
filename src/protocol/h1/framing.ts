/**
 * Owns the decision how the end of a response body is found (RFC 9112 section 6.3) and the
 * reading of the two fields that it rests on.
 * Must not know connections; whether one persists is decided in `persistence.ts`.
 * Invariant: what could be read in two ways is an error, never a guess.
 */

import { RemoteProtocolError } from "../../errors.ts";
import { CHARACTER, DIGIT, quote } from "../../http/field_grammar.ts";
import { equalsIgnoringCase, type FieldSection } from "./field_section.ts";
import { MAX_LENGTH_DIGITS } from "./limits.ts";

/** How the end of a response body is found. */
export type ResponseFraming = "none" | "length" | "chunked" | "close";

/** Marks a length that was not stated. */
export const NO_LENGTH = -1;

/** What the request decides about its response. */
export interface RequestTraits {
  /** Whether the method is HEAD: the response has no body whatever its fields say. */
  readonly head: boolean;
  /** Whether the method is CONNECT: a 2xx makes the connection a tunnel. */
  readonly connect: boolean;
}

/** Content-Length and Transfer-Encoding of one response, checked. */
export interface FramingFields {
  /** Content-Length in bytes, or {@linkcode NO_LENGTH}. */
  readonly contentLength: number;
  /** Whether the length was stated more than once, each time the same. */
  readonly repeatedLength: boolean;
  /** Whether the transfer coding is `chunked`. */
  readonly chunked: boolean;
}

const NO_FRAMING_FIELDS: FramingFields = { contentLength: NO_LENGTH, repeatedLength: false, chunked: false };

/** What is needed to read the fields: their first indices (or -1) and the version. */
export interface FramingPlaces {
  readonly contentLength: number;
  readonly transferEncoding: number;
  readonly minor: number;
}

/** Reads the framing fields. Throws `RemoteProtocolError` for any that is malformed or in doubt. */
export function readFramingFields(section: FieldSection, places: FramingPlaces): FramingFields {
  const { contentLength, transferEncoding } = places;
  if (transferEncoding >= 0) {
    if (contentLength >= 0) reject("Transfer-Encoding and Content-Length together", "expected one of them", "6.3");
    if (places.minor === 0) reject("Transfer-Encoding in HTTP/1.0", "expected none", "6.1");
    const again = section.find("transfer-encoding", transferEncoding + 1);
    const value = section.value(transferEncoding);
    if (again >= 0 || value.length !== 7 || !equalsIgnoringCase(value, 0, "chunked")) {
      const found = again < 0 ? quote(value) : "more than once";
      reject(`Transfer-Encoding ${found}`, 'expected "chunked" alone', "6.1");
    }
    return { contentLength: NO_LENGTH, repeatedLength: false, chunked: true };
  }
  if (contentLength < 0) return NO_FRAMING_FIELDS;
  let length = NO_LENGTH;
  let stated = 0;
  for (let index = contentLength; index >= 0; index = section.find("content-length", index + 1)) {
    const value = section.value(index);
    let from = 0;
    do {
      let to = value.indexOf(",", from);
      if (to < 0) to = value.length;
      const one = readLength(value, from, to);
      if (stated > 0 && one !== length) {
        reject(`Content-Length ${length} and ${one}`, "expected one length", "6.3");
      }
      length = one;
      stated++;
      from = to + 1;
    } while (from <= value.length);
  }
  return { contentLength: length, repeatedLength: stated > 1, chunked: false };
}

/** One member of a list of lengths: digits only, blanks around them. */
function readLength(value: string, start: number, end: number): number {
  let from = start;
  let to = end;
  while (from < to && isBlank(value.charCodeAt(from))) from++;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
  let length = 0;
  for (let at = from; at < to; at++) {
    const code = value.charCodeAt(at);
    if ((CHARACTER[code]! & DIGIT) === 0) rejectLength(value);
    length = length * 10 + code - 0x30;
  }
  if (to === from || to - from > MAX_LENGTH_DIGITS) rejectLength(value);
  return length;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function rejectLength(value: string): never {
  reject(`Content-Length ${quote(value)}`, `expected 1 to ${MAX_LENGTH_DIGITS} digits`, "6.2");
}

function reject(found: string, wanted: string, rfc9112: string): never {
  throw new RemoteProtocolError(`Cannot frame the response: ${found}, ${wanted} (RFC 9112 section ${rfc9112})`);
}

/** Whether a response of this status never has a body, whatever the request was. */
export function forbidsBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

/** Whether the connection leaves HTTP with this response. */
export function isUpgrade(status: number, request: RequestTraits): boolean {
  return status === 101 || (request.connect && status >= 200 && status < 300);
}

/** Decides how the end of the body is found: RFC 9112 section 6.3, rules 1 to 8 in order. */
export function decideFraming(status: number, fields: FramingFields, request: RequestTraits): ResponseFraming {
  if (request.head || forbidsBody(status)) return "none";
  if (isUpgrade(status, request)) return "none";
  if (fields.chunked) return "chunked";
  if (fields.contentLength !== NO_LENGTH) return "length";
  return "close";
}
