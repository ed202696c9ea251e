/**
 * Owns the client's side of one HTTP/2 connection (RFC 9113): bytes in, events out; calls in, bytes out.
 * Must not know requests, sockets or time (which is handed in).
 * Invariants: any bytes end in events, in waiting for more, or in one `RemoteProtocolError` after
 * which nothing more is told; no byte of a body is sent beyond the windows; memory is bounded by
 * the limits of the streams.
 */

import { brokenBy, ConnectionFault, ErrorCode, fault, overflow } from "./error_codes.ts";
import type { H2Events } from "./events.ts";
import { FloodGuard } from "./flood_guard.ts";
import { checkShape } from "./frame_shapes.ts";
import { FrameReader, type FrameSink } from "./frame_reader.ts";
import {
  Flag,
  FrameType,
  readUint32,
  writeGoAway,
  writePing,
  writePriorityUpdate,
  writeReset,
  writeSettingsAck,
  writeWindowUpdate,
} from "./frames.ts";
import { H2Stream, type StreamLimits } from "./h2_stream.ts";
import { HeadReceiver } from "./head_receiver.ts";
import type { OutgoingField } from "./hpack_encoder.ts";
import { ReceiveWindow } from "./receive_window.ts";
import type { H2Section } from "./response_fields.ts";
import { SendingSide } from "./sending_side.ts";
import { DEFAULT_WINDOW, MAX_WINDOW, PeerSettings } from "./settings.ts";
import { ended, RECEIVED, type StreamFrame } from "./stream_states.ts";
import { StreamTable } from "./stream_table.ts";

/** Bytes that each stream may have under way, to begin with and at most. */
const STREAM_WINDOW = 256 * 1024;
const MOST_STREAM_WINDOW = 8 * 1024 * 1024;

/** The same for the whole connection. */
const CONNECTION_WINDOW = 1024 * 1024;
const MOST_CONNECTION_WINDOW = 32 * 1024 * 1024;

/** Milliseconds of a round trip at least: clocks are coarse. */
const SHORTEST_ROUND = 1;

/** The last number that a stream may have. */
const LAST_STREAM = 0x7fffffff;

const PING_DATA = new TextEncoder().encode("jetstrm1");

/** One connection. */
export class H2Codec<O> implements FrameSink {
  /** What the server allows. */
  readonly peer: PeerSettings = new PeerSettings();
  readonly #events: H2Events<O>;
  readonly #sending: SendingSide = new SendingSide(this.peer);
  readonly #out = this.#sending.out;
  readonly #reader = new FrameReader();
  readonly #heads = new HeadReceiver();
  readonly #flood = new FloodGuard();
  readonly #streams = new StreamTable<O>();
  readonly #window: ReceiveWindow = new ReceiveWindow(CONNECTION_WINDOW, MOST_CONNECTION_WINDOW);
  #now = 0;
  #startedAt = 0;
  #roundTrip = SHORTEST_ROUND;
  /** Whether the server's first SETTINGS are there. */
  #greeted = false;
  #lastTaken = LAST_STREAM;
  /** The stream whose DATA arrives; `undefined` where nobody wants it. */
  #receiving: H2Stream<O> | undefined;

  constructor(events: H2Events<O>) {
    this.#events = events;
  }

  /** Streams open. */
  get open(): number {
    return this.#streams.size;
  }

  /** Whether another stream can be numbered. */
  get exhausted(): boolean {
    return this.#streams.next > LAST_STREAM;
  }

  /** Bytes that wait to be written. */
  get waiting(): number {
    return this.#out.length;
  }

  /** Takes what waits to be written. */
  takeOutput(): Uint8Array {
    return this.#out.take();
  }

  // Sending

  /** Begins the connection. `headBytes` is what a head may have, for the server's information. */
  start(headBytes: number, now: number): void {
    this.#startedAt = now;
    this.#sending.preface(STREAM_WINDOW, headBytes);
    writeWindowUpdate(this.#out, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  /** Opens a stream with a request head. */
  request(
    owner: O,
    fields: readonly OutgoingField[],
    last: boolean,
    limits: StreamLimits,
    bodyless: boolean,
  ): H2Stream<O> {
    const { next } = this.#streams;
    const window = new ReceiveWindow(STREAM_WINDOW, MOST_STREAM_WINDOW);
    const state = last ? "half-closed-local" : "open";
    const stream = new H2Stream(next, owner, limits, window, state, this.peer.initialWindow, bodyless);
    this.#streams.add(stream);
    this.#sending.head(stream.id, fields, last);
    return stream;
  }

  /** Tells the priority of a stream beside its head (RFC 9218 section 7.1). */
  prioritise(stream: H2Stream<O>, value: string): void {
    writePriorityUpdate(this.#out, stream.id, value);
  }

  /** Bytes that may be sent on a stream now. */
  sendable(stream: H2Stream<O>): number {
    return this.#sending.sendable(stream);
  }

  /** Sends what the windows allow of `bytes` from `from` on; returns where it stopped. `last` ends the stream. */
  sendData(stream: H2Stream<O>, bytes: Uint8Array, from: number, last: boolean): number {
    const end = this.#sending.data(stream, bytes, from, last);
    if (last && end === bytes.length) this.#ended(stream, "local");
    return end;
  }

  /** Sends trailers, which end the stream. */
  sendTrailers(stream: H2Stream<O>, fields: readonly OutgoingField[]): void {
    this.#sending.head(stream.id, fields, true);
    this.#ended(stream, "local");
  }

  /** Says that so many bytes of the body are with their consumer. */
  consumed(stream: H2Stream<O>, bytes: number, now: number): void {
    if (stream.remoteEnded) return;
    const credit = stream.window.consume(bytes, now, this.#roundTrip);
    if (credit > 0) writeWindowUpdate(this.#out, stream.id, credit);
  }

  /** Ends a stream at once; nothing more is told of it. */
  reset(stream: H2Stream<O>, code: number): void {
    if (stream.state === "closed" || stream.state === "reset") return;
    stream.state = "reset";
    this.#streams.remove(stream);
    if (this.#receiving === stream) this.#receiving = undefined;
    writeReset(this.#out, stream.id, code);
  }

  /** Asks whether the server is alive. */
  ping(): void {
    writePing(this.#out, PING_DATA, false);
  }

  /** Says goodbye. Nothing more is told. */
  goAway(code: number): void {
    this.#reader.stop();
    writeGoAway(this.#out, 0, code);
  }

  #ended(stream: H2Stream<O>, side: "local" | "remote"): void {
    stream.state = ended(stream.state, side);
    if (stream.state === "closed") this.#streams.remove(stream);
  }

  // Receiving

  /** Takes bytes. Throws `RemoteProtocolError` when the server broke a rule of the connection. */
  receive(view: Uint8Array, now: number): void {
    this.#now = now;
    try {
      this.#reader.read(view, this);
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error;
      this.goAway(error.h2Code);
      throw brokenBy(error.h2Code, error.message);
    }
  }

  frameHead(type: number, flags: number, id: number, length: number): void {
    if (!this.#greeted && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) {
      throw fault("it does not begin with SETTINGS");
    }
    this.#heads.expects(type, id);
    checkShape(type, flags, id, length);
    if (type !== FrameType.DATA) return;
    if (!this.#window.receive(length)) {
      throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than allowed");
    }
    // The connection is never held up by one slow consumer: what may wait is bounded per stream.
    const credit = this.#window.consume(length, this.#now, this.#roundTrip);
    if (credit > 0) writeWindowUpdate(this.#out, 0, credit);
    const stream = this.#receiving = this.#judge("DATA", id);
    if (stream === undefined) return;
    if (!stream.window.receive(length)) {
      throw new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, `more DATA than allowed on stream ${id}`);
    }
    if (!stream.answered) return this.#fail(stream, "DATA stands before a head");
    if (length === 0 && (flags & Flag.END_STREAM) === 0) this.#flood.idle("empty DATA", this.#now);
    else this.#flood.useful();
  }

  dataBytes(bytes: Uint8Array, from: number, to: number): void {
    const stream = this.#receiving;
    if (stream === undefined) return;
    stream.received += to - from;
    if (stream.bodyless) return this.#fail(stream, "a body where there is none");
    if (stream.expected !== undefined && stream.received > stream.expected) {
      return this.#fail(stream, "more bytes than content-length says");
    }
    this.#events.data(stream, bytes, from, to);
  }

  dataEnd(flags: number, padding: number): void {
    const stream = this.#receiving;
    this.#receiving = undefined;
    if (stream === undefined) return;
    if (padding > 0) this.consumed(stream, padding, this.#now);
    if ((flags & Flag.END_STREAM) !== 0) this.#end(stream, null);
  }

  frame(type: number, flags: number, id: number, bytes: Uint8Array, from: number, to: number): void {
    switch (type) {
      case FrameType.HEADERS:
        this.#judge("HEADERS", id);
        if (this.#heads.begin(flags, id, bytes, from, to)) this.#head();
        return;
      case FrameType.CONTINUATION:
        if (to === from) this.#flood.idle("empty CONTINUATION", this.#now);
        if (this.#heads.go(flags, bytes, from, to)) this.#head();
        return;
      case FrameType.SETTINGS:
        return this.#settings(flags, bytes, from, to);
      case FrameType.PING:
        this.#flood.idle("PING", this.#now);
        if ((flags & Flag.ACK) === 0) writePing(this.#out, bytes.subarray(from, to), true);
        return;
      case FrameType.GOAWAY:
        return this.#goneAway(readUint32(bytes, from) & LAST_STREAM, readUint32(bytes, from + 4));
      case FrameType.WINDOW_UPDATE:
        return this.#windowUpdate(id, readUint32(bytes, from) & MAX_WINDOW);
      case FrameType.RST_STREAM:
        return this.#wasReset(id, readUint32(bytes, from));
      case FrameType.PRIORITY:
        this.#flood.idle("PRIORITY", this.#now);
        return;
      case FrameType.PUSH_PROMISE:
        throw fault("PUSH_PROMISE, which was switched off");
      default:
        this.#flood.idle("unknown frames", this.#now);
    }
  }

  /** The stream that a frame concerns; `undefined` where the frame is of no use. */
  #judge(frame: StreamFrame, id: number): H2Stream<O> | undefined {
    const state = this.#streams.stateOf(id);
    switch (RECEIVED[state][frame]) {
      case "take":
        return this.#streams.get(id);
      case "ignore":
        this.#flood.idle(`${frame} on closed streams`, this.#now);
        return undefined;
      case "stream-closed":
        this.#break(this.#streams.get(id)!, ErrorCode.STREAM_CLOSED, `${frame} behind the end of the response`);
        return undefined;
      case "connection-closed":
        throw new ConnectionFault(ErrorCode.STREAM_CLOSED, `${frame} on the closed stream ${id}`);
      case "protocol-error":
        throw fault(`${frame} on the ${state} stream ${id}`);
    }
  }

  /** A whole section is there. */
  #head(): void {
    const stream = this.#streams.get(this.#heads.stream);
    const limits = stream?.limits;
    const limit = limits === undefined ? 0 : stream!.answered ? limits.trailers : limits.head;
    const section = this.#heads.decode(limit);
    if (stream === undefined) return;
    const last = this.#heads.last;
    if (section.size > limit || section.fields.length > limits!.fields) {
      return this.#break(stream, ErrorCode.ENHANCE_YOUR_CALM, this.#heads.excess(section, stream.answered, limits!));
    }
    const head = this.#heads.check(section, stream, last);
    if (typeof head === "string") return this.#fail(stream, head);
    if (!("status" in head)) {
      this.#flood.useful();
      return this.#end(stream, head);
    }
    if (head.status < 200) {
      if (++stream.informational > limits!.informational) {
        const what = `more than ${limits!.informational} informational responses (limits.informational)`;
        return this.#break(stream, ErrorCode.ENHANCE_YOUR_CALM, what);
      }
      return this.#events.informational(stream, head);
    }
    this.#flood.useful();
    stream.answered = true;
    stream.bodyless ||= head.status === 204 || head.status === 304;
    stream.expected = stream.bodyless ? undefined : head.length;
    if (last && stream.expected !== undefined && stream.expected > 0) {
      return this.#fail(stream, "fewer bytes than content-length says");
    }
    this.#events.head(stream, head, last);
    if (last && !stream.remoteEnded) this.#end(stream, null);
  }

  #end(stream: H2Stream<O>, trailers: H2Section | null): void {
    if (stream.expected !== undefined && stream.received < stream.expected) {
      return this.#fail(stream, "fewer bytes than content-length says");
    }
    this.#ended(stream, "remote");
    this.#events.ended(stream, trailers);
  }

  #settings(flags: number, bytes: Uint8Array, from: number, to: number): void {
    if ((flags & Flag.ACK) !== 0) {
      this.#roundTrip = Math.max(SHORTEST_ROUND, this.#now - this.#startedAt);
      return this.#flood.idle("SETTINGS", this.#now);
    }
    this.#flood.idle("SETTINGS", this.#now);
    const { peer } = this;
    const before = peer.initialWindow;
    peer.apply(bytes, from, to);
    this.#greeted = true;
    this.#sending.allowTable(peer.headerTableSize);
    const change = peer.initialWindow - before;
    for (const stream of change === 0 ? [] : this.#streams.all()) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_WINDOW) throw overflow(stream.id);
    }
    writeSettingsAck(this.#out);
    this.#events.settings(peer);
    if (change > 0) this.#events.writable(undefined);
  }

  #windowUpdate(id: number, increment: number): void {
    if (id === 0) {
      if (increment === 0) throw fault("a WINDOW_UPDATE of 0");
      this.#sending.window += increment;
      if (this.#sending.window > MAX_WINDOW) throw overflow(0);
      this.#flood.idle("WINDOW_UPDATE", this.#now);
      return this.#events.writable(undefined);
    }
    const stream = this.#judge("WINDOW_UPDATE", id);
    if (stream === undefined) return;
    this.#flood.idle("WINDOW_UPDATE", this.#now);
    if (increment === 0) return this.#fail(stream, "a WINDOW_UPDATE of 0");
    stream.sendWindow += increment;
    if (stream.sendWindow > MAX_WINDOW) {
      return this.#break(stream, ErrorCode.FLOW_CONTROL_ERROR, "its window overflows");
    }
    this.#events.writable(stream);
  }

  #wasReset(id: number, code: number): void {
    const stream = this.#judge("RST_STREAM", id);
    if (stream === undefined) return;
    this.#flood.idle("RST_STREAM", this.#now);
    stream.state = "closed";
    this.#streams.remove(stream);
    this.#events.reset(stream, code);
  }

  #goneAway(lastTaken: number, code: number): void {
    this.#flood.idle("GOAWAY", this.#now);
    this.#lastTaken = Math.min(this.#lastTaken, lastTaken);
    this.#events.goAway(code);
    for (const stream of this.#streams.all()) {
      if (stream.id <= this.#lastTaken || stream.state === "reset") continue;
      stream.state = "closed";
      this.#streams.remove(stream);
      this.#events.unprocessed(stream);
    }
  }

  #fail(stream: H2Stream<O>, what: string): void {
    this.#break(stream, ErrorCode.PROTOCOL_ERROR, what);
  }

  #break(stream: H2Stream<O>, code: number, what: string): void {
    this.reset(stream, code);
    this.#events.broken(stream, brokenBy(code, what));
  }
}
