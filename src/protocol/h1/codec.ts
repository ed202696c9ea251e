/**
 * Owns one HTTP/1.1 connection seen from the client: bytes in, events out; calls in, bytes out.
 * Must not know sockets, time, promises or pools.
 * Invariants: after an error both sides are closed for good; `nextEvent` consumes whole events
 * or nothing; a connection is reusable only when both sides are done, nothing is pending and
 * no reason to close was found.
 *
 * ```text
 * settings = resolveH1Settings({ limits, lenient })      once per client
 * codec = new H1Codec(settings)                          once per connection
 *
 * head = encodeRequestHead({ method, target, fields, body, expectContinue })   may be cached: { bytes, facts }
 * codec.beginRequest(head.facts); write(head.bytes)      the same as: write(codec.sendRequest({ method, ... }))
 * codec.sendData(bytes)  -> parts to write               joinParts([head.bytes, ...parts]) for one write
 * codec.sendEnd(trailers?) -> bytes to write            for every body but "none" and 0
 * codec.waitingForContinue                               hold the body back; the engine owns the timer
 *
 * codec.receive(view)                                    the view is borrowed until need-data is returned
 * codec.receiveEof()
 * codec.nextEvent() -> informational | head | data | end | upgraded | unsolicited | closed | need-data
 * codec.bodyBytesExpected, codec.consumeBody(n)          for bytes that land elsewhere, past the codec
 *
 * codec.reusable, codec.closeReason, codec.answered, codec.takeLeftover(), codec.retain()
 * ```
 *
 * After each `receive` or `receiveEof` call `nextEvent` until it returns `need-data` (or `upgraded`,
 * `unsolicited`, `closed`, or throws). `end` is followed by `need-data` when nothing came after it.
 */

import { IncompleteReadError, LocalProtocolError, RemoteProtocolError, SocketError } from "../../errors.ts";
import { type BodyReader, CLOSE_READER, LengthReader } from "./body_readers.ts";
import { ChunkReader } from "./chunk_reader.ts";
import {
  CLOSED,
  type H1Event,
  type HeadEvent,
  type InformationalEvent,
  NEED_DATA,
  UNSOLICITED,
  UPGRADED,
} from "./events.ts";
import { HeadMemory } from "./head_memory.ts";
import { HeadReader } from "./head_reader.ts";
import { DEFAULT_H1_SETTINGS, type H1Settings } from "./limits.ts";
import { CLOSE_REASON, type CloseReason } from "./persistence.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import type { RequestFacts, RequestHead } from "./request_facts.ts";
import { RequestSide } from "./request_side.ts";
import { encodeRequestHeadOnce } from "./request_writer.ts";
import {
  nextRequestState,
  nextResponseState,
  NO_TRANSITION,
  ON_REQUEST,
  ON_RESPONSE,
  REQUEST,
  type RequestState,
  RESPONSE,
  RESPONSE_EVENTS,
  RESPONSE_STATES,
  type ResponseState,
} from "./states.ts";

const NO_TRAILERS: RequestHead["fields"] = Object.freeze([]);

/** The client's side of one HTTP/1.1 connection. */
export class H1Codec {
  readonly #settings: H1Settings;
  readonly #input: ReceiveBuffer = new ReceiveBuffer();
  readonly #heads: HeadReader;
  readonly #lengthReader: LengthReader = new LengthReader();
  #chunkReader: ChunkReader | null = null;
  #body: BodyReader = this.#lengthReader;
  readonly #request: RequestSide = new RequestSide();
  #response: number = RESPONSE.idle;
  #answered = false;
  #ended = false;
  #closeReason: CloseReason | null = null;
  #error: unknown = null;
  /** What a closed codec goes on to say. */
  #last: H1Event = CLOSED;

  /** `heads` may be shared with other codecs of these settings: then what one has read another need not. */
  constructor(settings: H1Settings = DEFAULT_H1_SETTINGS, heads: HeadMemory = new HeadMemory()) {
    this.#settings = settings;
    this.#heads = new HeadReader(settings, heads);
  }

  // Outbound

  /**
   * Encodes a head and begins its request; the bytes must be written. They are part of a shared slab.
   * Throws `LocalProtocolError`; when the head itself was wrong, the connection is as it was before.
   */
  sendRequest(head: RequestHead): Uint8Array {
    const { bytes, facts } = encodeRequestHeadOnce(head);
    this.beginRequest(facts);
    return bytes;
  }

  /** Begins a request whose head is encoded already. Throws `LocalProtocolError` unless the connection is reusable. */
  beginRequest(facts: RequestFacts): void {
    if (!this.reusable) this.#misuse("begin a request", `${this}`, "a reusable connection");
    this.#request.begin(facts);
    this.#stepResponse(ON_RESPONSE.request);
    this.#heads.begin();
    this.#answered = false;
  }

  /**
   * Frames bytes of the request body: the parts to write, in order; `bytes` are among them, not copied.
   * Throws `LocalProtocolError` for more than Content-Length (the codec is closed then), or where no
   * body is under way.
   */
  sendData(bytes: Uint8Array): readonly Uint8Array[] {
    try {
      return this.#request.send(bytes);
    } catch (error) {
      throw this.#failLocally(error);
    }
  }

  /**
   * Ends the request body: the bytes to write, often none. Trailers need a chunked body.
   * Throws `LocalProtocolError` when Content-Length is not reached (the codec is closed then), or
   * a trailer may not be sent.
   */
  sendEnd(trailers: RequestHead["fields"] = NO_TRAILERS): Uint8Array {
    try {
      const bytes = this.#request.end(trailers);
      this.#finishExchange();
      return bytes;
    } catch (error) {
      throw this.#failLocally(error);
    }
  }

  // Inbound

  /** Takes bytes of the connection. The view is borrowed until `nextEvent` has nothing more to tell, or `retain`. */
  receive(view: Uint8Array): void {
    if (this.#ended) this.#misuse("receive bytes", "the end of input was received", "none after it");
    if (view.length > 0 && this.#response !== RESPONSE.closed) this.#input.receive(view);
  }

  /** Notes that the peer will send no more. */
  receiveEof(): void {
    this.#ended = true;
  }

  /**
   * What comes next. Throws `RemoteProtocolError` for what the server must not send, `SocketError`
   * or `IncompleteReadError` when the input ends too early; then the codec is closed, and each
   * further call throws the same error.
   */
  nextEvent(): H1Event {
    try {
      switch (this.#response) {
        case RESPONSE.head:
          return this.#nextHead();
        case RESPONSE.body:
          return this.#nextBody();
        case RESPONSE.upgraded:
          return UPGRADED;
        case RESPONSE.closed:
          return this.#nextAfterClose();
        default:
          return this.#nextIdle();
      }
    } catch (error) {
      throw this.#failRemotely(error);
    }
  }

  #nextHead(): H1Event {
    const input = this.#input;
    const request = this.#request;
    if (input.at < input.end) {
      this.#answered = true;
      const event = this.#heads.read(input, request.facts, request.state === REQUEST.waiting);
      if (event !== null) {
        if (event.type === "informational") this.#takeInformational(event);
        else if (event.upgraded) this.#takeUpgrade();
        else this.#takeFinal(event);
        return event;
      }
    }
    if (this.#ended) throw this.#endedBeforeHead();
    return NEED_DATA;
  }

  #takeInformational(event: InformationalEvent): void {
    this.#stepResponse(ON_RESPONSE.informational);
    if (event.status === 100) this.#request.step(ON_REQUEST.continue);
  }

  #takeFinal(event: HeadEvent): void {
    this.#stepResponse(ON_RESPONSE.final);
    this.#request.step(ON_REQUEST.final);
    this.#closeReason = event.closeReason;
    if (event.framing === "chunked") {
      this.#chunkReader ??= new ChunkReader(this.#settings);
      this.#chunkReader.begin();
      this.#body = this.#chunkReader;
    } else if (event.framing === "close") this.#body = CLOSE_READER;
    else {
      this.#lengthReader.begin(event.framing === "length" ? event.contentLength : 0);
      this.#body = this.#lengthReader;
    }
  }

  #takeUpgrade(): void {
    if (this.#request.state !== REQUEST.done) {
      throw new RemoteProtocolError("Cannot switch protocols: the server did so before the end of the request");
    }
    this.#stepResponse(ON_RESPONSE.upgrade);
    this.#request.step(ON_REQUEST.upgrade);
    this.#closeReason = CLOSE_REASON.upgraded;
  }

  #nextBody(): H1Event {
    let event: H1Event = this.#body.read(this.#input);
    if (event === NEED_DATA && this.#ended) event = this.#body.end();
    if (event.type === "end") {
      this.#stepResponse(ON_RESPONSE.end);
      this.#finishExchange();
      this.#input.release();
    }
    return event;
  }

  /** Between responses: whatever comes is unsolicited, an end is an ordinary one. */
  #nextIdle(): H1Event {
    if (this.#input.pending > 0) {
      this.#close(CLOSE_REASON.unsolicited);
      return this.#last = UNSOLICITED;
    }
    if (!this.#ended) return NEED_DATA;
    this.#close(CLOSE_REASON.peerClosed);
    return CLOSED;
  }

  #nextAfterClose(): H1Event {
    if (this.#error !== null) throw this.#error;
    return this.#last;
  }

  /** Both sides done: the next exchange may begin, unless a reason speaks against it. */
  #finishExchange(): void {
    if (this.#response !== RESPONSE.done) return;
    if (this.#request.state !== REQUEST.done) return;
    if (this.#closeReason !== null) return;
    this.#request.step(ON_REQUEST.next);
    this.#stepResponse(ON_RESPONSE.next);
  }

  #endedBeforeHead(): SocketError {
    const partial = this.#input.pending > 0;
    const message = partial
      ? `Cannot read the response head: the connection ended after ${this.#input.pending} bytes of it`
      : "Cannot read the response head: the connection ended before it";
    return new SocketError(message, {
      code: "CONNECTION_CLOSED",
      progress: this.#answered ? "answered" : "sent",
    });
  }

  // Bodies that land in place

  /**
   * Bytes of the body that may be read past the codec now, to be told by `consumeBody`: the rest of
   * a body of known length, `Infinity` for one that lasts until close, 0 where every byte must pass
   * through `receive`.
   */
  get bodyBytesExpected(): number {
    return this.#response === RESPONSE.body && this.#input.pending === 0 ? this.#body.expected : 0;
  }

  /** Notes `length` bytes of the body that were read past the codec. Throws `LocalProtocolError` beyond what was expected. */
  consumeBody(length: number): void {
    if (length > this.bodyBytesExpected) {
      this.#misuse(`consume ${length} bytes of the body`, `${this.bodyBytesExpected} are left`, "no more than that");
    }
    this.#body.consume(length);
  }

  // What the engine asks

  /** Whether another request may begin on this connection. */
  get reusable(): boolean {
    return this.#request.state === REQUEST.idle && this.#response === RESPONSE.idle && !this.#ended &&
      this.#input.pending === 0;
  }

  /** Why this connection will not serve another request, or `null` while nothing speaks against it. */
  get closeReason(): CloseReason | null {
    if (this.#closeReason !== null) return this.#closeReason;
    if (this.#response === RESPONSE.done) return CLOSE_REASON.requestUnfinished;
    if (this.#response !== RESPONSE.idle) return null;
    if (this.#input.pending > 0) return CLOSE_REASON.unsolicited;
    return this.#ended ? CLOSE_REASON.peerClosed : null;
  }

  /** Whether a byte of a response to the current (or last) request has arrived. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether the body should be held back until 100 (Continue) or the engine's patience ends. */
  get waitingForContinue(): boolean {
    return this.#request.state === REQUEST.waiting;
  }

  /** State of the request side. */
  get requestState(): RequestState {
    return this.#request.stateName;
  }

  /** State of the response side. */
  get responseState(): ResponseState {
    return RESPONSE_STATES[this.#response]!;
  }

  /** Copies what was received and not consumed, so that the borrowed view may change. */
  retain(): void {
    this.#input.retain();
  }

  /** Bytes that follow the head of an upgraded connection, as an array of their own. Throws `LocalProtocolError` otherwise. */
  takeLeftover(): Uint8Array {
    if (this.#response !== RESPONSE.upgraded) this.#misuse("take what is left", `${this}`, "an upgraded connection");
    return this.#input.take();
  }

  /** One line for assertions and logs: `H1Codec(request done, response body)`. */
  toString(): string {
    const why = this.#closeReason === null ? "" : `, ${this.#closeReason}`;
    return `H1Codec(request ${this.requestState}, response ${this.responseState}${why})`;
  }

  #stepResponse(event: number): void {
    const next = nextResponseState(this.#response, event);
    if (next === NO_TRANSITION) {
      this.#misuse(`take "${RESPONSE_EVENTS[event]}"`, `the response is "${this.responseState}"`, "another state");
    }
    this.#response = next;
  }

  /** A call that changes nothing, because it comes at the wrong time. */
  #misuse(action: string, found: string, wanted: string): never {
    throw new LocalProtocolError(`Cannot ${action}: ${found}, expected ${wanted}`);
  }

  #close(reason: CloseReason): void {
    this.#request.state = nextRequestState(this.#request.state, ON_REQUEST.fail);
    this.#response = nextResponseState(this.#response, ON_RESPONSE.fail);
    this.#closeReason ??= reason;
    this.#heads.abandon();
    this.#input.clear();
  }

  /** A wrong call leaves the connection as it is; a message that can no longer be completed ends it. */
  #failLocally(error: unknown): unknown {
    if (this.#request.state === REQUEST.closed && this.#response !== RESPONSE.closed) {
      this.#close(CLOSE_REASON.localError);
      this.#error = error;
    }
    return error;
  }

  #failRemotely(error: unknown): unknown {
    if (this.#response === RESPONSE.closed) return error;
    const early = error instanceof SocketError || error instanceof IncompleteReadError;
    this.#close(early ? CLOSE_REASON.peerClosed : CLOSE_REASON.remoteError);
    this.#error = error;
    return error;
  }
}
