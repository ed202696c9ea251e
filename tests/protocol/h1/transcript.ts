/**
 * Owns how the tests of the codec feed it and write down what it says.
 * Must not know what is right.
 * Invariant: a borrowed view is overwritten as soon as the codec must not need it any more.
 */

import { H1Codec } from "../../../src/protocol/h1/codec.ts";
import type { H1Event } from "../../../src/protocol/h1/events.ts";
import type { FieldSection } from "../../../src/protocol/h1/field_section.ts";
import type { H1Settings } from "../../../src/protocol/h1/limits.ts";
import type { RequestHead } from "../../../src/protocol/h1/request_facts.ts";

/** One byte per character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0xff) throw new RangeError(`${JSON.stringify(character)} is not one byte`);
    return code;
  });
}

/** One character per byte. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Names and values of a section. */
export function pairsOf(section: FieldSection): [string, string][] {
  return Array.from({ length: section.count }, (_, index) => [section.name(index), section.value(index)]);
}

/** A GET without anything special. */
export const GET: RequestHead = { method: "GET", target: "/", fields: [["Host", "a.test"]], body: "none" };

/** A request head with other parts than {@linkcode GET}. */
export function request(parts: Partial<RequestHead>): RequestHead {
  return { ...GET, ...parts };
}

/** An event in one line, but for its fields. */
export function lineOf(event: H1Event): string {
  switch (event.type) {
    case "informational":
      return `informational ${event.status} ${event.reason}`.trimEnd();
    case "head": {
      const length = event.contentLength < 0 ? "" : ` ${event.contentLength}`;
      const close = event.closeReason === null ? "" : ` (${event.closeReason})`;
      const upgraded = event.upgraded ? " upgraded" : "";
      return `head ${event.version} ${event.status} ${event.reason}: ${event.framing}${length}${upgraded}${close}`;
    }
    case "data":
      return `data ${textOf(event.bytes)}`;
    case "end":
      return event.trailers === null ? "end" : `end ${JSON.stringify(pairsOf(event.trailers))}`;
    default:
      return event.type;
  }
}

const PAUSES = ["need-data", "upgraded", "unsolicited", "closed"];

/** Appends what the codec says to `lines`, data that follows data joined; `false` when it threw. */
export function drain(codec: H1Codec, lines: string[]): boolean {
  for (;;) {
    let event: H1Event;
    try {
      event = codec.nextEvent();
    } catch (error) {
      lines.push(`! ${(error as Error).name}: ${(error as Error).message}`);
      return false;
    }
    if (event.type === "need-data") return true;
    const line = lineOf(event);
    const last = lines.at(-1);
    if (event.type === "data" && last?.startsWith("data ")) lines[lines.length - 1] = last + line.slice(5);
    else if (line !== last || !PAUSES.includes(line)) lines.push(line);
    if (PAUSES.includes(event.type)) return true;
  }
}

/** How a response is fed. */
export interface Feeding {
  /** The request that it answers. @default {GET} */
  readonly request?: RequestHead;
  /** Settings of the codec. */
  readonly settings?: H1Settings | undefined;
  /** Whether the input ends after the last piece. @default {false} */
  readonly eof?: boolean;
}

/** What the codec says about `pieces`, and the codec afterwards. Stops at the first error. */
export function feed(
  pieces: readonly Uint8Array[],
  { request = GET, settings, eof = false }: Feeding = {},
): { lines: string[]; codec: H1Codec } {
  const codec = new H1Codec(settings);
  codec.sendRequest(request);
  const lines: string[] = [];
  let alive = true;
  for (const piece of pieces) {
    if (!alive) break;
    const view = piece.slice();
    codec.receive(view);
    alive = drain(codec, lines);
    // An upgraded connection keeps what follows until it is asked for.
    if (lines.at(-1) !== "upgraded") view.fill(0xff);
  }
  if (alive && eof) {
    codec.receiveEof();
    drain(codec, lines);
  }
  return { lines, codec };
}

/** All the ways to cut `bytes` in two, those that leave one side empty included. */
export function* cuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** One piece per byte. */
export function singles(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** A response that is whole, with a body of two bytes. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Feeds the codec, and tells what it says until it wants more. */
export function told(codec: H1Codec, text?: string): string[] {
  const lines: string[] = [];
  if (text !== undefined) codec.receive(bytesOf(text));
  drain(codec, lines);
  return lines;
}
