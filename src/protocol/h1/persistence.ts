/**
 * Owns the decision whether a connection may serve another request, and the names of the
 * reasons why not (RFC 9112 section 9.3).
 * Must not know sockets or pools.
 * Invariant: no reason, no close: `null` is the only answer that allows reuse.
 */

import { CHARACTER, DIGIT } from "../../http/field_grammar.ts";
import { equalsIgnoringCase, type FieldSection, OFFSETS_PER_FIELD } from "./field_section.ts";
import type { FramingFields, ResponseFraming } from "./framing.ts";

/** Why a connection is not reused. */
export const CLOSE_REASON = {
  /** We sent Connection: close. */
  requestClose: "request-close",
  /** The server sent Connection: close. */
  responseClose: "response-close",
  /** HTTP/1.0 without Connection: keep-alive. */
  http10: "http-1.0",
  /** The end of the connection is the end of the body. */
  closeDelimited: "close-delimited",
  /** Content-Length was stated more than once. */
  repeatedLength: "repeated-content-length",
  /** A status that has no body came with fields that announce one. */
  forbiddenBody: "framing-on-bodyless-status",
  /** The response was complete before the request. */
  requestUnfinished: "request-unfinished",
  /** Bytes arrived that no request asked for. */
  unsolicited: "unsolicited-bytes",
  /** The peer ended the connection. */
  peerClosed: "peer-closed",
  /** The server broke the protocol. */
  remoteError: "remote-protocol-error",
  /** The caller broke the protocol in the midst of a message. */
  localError: "local-protocol-error",
  /** The connection speaks another protocol now. */
  upgraded: "upgraded",
} as const;

/** A value of {@linkcode CLOSE_REASON}. */
export type CloseReason = typeof CLOSE_REASON[keyof typeof CLOSE_REASON];

/** What a Keep-Alive field says. */
export interface KeepAliveHint {
  /** Milliseconds that the server keeps an idle connection. */
  readonly timeout: number | undefined;
  /** Requests that it still takes on this connection. */
  readonly max: number | undefined;
}

/** The hint of a response without a Keep-Alive field. */
export const NO_HINT: KeepAliveHint = Object.freeze({ timeout: undefined, max: undefined });

/** Bit of {@linkcode connectionOptions}: `close`. */
export const OPTION_CLOSE = 1;
/** Bit of {@linkcode connectionOptions}: `keep-alive`. */
export const OPTION_KEEP_ALIVE = 2;

/** Which of the two options the Connection fields name; `first` is the index of the first one, or -1. */
export function connectionOptions(section: FieldSection, first: number): number {
  let options = 0;
  for (let index = first; index >= 0; index = section.find("connection", index + 1)) {
    const end = section.offsets[index * OFFSETS_PER_FIELD + 3]!;
    let from = section.offsets[index * OFFSETS_PER_FIELD + 2]!;
    while (from < end) {
      const to = memberEnd(section.text, from, end);
      options |= optionAt(section.text, from, to);
      from = to + 1;
    }
  }
  return options;
}

function optionAt(text: string, start: number, end: number): number {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  if (to - from === 5 && equalsIgnoringCase(text, from, "close")) return OPTION_CLOSE;
  if (to - from === 10 && equalsIgnoringCase(text, from, "keep-alive")) return OPTION_KEEP_ALIVE;
  return 0;
}

function memberEnd(text: string, from: number, end: number): number {
  let to = from;
  while (to < end && text.charCodeAt(to) !== 0x2c) to++;
  return to;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Digits of a hint beyond which it is not believed: a billion seconds are 31 years. */
const MAX_HINT_DIGITS = 9;

/** Reads `timeout=5, max=100`; what is malformed is ignored, since a hint decides nothing about framing. */
export function keepAliveHint(section: FieldSection, index: number): KeepAliveHint {
  if (index < 0) return NO_HINT;
  const text = section.text;
  const end = section.offsets[index * OFFSETS_PER_FIELD + 3]!;
  let from = section.offsets[index * OFFSETS_PER_FIELD + 2]!;
  let timeout: number | undefined;
  let max: number | undefined;
  while (from < end) {
    const to = memberEnd(text, from, end);
    while (from < to && isBlank(text.charCodeAt(from))) from++;
    if (equalsIgnoringCase(text, from, "timeout=")) {
      const seconds = digitsOf(text, from + 8, to);
      if (seconds !== undefined) timeout = seconds * 1000;
    } else if (equalsIgnoringCase(text, from, "max=")) max = digitsOf(text, from + 4, to);
    from = to + 1;
  }
  return { timeout, max };
}

function digitsOf(text: string, from: number, end: number): number | undefined {
  let to = end;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  if (to === from || to - from > MAX_HINT_DIGITS) return undefined;
  let number = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff || (CHARACTER[code]! & DIGIT) === 0) return undefined;
    number = number * 10 + code - 0x30;
  }
  return number;
}

/** What decides about persistence. */
export interface PersistenceFacts {
  /** Whether the request said Connection: close. */
  readonly requestClose: boolean;
  /** Whether the request body was held back for 100 (Continue), which now never comes. */
  readonly requestWithheld: boolean;
  /** Minor version of the response. */
  readonly minor: number;
  /** Status code of the response. */
  readonly status: number;
  /** Bits of {@linkcode connectionOptions}. */
  readonly options: number;
  /** How the end of the body is found. */
  readonly framing: ResponseFraming;
  /** The framing fields of the response. */
  readonly fields: FramingFields;
}

/** Decides why the connection must close after this exchange, or `null` when it may serve another. */
export function decidePersistence(facts: PersistenceFacts): CloseReason | null {
  const { options, fields } = facts;
  if (facts.requestWithheld) return CLOSE_REASON.requestUnfinished;
  if (facts.requestClose) return CLOSE_REASON.requestClose;
  if ((options & OPTION_CLOSE) !== 0) return CLOSE_REASON.responseClose;
  if (facts.minor === 0 && (options & OPTION_KEEP_ALIVE) === 0) return CLOSE_REASON.http10;
  if (facts.framing === "close") return CLOSE_REASON.closeDelimited;
  if (fields.repeatedLength) return CLOSE_REASON.repeatedLength;
  // RFC 9110 section 8.6 and RFC 9112 section 6.1 forbid both on 204; a server that errs may also send the body.
  if (facts.status === 204 && (fields.chunked || fields.contentLength > 0)) return CLOSE_REASON.forbiddenBody;
  return null;
}
