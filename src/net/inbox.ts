/**
 * Owns what stands between the events of a runtime and the sink: order, and what is kept
 * while no sink listens.
 * Must not know how bytes are read, nor what they mean.
 * Invariant: a sink gets bytes in order, then at most one `end` or `error`; after `error`
 * or `close()` nothing.
 */

import type { SocketSink } from "../core/socket.ts";
import type { JetstreamError } from "../errors.ts";

const NOTHING: Uint8Array = new Uint8Array(0);

/** Copies `parts` into one array of their joint length. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const only = parts[0];
  if (only === undefined) return NOTHING;
  if (parts.length === 1) return only;
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** What arrived on one socket. */
export class Inbox {
  readonly #owned: boolean;
  readonly #resumed: () => void;
  #sink: SocketSink | undefined;
  #held: Uint8Array[] | undefined;
  #paused = false;
  #ended = false;
  #endTold = false;
  #failure: JetstreamError | undefined;
  #finished = false;
  #scheduled = false;

  /**
   * `owned` says that views given to {@linkcode bytes} stay untouched afterwards.
   * `resumed` is called when reading may go on and nothing is kept any more.
   */
  constructor(owned: boolean, resumed: () => void) {
    this.#owned = owned;
    this.#resumed = resumed;
  }

  /** Who listens; `undefined` while nobody does, and after the last event. */
  get sink(): SocketSink | undefined {
    return this.#sink;
  }

  /** Whether the next read may start. */
  get open(): boolean {
    return this.#sink !== undefined && !this.#paused && this.#held === undefined && !this.#ended;
  }

  /** Where the next read shall land; `undefined` while it may not start. */
  nextBuffer(): Uint8Array | undefined {
    if (this.#paused || this.#held !== undefined || this.#ended) return undefined;
    return this.#sink?.buffer();
  }

  /** Whether reading was stopped by the receiver. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether the peer has finished. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the sink has had its last event, or none will come after `close()`. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether bytes wait for a sink. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Puts `sink` in place; what was kept follows in a task of its own. */
  start(sink: SocketSink): void {
    if (this.#finished) return;
    this.#sink = sink;
    this.#paused = false;
    this.#endTold = false;
    this.#schedule();
  }

  /** Keeps what comes from now on, as far as the runtime still delivers. */
  pause(): void {
    this.#paused = true;
  }

  /** Delivers again. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#schedule();
  }

  /** Bytes were read. */
  bytes(view: Uint8Array): void {
    if (this.#sink !== undefined && this.#held === undefined) this.#sink.bytes(view);
    else if (!this.#finished) (this.#held ??= []).push(this.#owned ? view : view.slice());
  }

  /** The peer sends no more. */
  end(): void {
    if (this.#finished || this.#ended) return;
    this.#ended = true;
    if (this.#sink !== undefined && this.#held === undefined) this.#tellEnd(this.#sink);
  }

  /** The socket is dead. */
  fail(error: JetstreamError): void {
    if (this.#finished || this.#failure) return;
    this.#failure = error;
    if (this.#sink !== undefined && this.#held === undefined) this.#finish(error);
  }

  /** What was written has been taken. */
  drain(): void {
    this.#sink?.drain();
  }

  /** Takes the sink away and returns what it has not seen. */
  detach(): Uint8Array {
    const held = this.#held;
    this.#sink = undefined;
    this.#held = undefined;
    return held ? joinBytes(held) : NOTHING;
  }

  /** Nothing more is delivered. */
  close(): void {
    this.#finished = true;
    this.#sink = undefined;
    this.#held = undefined;
  }

  #finish(error: JetstreamError): void {
    const sink = this.#sink;
    this.close();
    sink?.error(error);
  }

  #schedule(): void {
    if (this.#held === undefined && !this.#ended && !this.#failure) this.#resumed();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#deliver());
    }
  }

  #deliver(): void {
    this.#scheduled = false;
    while (this.#held !== undefined) {
      if (this.#sink === undefined || this.#paused) return;
      const view = this.#held.shift();
      if (this.#held.length === 0) this.#held = undefined;
      if (view) this.#sink.bytes(view);
    }
    if (this.#sink === undefined || this.#paused) return;
    if (this.#failure) this.#finish(this.#failure);
    else if (this.#ended) this.#tellEnd(this.#sink);
    else this.#resumed();
  }

  #tellEnd(sink: SocketSink): void {
    if (this.#endTold) return;
    this.#endTold = true;
    sink.end();
  }
}
