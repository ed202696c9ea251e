/**
 * Owns when the bytes of an HTTP/2 connection leave, and who is told that they have.
 * Must not know what they mean.
 * Invariants: all frames of one turn leave in one write, unless they are very many; nothing is
 * written while the socket takes nothing; what waits behind it is bounded.
 */

import type { Socket } from "../core/socket.ts";
import type { H2Codec } from "../protocol/h2/codec.ts";
import type { H2Exchange } from "./h2_exchange.ts";

/** Bytes that wait before they are written within a turn. */
const FLUSH_BYTES = 256 * 1024;

/** Bytes that may wait behind a socket that takes none: answers to a server that does not read. */
const MOST_WAITING = 16 * 1024 * 1024;

/** What it asks of its connection. */
export interface H2WriterHost {
  /** Runs `callback` once, after what is ready to run now. */
  afterTurn(callback: () => void): void;
  /** The last byte of this request is with the system. */
  sent(carried: H2Exchange, now: number): void;
  /** Milliseconds on the clock of the engine. */
  now(): number;
  /** More waits than may. */
  stuffed(): void;
}

/** Writes for one connection. */
export class H2Writer {
  /** Whether the socket takes no more for now. */
  blocked = false;
  readonly #socket: Socket;
  readonly #codec: H2Codec<H2Exchange>;
  readonly #host: H2WriterHost;
  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  /** Requests whose last byte waits. */
  #leaving: H2Exchange[] = [];
  #scheduled = false;
  #closed = false;

  constructor(socket: Socket, codec: H2Codec<H2Exchange>, host: H2WriterHost) {
    this.#socket = socket;
    this.#codec = codec;
    this.#host = host;
  }

  /** The last byte of this request is among those that wait. */
  leaves(carried: H2Exchange): void {
    this.#leaving.push(carried);
  }

  /** Writes what waits, at the end of the turn; at once if it is much. */
  soon(): void {
    if (this.#codec.waiting >= FLUSH_BYTES) return this.flush();
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#host.afterTurn(this.#flushLater);
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#closed) return;
    if (this.blocked) {
      if (this.#codec.waiting > MOST_WAITING) this.#host.stuffed();
      return;
    }
    if (this.#codec.waiting > 0) this.blocked = !this.#socket.write(this.#codec.takeOutput());
    if (this.#leaving.length === 0 || this.blocked) return;
    const leaving = this.#leaving;
    this.#leaving = [];
    const now = this.#host.now();
    for (const carried of leaving) this.#host.sent(carried, now);
  }

  /** The socket has taken what it had. */
  drained(): void {
    this.blocked = false;
    this.flush();
  }

  /** Writes the last words, if anybody listens, and nothing more. */
  close(listens: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leaving = [];
    if (listens && !this.blocked && this.#codec.waiting > 0) this.#socket.write(this.#codec.takeOutput());
  }
}
