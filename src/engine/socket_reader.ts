/**
 * Owns reading a socket chunk by chunk, for the dialogue with a proxy.
 * Must not know what is spoken.
 * Invariants: after each chunk reading pauses until the next one is asked for, so that no read is
 * pending when TLS takes the socket over; a cancelled token closes the socket and ends the wait.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { JetstreamError } from "../errors.ts";

/** Bytes read at once: more than the replies of most proxies have. */
const READ_SIZE = 4 * 1024;

interface Waiter {
  resolve(chunk: Uint8Array | null): void;
  reject(reason: Error): void;
}

/** Reads one socket until it is released. */
export class SocketReader implements SocketSink {
  readonly #socket: Socket;
  readonly #cancel: CancelToken;
  readonly #onCancel = (reason: Error): void => {
    this.#socket.close();
    this.#fail(reason);
  };
  /** At most two: a socket may deliver one more read after it was paused. */
  readonly #chunks: Uint8Array[] = [];
  #space: Uint8Array | undefined;
  #waiter: Waiter | undefined;
  #ended = false;
  #failure: Error | undefined;

  /** Starts reading; nobody else may until `release`. */
  constructor(socket: Socket, cancel: CancelToken) {
    this.#socket = socket;
    this.#cancel = cancel;
    cancel.add(this.#onCancel);
    if (this.#failure === undefined) socket.start(this);
  }

  /** Sends bytes; their loss shows in the next `read`. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next chunk, which belongs to the caller; `null` at the end. Rejects when the socket dies or the token says so. */
  read(): Promise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) return Promise.resolve(chunk);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#socket.resume();
    });
  }

  /** Stops reading and returns how many bytes nobody has read. */
  release(): number {
    this.#cancel.remove(this.#onCancel);
    const unread = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#chunks.length = 0;
    return unread + this.#socket.detach().length;
  }

  buffer(): Uint8Array {
    return this.#space ??= new Uint8Array(READ_SIZE);
  }

  bytes(view: Uint8Array): void {
    this.#socket.pause();
    this.#chunks.push(view.slice());
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve(this.#chunks.shift()!);
  }

  end(): void {
    this.#ended = true;
    this.#waiter?.resolve(null);
    this.#waiter = undefined;
  }

  error(error: JetstreamError): void {
    this.#fail(error);
  }

  drain(): void {
    // Messages to a proxy are far smaller than what a socket takes at once.
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
  }
}
