/**
 * Owns the worker's end of the channel: reads without blocking its event loop, except for a
 * moment after the last answer.
 * Must not know what a message says.
 * Invariants: while anything is under way the event loop runs; a message that finds no room
 * waits in order.
 */

import type { SharedMemory } from "./memory.ts";
import type { Message } from "./pack.ts";
import { encodeFrame, FrameReader } from "./wire.ts";

/**
 * How long the thread sleeps for the next call, in milliseconds: long enough for a loop of calls,
 * which saves each of them a turn of the event loop; short enough that timers are not late and
 * what a server does to idle connections is not missed.
 */
const LINGER = 1;

/** Bytes read before their room is given back. */
const PIECE = 64 * 1024;

/** The worker's end. */
export class ThreadEnd {
  readonly #memory: SharedMemory;
  #reader: FrameReader = new FrameReader(() => {});
  #isIdle: () => boolean = () => false;
  #queue: Uint8Array[] = [];
  #lingers = false;
  /** Whether the message under way was found while the event loop stood still. */
  #stood = false;

  /** The end of `memory` that is the worker's. */
  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** A turn of the event loop, if it stood still before the message under way: connections may have changed unseen. */
  turn(): Promise<void> | undefined {
    if (!this.#stood) return undefined;
    this.#stood = false;
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
  }

  /** Serves for ever; `isIdle` says whether nothing is under way. */
  async run(onMessage: (message: Message) => void, isIdle: () => boolean): Promise<void> {
    this.#reader = new FrameReader(onMessage);
    this.#isIdle = isIdle;
    const { workerBell } = this.#memory;
    for (;;) {
      const count = workerBell.count;
      this.#memory.pong();
      const read = this.#read();
      const written = this.#flush();
      if (read || written) continue;
      await workerBell.changed(count);
    }
  }

  /** Sends a message; what finds no room is kept. */
  send(message: Message): void {
    const { toCaller, callerBell } = this.#memory;
    encodeFrame(message).forEach((part, index) => {
      const written = this.#queue.length > 0 ? 0 : toCaller.write(part, 0);
      // Frames are made in one and the same array: what stays behind of it is a copy. What is attached stays as it is.
      if (written < part.length) this.#queue.push(index === 0 ? part.slice(written) : part.subarray(written));
    });
    callerBell.ring();
  }

  /** Sleeps for the next call, if nothing is under way once what is due has run. */
  linger(): void {
    if (this.#lingers) return;
    this.#lingers = true;
    queueMicrotask(() => queueMicrotask(() => this.#sleep()));
  }

  #sleep(): void {
    this.#lingers = false;
    if (!this.#isIdle() || this.#queue.length > 0) return;
    const { sleepBell, toWorker } = this.#memory;
    const count = sleepBell.count;
    this.#memory.isSleeping = true;
    if (toWorker.pending === 0) sleepBell.wait(count, LINGER);
    this.#memory.isSleeping = false;
    this.#memory.pong();
    this.#stood = true;
    this.#read();
    this.#stood = false;
  }

  #read(): boolean {
    const { toWorker, callerBell } = this.#memory;
    let read = 0;
    for (let piece = toWorker.peek(PIECE); piece.length > 0; piece = toWorker.peek(PIECE)) {
      this.#reader.push(piece);
      read += piece.length;
      if (toWorker.consume(piece.length)) callerBell.ring();
    }
    return read > 0;
  }

  #flush(): boolean {
    const { toCaller, callerBell } = this.#memory;
    let written = 0;
    while (this.#queue.length > 0) {
      const part = this.#queue[0]!;
      const length = toCaller.write(part, 0);
      written += length;
      if (length < part.length) {
        this.#queue[0] = part.subarray(length);
        break;
      }
      this.#queue.shift();
    }
    if (written > 0) callerBell.ring();
    return written > 0;
  }
}
