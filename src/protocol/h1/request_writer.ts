/**
 * Owns the writing of request heads, chunk framing and request trailers (RFC 9112 sections 3, 5, 7.1).
 * Must not know a connection or its state.
 * Invariants: every character is checked in the pass that writes it, whoever checked it before;
 * none is ever truncated to a byte; a head frames its body in exactly one way.
 */

import { Slab } from "../../base/slab.ts";
import { LocalProtocolError } from "../../errors.ts";
import { CHARACTER, FIELD_VALUE, HOST, quote, TCHAR, VISIBLE } from "../../http/field_grammar.ts";
import { equalsIgnoringCase } from "./field_section.ts";
import { checkHead, checkTarget, type RequestHead } from "./request_facts.ts";
import { type EncodedHead, RequestMemory } from "./request_memory.ts";

export type { EncodedHead } from "./request_memory.ts";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;

const CRLF: Uint8Array = Uint8Array.of(CR, LF);
const LAST_CHUNK: Uint8Array = Uint8Array.of(0x30, CR, LF, CR, LF);
const VERSION_LINE_END = " HTTP/1.1\r\n";

/** Where heads, size lines and small joined messages go that are written once and forgotten. */
const slab = new Slab();
const memory = new RequestMemory();

/**
 * Encodes a head into bytes of its own, so that it may be kept and sent again.
 * Throws `LocalProtocolError` for anything that may not be sent.
 */
export function encodeRequestHead(head: RequestHead): EncodedHead {
  const { facts, added } = checkHead(head);
  return { bytes: writeHead(head, added, new Uint8Array(headLength(head, added))), facts };
}

/**
 * The same, for a head that is not kept for long: the bytes are part of a shared slab, and those
 * of the head before when they are equal.
 */
export function encodeRequestHeadOnce(head: RequestHead): EncodedHead {
  const known = memory.recall(head);
  if (known !== null) return head.target === memory.target ? known : encodeRetargeted(head, known);
  const { facts, added } = checkHead(head);
  const encoded = { bytes: writeHead(head, added, slab.take(headLength(head, added))), facts };
  memory.remember(head, encoded);
  return encoded;
}

/** Writes a head that is like the one remembered, but for its target. */
function encodeRetargeted(head: RequestHead, known: EncodedHead): EncodedHead {
  const { method, target } = head;
  const { rest } = memory;
  checkTarget(method, target);
  const bytes = slab.take(method.length + 1 + target.length + rest.length);
  const at = writeStart(head, bytes);
  bytes.set(rest, at);
  const encoded: EncodedHead = { bytes, facts: known.facts };
  memory.retarget(target, encoded);
  return encoded;
}

function headLength(head: RequestHead, added: string): number {
  return head.method.length + 1 + head.target.length + VERSION_LINE_END.length + fieldsLength(head.fields) +
    added.length + 2;
}

function fieldsLength(fields: RequestHead["fields"]): number {
  let length = 0;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!;
    length += field[0].length + field[1].length + 4;
  }
  return length;
}

function writeHead(head: RequestHead, added: string, bytes: Uint8Array): Uint8Array {
  let at = writeTrusted(bytes, writeStart(head, bytes), VERSION_LINE_END);
  at = writeFields(bytes, at, head.fields);
  at = writeTrusted(bytes, at, added);
  writeTrusted(bytes, at, "\r\n");
  return bytes;
}

/** Method and target; the place after them. */
function writeStart(head: RequestHead, bytes: Uint8Array): number {
  const { method, target } = head;
  let at = writeChecked(bytes, 0, method, TCHAR);
  if (at <= 0) reject(`its method ${quote(method)} is not a token`, offence(method, at));
  bytes[at++] = SPACE;
  at = writeChecked(bytes, at, target, VISIBLE);
  if (at < 0) reject("its target is not visible ASCII", offence(target, at));
  return at;
}

function writeFields(bytes: Uint8Array, start: number, fields: RequestHead["fields"]): number {
  let at = start;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!;
    const name = field[0];
    const value = field[1];
    const afterName = writeChecked(bytes, at, name, TCHAR);
    if (afterName < 0 || name.length === 0) {
      reject(`the field name ${quote(name)} is not a token`, offence(name, afterName));
    }
    bytes[afterName] = COLON;
    bytes[afterName + 1] = SPACE;
    const isHost = name.length === 4 && equalsIgnoringCase(name, 0, "host");
    at = writeChecked(bytes, afterName + 2, value, isHost ? HOST : FIELD_VALUE);
    if (at < 0) reject(`the value of the field ${quote(name)} is malformed`, offence(value, at));
    bytes[at++] = CR;
    bytes[at++] = LF;
  }
  return at;
}

/** Writes `text`; the place after it, or -1 less the position of the first character outside the class `bit`. */
function writeChecked(bytes: Uint8Array, start: number, text: string, bit: number): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Beyond the table there is `undefined`, which has no bit: U+010A is refused, not cut to LF.
    if ((CHARACTER[code]! & bit) === 0) return -1 - at;
    bytes[start + at] = code;
  }
  return start + text.length;
}

function writeTrusted(bytes: Uint8Array, start: number, text: string): number {
  for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at);
  return start + text.length;
}

function offence(text: string, result: number): string {
  if (result >= 0) return "it is empty";
  const at = -1 - result;
  return `found U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")} at position ${at}`;
}

/** One chunk: its size line, the bytes themselves, CR LF. No part for no bytes: an empty chunk would end the body. */
export function encodeChunk(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length === 0) return [];
  const size = `${bytes.length.toString(16)}\r\n`;
  const line = slab.take(size.length);
  writeTrusted(line, 0, size);
  return [line, bytes, CRLF];
}

/** Fields that decide how a message is framed, routed or processed, and so must not come late (RFC 9110 section 6.5.1). */
const NEVER_TRAILERS = new Set([
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "max-forwards",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The last chunk and the trailers. Throws `LocalProtocolError` for a field that may not be a trailer. */
export function encodeLastChunk(trailers: RequestHead["fields"]): Uint8Array {
  if (trailers.length === 0) return LAST_CHUNK;
  for (const [name] of trailers) {
    if (NEVER_TRAILERS.has(name.toLowerCase())) {
      reject(`the field ${quote(name)} is among its trailers`, "expected it in the head");
    }
  }
  const bytes = new Uint8Array(3 + fieldsLength(trailers) + 2);
  const at = writeFields(bytes, writeTrusted(bytes, 0, "0\r\n"), trailers);
  writeTrusted(bytes, at, "\r\n");
  return bytes;
}

/** Parts in one array, for one write. Small ones share a slab: write the result and forget it. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = slab.take(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function reject(found: string, why: string): never {
  throw new LocalProtocolError(`Cannot send the request: ${found}: ${why}`);
}
