/**
 * Owns a socket that has left HTTP: after 101, or 2xx to CONNECT.
 * Must not know what is spoken on it.
 * Invariants: bytes that came behind the head are delivered before any other; its place in the
 * pool is free again exactly when it is closed.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import type { JetstreamError } from "../errors.ts";

/** Both in one array. */
export function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (second.length === 0) return first;
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** A socket with bytes in front of it, that tells when it closes. */
export class HandedOverSocket implements Socket {
  readonly #socket: Socket;
  readonly #closed: () => void;
  #leftover: Uint8Array | undefined;
  #sink: SocketSink | undefined;

  constructor(socket: Socket, leftover: Uint8Array, closed: () => void) {
    this.#socket = socket;
    this.#leftover = leftover.length === 0 ? undefined : leftover;
    this.#closed = closed;
  }

  get ownedViews(): boolean {
    return this.#socket.ownedViews;
  }

  get alpn(): string | undefined {
    return this.#socket.alpn;
  }

  get tls(): TlsFacts | undefined {
    return this.#socket.tls;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  start(sink: SocketSink): void {
    this.#sink = sink;
    if (this.#leftover === undefined) this.#startBelow(sink);
    else queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const sink = this.#sink;
    const leftover = this.#leftover;
    if (sink === undefined) return;
    this.#leftover = undefined;
    if (leftover !== undefined) sink.bytes(leftover);
    if (this.#sink === sink) this.#startBelow(sink);
  }

  #startBelow(sink: SocketSink): void {
    this.#socket.start({
      buffer: () => sink.buffer(),
      bytes: (view) => sink.bytes(view),
      end: () => sink.end(),
      drain: () => sink.drain(),
      error: (error: JetstreamError) => {
        this.#closed();
        sink.error(error);
      },
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  closeWrite(): void {
    this.#socket.closeWrite();
  }

  /** The TLS socket counts in the place of this one. */
  async startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket> {
    if (this.#leftover !== undefined) {
      this.close();
      throw new TypeError("Cannot start TLS on this socket: bytes that arrived are unread");
    }
    try {
      const secured = await this.#socket.startTls(settings, cancel);
      return new HandedOverSocket(secured, new Uint8Array(0), this.#closed);
    } catch (error) {
      this.#closed();
      throw error;
    }
  }

  detach(): Uint8Array {
    const leftover = this.#leftover;
    this.#leftover = this.#sink = undefined;
    const rest = this.#socket.detach();
    return leftover === undefined ? rest : joinBytes(leftover, rest);
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#sink = undefined;
    this.#socket.close();
    this.#closed();
  }
}
