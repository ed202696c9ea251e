/**
 * Owns one socket of Bun: what its callbacks mean, and what waits to be written.
 * Must not know how it was opened; the handshake is in `bun_tls.ts`.
 * Invariant: Bun keeps nothing that it could not send; what is left of a write waits here.
 *
 * The runtime is told to stop reading only when bytes arrive that nobody wants: a pause that
 * ends before that costs no system call, and one that does not delivers one chunk more.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import type { JetstreamError } from "../errors.ts";
import { hostPort } from "./address.ts";
import type { BunHandlers, BunRawSocket } from "./bun_host.ts";
import { Inbox } from "./inbox.ts";
import { closedEarly, socketError } from "./translate.ts";
import { tlsSocketError } from "./translate_tls.ts";
import { WriteQueue } from "./write_queue.ts";

/** Starts TLS over a socket of Bun. */
export type BunStartTls = (
  raw: BunRawSocket<unknown>,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
) => Promise<Socket>;

/** What is known of a socket when it is made. */
export interface BunSocketOptions {
  /** How TLS is started over it. */
  readonly startTls: BunStartTls;
  /** Where it is connected to, as a key for sessions. */
  readonly peer: string;
  /** Name that TLS verified; absent in clear text. */
  readonly serverName?: string;
}

/** A socket over one of Bun. */
export class BunSocket implements Socket {
  readonly ownedViews: boolean = true;
  readonly #options: BunSocketOptions;
  readonly #inbox: Inbox;
  readonly #queue = new WriteQueue();
  #raw!: BunRawSocket<unknown>;
  #alpn: string | undefined;
  #tls: TlsFacts | undefined;
  #stopped = false;
  #finishing = false;
  #refused = false;
  #closed = false;
  /** The address of this side, once closed: Bun forgets it then. */
  #near: Pick<BunRawSocket<unknown>, "localAddress" | "localPort"> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: BunSocketOptions) {
    this.#options = options;
    this.#inbox = new Inbox(true, () => this.#resumed());
  }

  /** Takes over an open socket, which holds the process from here on. */
  adopt(raw: BunRawSocket<unknown>, alpn?: string, tls?: TlsFacts): this {
    this.#raw = raw;
    // One that comes from `node:net`, or from under TLS, does not by itself.
    raw.ref();
    this.#alpn = alpn;
    this.#tls = tls;
    return this;
  }

  get alpn(): string | undefined {
    return this.#alpn;
  }

  get tls(): TlsFacts | undefined {
    return this.#tls;
  }

  get remoteAddress(): string | undefined {
    // What was dialled is an address. An open socket is asked all the same: a guard relies on it.
    if (this.#near !== undefined) return this.#options.peer;
    const { remoteAddress, remotePort } = this.#raw;
    return remoteAddress && remotePort ? hostPort(remoteAddress, remotePort) : this.#options.peer;
  }

  get localAddress(): string | undefined {
    const { localAddress, localPort } = this.#near ?? this.#raw;
    return localAddress && localPort ? hostPort(localAddress, localPort) : undefined;
  }

  start(sink: SocketSink): void {
    this.#inbox.start(sink);
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  detach(): Uint8Array {
    return this.#inbox.detach();
  }

  ref(): void {
    this.#raw.ref();
  }

  unref(): void {
    this.#raw.unref();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#finishing || bytes.length === 0) return true;
    if (this.#queue.length === 0) {
      const taken = this.#raw.write(bytes);
      if (taken === bytes.length) return true;
      if (taken < 0) return this.#refuse();
      this.#queue.push(taken === 0 ? bytes : bytes.subarray(taken));
    } else this.#queue.push(bytes);
    return false;
  }

  closeWrite(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    if (this.#queue.length === 0) this.#raw.shutdown();
  }

  async startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket> {
    if (this.#closed) throw closedEarly();
    if (this.#inbox.holds) {
      this.close();
      throw new TypeError("Cannot start TLS on this socket: bytes that arrived are unread");
    }
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#onIdle = resolve);
    if (this.#closed) throw closedEarly();
    this.#inbox.close();
    // The socket below belongs to the new one from here on.
    this.#closed = true;
    return await this.#options.startTls(this.#raw, this.#options.peer, settings, cancel);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.close();
    this.#queue.clear();
    const { localAddress, localPort } = this.#raw;
    this.#near = { localAddress, localPort };
    this.#raw.close();
    this.#onIdle?.();
  }

  /** The runtime has read. */
  received(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#inbox.bytes(bytes);
    if (this.#inbox.open || this.#closed || this.#stopped) return;
    this.#stopped = true;
    this.#raw.pause();
  }

  /** The runtime takes bytes again; Bun also says so for no reason. */
  drained(): void {
    if (this.#queue.length === 0 || this.#closed) return;
    for (let bytes = this.#queue.take(); bytes !== undefined; bytes = this.#queue.take()) {
      const taken = this.#raw.write(bytes);
      if (taken < 0) {
        this.#refuse();
        return;
      }
      if (taken < bytes.length) return this.#queue.putBack(bytes.subarray(taken));
    }
    if (this.#finishing) this.#raw.shutdown();
    this.#onIdle?.();
    this.#inbox.drain();
  }

  /** The peer has finished; after a refused write Bun says so of a reset too. */
  ended(): void {
    if (!this.#closed && !this.#refused) this.#inbox.end();
  }

  /** The runtime has closed the socket. */
  gone(error: Error | undefined): void {
    if (this.#closed) return;
    if (error) return this.failed(error);
    if (this.#refused) return this.failed(Object.assign(new Error("The peer takes no more bytes"), { code: "EPIPE" }));
    // After `shutdown` Bun tells of the peer's FIN in this way alone.
    if (this.#finishing) this.#inbox.end();
    if (!this.#inbox.ended) return this.#fail(closedEarly());
    this.#closed = true;
    this.#onIdle?.();
  }

  /** The socket broke. */
  failed(error: Error): void {
    if (!this.#closed) this.#fail(this.#translate(error));
  }

  /** The system takes no more; `gone` follows, and tells it. */
  #refuse(): true {
    this.#refused = true;
    this.#queue.clear();
    return true;
  }

  #resumed(): void {
    if (!this.#stopped || this.#closed) return;
    this.#stopped = false;
    this.#raw.resume();
  }

  #translate(error: unknown): JetstreamError {
    const name = this.#options.serverName;
    return (name === undefined ? undefined : tlsSocketError(error, name)) ?? socketError(error);
  }

  #fail(error: JetstreamError): void {
    this.#closed = true;
    this.#queue.clear();
    // It may break before it is adopted.
    (this.#raw as BunRawSocket<unknown> | undefined)?.close();
    this.#onIdle?.();
    this.#inbox.fail(error);
  }
}

/**
 * The callbacks of a socket that has another one, under TLS, above it: without `data` Bun
 * does not hand out what is encrypted.
 */
export const BUN_LOWER_HANDLERS: BunHandlers<BunSocket> = {
  binaryType: "uint8array",
  drain: (socket) => socket.data.drained(),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.gone(error),
  error: (socket, error) => socket.data.failed(error),
};

/** The callbacks of sockets in clear text; one object for all, their owner is found in `data`. */
export const BUN_HANDLERS: BunHandlers<BunSocket> = {
  ...BUN_LOWER_HANDLERS,
  data: (socket, bytes) => socket.data.received(bytes),
};
