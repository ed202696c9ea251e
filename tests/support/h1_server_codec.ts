/**
 * Owns the server's side of an HTTP/1.1 connection, for tests: reads requests, writes responses.
 * Must not know sockets. It shares tables, readers and writers with the client's side where they
 * are the same for both, and nothing else.
 * Invariant: it is as strict with our client as our client is with servers.
 */

import { RemoteProtocolError } from "../../src/errors.ts";
import { CHARACTER, FIELD_VALUE, isTarget, isToken, TCHAR } from "../../src/http/field_grammar.ts";
import { type BodyReader, LengthReader } from "../../src/protocol/h1/body_readers.ts";
import { ChunkReader } from "../../src/protocol/h1/chunk_reader.ts";
import { type DataEvent, type EndEvent, NEED_DATA, type NeedDataEvent } from "../../src/protocol/h1/events.ts";
import type { FieldSection } from "../../src/protocol/h1/field_section.ts";
import { NO_LENGTH, readFramingFields } from "../../src/protocol/h1/framing.ts";
import { HeadParser } from "../../src/protocol/h1/head_parser.ts";
import { resolveH1Settings } from "../../src/protocol/h1/limits.ts";
import { ReceiveBuffer } from "../../src/protocol/h1/receive_buffer.ts";
import { encodeChunk, encodeLastChunk } from "../../src/protocol/h1/request_writer.ts";
import { compileTransitions, NO_TRANSITION, numbered, type Transitions } from "../../src/protocol/h1/states.ts";

const STATES = ["idle", "body", "done"] as const;
const RECEIVE_EVENTS = ["head", "data", "end", "next"] as const;
const SEND_EVENTS = ["informational", "head", "data", "end", "next"] as const;

/** What becomes of the receiving half. */
const RECEIVING: Transitions<typeof STATES[number], typeof RECEIVE_EVENTS[number]> = {
  idle: { head: "body" },
  body: { data: "body", end: "done" },
  done: { next: "idle" },
};
/** What becomes of the sending half. */
const SENDING: Transitions<typeof STATES[number], typeof SEND_EVENTS[number]> = {
  idle: { informational: "idle", head: "body" },
  body: { data: "body", end: "done" },
  done: { next: "idle" },
};

const STATE: { readonly [S in typeof STATES[number]]: number } = numbered(STATES);
const RECEIVE_TABLE = compileTransitions(STATES, RECEIVE_EVENTS, RECEIVING);
const SEND_TABLE = compileTransitions(STATES, SEND_EVENTS, SENDING);

/** Trailers count as fields of a request here, so that the limits of the client do not stand in the way. */
const SETTINGS = resolveH1Settings({ limits: { trailerBytes: 1 << 20, fields: 1024 } });
const CRLF = Uint8Array.of(0x0d, 0x0a);

/** A request head, as it was read. */
export interface RequestEvent {
  readonly type: "request";
  readonly method: string;
  readonly target: string;
  readonly section: FieldSection;
  /** How the body is framed: none, chunked, or a number of bytes. */
  readonly body: "none" | "chunked" | number;
}

/** A list of fields to send. */
export type Fields = readonly (readonly [string, string])[];

/** The server's side of one connection. */
export class H1ServerCodec {
  readonly #input: ReceiveBuffer = new ReceiveBuffer();
  readonly #lengthReader: LengthReader = new LengthReader();
  readonly #chunkReader: ChunkReader = new ChunkReader(SETTINGS);
  #body: BodyReader = this.#lengthReader;
  #line = "";
  #parser: HeadParser | null = null;
  #receiving: number = STATE.idle;
  #sending: number = STATE.idle;
  #chunked = false;

  /** Takes bytes of the client. */
  receive(view: Uint8Array): void {
    this.#input.receive(view);
  }

  /** What the client sent next. Throws `RemoteProtocolError`. */
  nextEvent(): RequestEvent | DataEvent | EndEvent | NeedDataEvent {
    if (this.#receiving === STATE.idle) return this.#nextHead();
    if (this.#receiving === STATE.done) return NEED_DATA;
    const event = this.#body.read(this.#input);
    if (event.type === "data") this.#received("data");
    if (event.type === "end") this.#received("end");
    return event;
  }

  #nextHead(): RequestEvent | NeedDataEvent {
    const input = this.#input;
    while (this.#parser === null) {
      if (input.at === input.end) return NEED_DATA;
      const code = input.view[input.at++]!;
      this.#line += String.fromCharCode(code);
      if (code !== 0x0a) continue;
      this.#parser = new HeadParser();
      this.#parser.begin("trailer section", SETTINGS);
    }
    const section = input.readSection(this.#parser);
    if (section === null) return NEED_DATA;
    const parser = this.#parser;
    this.#parser = null;
    const match = /^([^ ]+) ([^ ]+) HTTP\/1\.1\r\n$/.exec(this.#line);
    if (match === null || !isToken(match[1]!) || !isTarget(match[2]!)) {
      throw new RemoteProtocolError(`Cannot read the request line ${JSON.stringify(this.#line)}`);
    }
    this.#line = "";
    if (section.find("host", 0) < 0 || section.find("host", section.find("host", 0) + 1) >= 0) {
      throw new RemoteProtocolError("Cannot read the request: expected one Host field");
    }
    const fields = readFramingFields(section, parser);
    const body = fields.chunked ? "chunked" : fields.contentLength === NO_LENGTH ? "none" : fields.contentLength;
    this.#received("head");
    if (body === "chunked") {
      this.#chunkReader.begin();
      this.#body = this.#chunkReader;
    } else {
      this.#lengthReader.begin(body === "none" ? 0 : body);
      this.#body = this.#lengthReader;
    }
    return { type: "request", method: match[1]!, target: match[2]!, section, body };
  }

  /** Encodes a 1xx head. */
  sendInformational(status: number, reason: string, fields: Fields): Uint8Array {
    this.#sent("informational");
    return encodeHead(status, reason, fields);
  }

  /** Encodes the final head; how the body is framed stands in its fields. */
  sendHead(status: number, reason: string, fields: Fields): Uint8Array {
    this.#sent("head");
    this.#chunked = fields.some(([name]) => name.toLowerCase() === "transfer-encoding");
    return encodeHead(status, reason, fields);
  }

  /** Frames a part of the body. */
  sendData(bytes: Uint8Array): Uint8Array {
    this.#sent("data");
    return this.#chunked ? concat(encodeChunk(bytes)) : bytes;
  }

  /** Ends the body. */
  sendEnd(trailers: Fields = []): Uint8Array {
    this.#sent("end");
    return this.#chunked ? encodeLastChunk(trailers) : new Uint8Array(0);
  }

  /** Both halves done: the next request may come. */
  startNext(): void {
    this.#received("next");
    this.#sent("next");
  }

  #received(event: typeof RECEIVE_EVENTS[number]): void {
    this.#receiving = step(RECEIVE_TABLE, RECEIVE_EVENTS, this.#receiving, event);
  }

  #sent(event: typeof SEND_EVENTS[number]): void {
    this.#sending = step(SEND_TABLE, SEND_EVENTS, this.#sending, event);
  }
}

function step(table: Uint8Array, events: readonly string[], state: number, event: string): number {
  const next = table[state * events.length + events.indexOf(event)]!;
  if (next === NO_TRANSITION) throw new Error(`The server is in the state "${STATES[state]}": no "${event}" now`);
  return next;
}

function encodeHead(status: number, reason: string, fields: Fields): Uint8Array {
  const lines = [encodeText(`HTTP/1.1 ${status} `), encodeText(reason, FIELD_VALUE), CRLF];
  for (const [name, value] of fields) {
    lines.push(encodeText(name, TCHAR), encodeText(": "), encodeText(value, FIELD_VALUE), CRLF);
  }
  return concat([...lines, CRLF]);
}

function encodeText(text: string, bit = 0xff): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0xff || (CHARACTER[code]! & bit) === 0) throw new RangeError(`Cannot send U+${code.toString(16)}`);
    return code;
  });
}

/** All parts in one array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
