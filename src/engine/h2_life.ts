/**
 * Owns the question whether the server behind an open connection is still there.
 * Must not know sockets or frames.
 * Invariant: while streams are open, silence of `PATIENCE` leads to one question, and as much
 * silence again to `dead`; a connection without streams has no timer.
 */

import { Deadline, type DeadlineQueue } from "../base/deadline.ts";

/** Milliseconds of silence before the server is asked, and then until it is given up. */
export const PATIENCE = 10_000;

/** What it asks of its connection. */
export interface LifeHost {
  now(): number;
  /** Whether streams are open. */
  busy(): boolean;
  /** Sends PING. */
  ask(): void;
  /** No byte has come since the question. */
  dead(): void;
}

/** Watches one connection. */
export class H2Life {
  readonly #host: LifeHost;
  readonly #deadline = new Deadline(() => this.#expired());
  #queue: DeadlineQueue | undefined;
  #heardAt = 0;
  #askedAt: number | undefined;

  constructor(host: LifeHost) {
    this.#host = host;
  }

  /** Bytes arrived. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#askedAt = undefined;
  }

  /** Watches from now on, by the deadlines of a call. */
  watch(queue: DeadlineQueue, now: number): void {
    if (this.#deadline.running) return;
    this.#queue = queue;
    this.#heardAt = Math.max(this.#heardAt, now);
    queue.add(this.#deadline, PATIENCE, now);
  }

  /** Asks at once: something took too long. */
  doubt(): void {
    if (this.#queue === undefined || this.#askedAt !== undefined) return;
    this.#ask();
  }

  /** Watches no more. */
  rest(): void {
    // A question that is open stays so: a connection that does not answer must not be used again.
    if (this.#askedAt === undefined) this.stop();
  }

  /** The connection is closed. */
  stop(): void {
    this.#queue?.remove(this.#deadline);
    this.#askedAt = undefined;
  }

  #ask(): void {
    const now = this.#host.now();
    this.#askedAt = now;
    this.#queue!.add(this.#deadline, PATIENCE, now);
    this.#host.ask();
  }

  #expired(): void {
    const now = this.#host.now();
    if (this.#askedAt !== undefined) return this.#host.dead();
    if (!this.#host.busy()) return;
    const silence = now - this.#heardAt;
    if (silence >= PATIENCE) return this.#ask();
    // One timer, however many bytes come: it is set anew for what is left.
    this.#queue!.add(this.#deadline, Math.max(1, Math.ceil(PATIENCE - silence)), now);
  }
}
