/**
 * Owns one socket of `node:net` or `node:tls`, on Node, Bun and Deno.
 * Must not know how it was opened.
 * Invariant: after `close()` no event of the runtime reaches the sink.
 *
 * In clear text the runtime reads into the sink's buffers (`onread`): it asks for the next
 * one right after each delivery. TLS has no such way: there it hands out fresh buffers.
 *
 * Limits of the runtimes that cannot be mended here: a failed write destroys the socket with
 * what was not read yet; in Deno's `node:tls` a reset looks like an orderly end.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import type { JetstreamError } from "../errors.ts";
import { hostPort } from "./address.ts";
import { Inbox } from "./inbox.ts";
import { nodeRawBuffer, type NodeRawSocket } from "./node_host.ts";
import { closedEarly, socketError } from "./translate.ts";
import { tlsSocketError } from "./translate_tls.ts";

/** Bytes that may wait before `write` asks for a pause: as on Deno, so that both behave alike. */
const HIGH_WATER = 256 * 1024;

/**
 * Bytes of the buffer that a connection is born with: the runtime asks for one before there
 * is a sink. It serves the first read only.
 */
const FIRST_READ = 4 * 1024;

/** Starts TLS over a socket of Node. */
export type NodeStartTls = (
  raw: NodeRawSocket,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
) => Promise<Socket>;

/** What is known of a socket when it is made. */
export interface NodeSocketOptions {
  /** How TLS is started over it. */
  readonly startTls: NodeStartTls;
  /** Where it is connected to, as a key for sessions. */
  readonly peer: string;
  /** Whether each chunk is a buffer of its own. */
  readonly ownedViews: boolean;
  /** Name that TLS verified; absent in clear text. */
  readonly serverName?: string;
  /** Protocol chosen by ALPN. */
  readonly alpn?: string | undefined;
  /** Facts of the handshake. */
  readonly tls?: TlsFacts;
}

/** A socket over one of Node. */
export class NodeSocket implements Socket {
  readonly ownedViews: boolean;
  readonly rawBuffer: Socket["rawBuffer"];
  readonly alpn: string | undefined;
  readonly tls: TlsFacts | undefined;
  readonly #options: NodeSocketOptions;
  readonly #inbox: Inbox;
  #raw!: NodeRawSocket;
  /** The addresses, once closed: the runtime forgets them then. */
  #ends: Pick<NodeRawSocket, "remoteAddress" | "remotePort" | "localAddress" | "localPort"> | undefined;
  #full = false;
  #finishing = false;
  #closed = false;

  constructor(options: NodeSocketOptions) {
    this.#options = options;
    this.ownedViews = options.ownedViews;
    this.rawBuffer = options.ownedViews ? undefined : nodeRawBuffer();
    this.alpn = options.alpn;
    this.tls = options.tls;
    this.#inbox = new Inbox(options.ownedViews, () => this.#resumed());
  }

  /** Takes over a connected, paused socket, which holds the process from here on. */
  adopt(raw: NodeRawSocket): this {
    this.#raw = raw;
    // On Bun one under TLS does not by itself.
    raw.ref();
    raw.on("end", () => this.#inbox.end());
    raw.on("error", (error) => this.#fail(this.#translate(error)));
    raw.on("close", () => this.#gone());
    raw.on("drain", () => this.#drained());
    return this;
  }

  /** Where the runtime shall read to next. */
  readonly nextBuffer = (): Uint8Array => this.#inbox.sink?.buffer() ?? new Uint8Array(FIRST_READ);

  /** The runtime has read; the answer says whether it goes on. */
  readonly received = (length: number, buffer: Uint8Array): boolean => {
    if (this.#closed) return false;
    this.#inbox.bytes(length === buffer.length ? buffer : buffer.subarray(0, length));
    return this.#inbox.open;
  };

  /** The runtime has read into a buffer of its own: one whose `slice()` copies, as that of any other bytes. */
  readonly given = (bytes: Uint8Array): void => {
    this.received(bytes.length, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  };

  get remoteAddress(): string | undefined {
    const { remoteAddress, remotePort } = this.#ends ?? this.#raw;
    if (remoteAddress === undefined || remotePort === undefined) return this.#options.peer;
    return hostPort(remoteAddress, remotePort);
  }

  get localAddress(): string | undefined {
    const { localAddress, localPort } = this.#ends ?? this.#raw;
    return localAddress === undefined || localPort === undefined ? undefined : hostPort(localAddress, localPort);
  }

  start(sink: SocketSink): void {
    this.#inbox.start(sink);
  }

  pause(): void {
    this.#inbox.pause();
    if (!this.#closed) this.#raw.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  detach(): Uint8Array {
    if (!this.#closed) this.#raw.pause();
    return this.#inbox.detach();
  }

  ref(): void {
    this.#raw.ref();
  }

  unref(): void {
    this.#raw.unref();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#finishing) return true;
    this.#raw.write(bytes);
    if (this.#raw.writableLength <= HIGH_WATER) return true;
    this.#full = true;
    return false;
  }

  writeAll(parts: readonly Uint8Array[]): boolean {
    if (this.#closed || this.#finishing) return true;
    this.#raw.cork();
    let taken = true;
    for (const part of parts) taken = this.write(part);
    this.#raw.uncork();
    return taken;
  }

  closeWrite(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    this.#raw.end();
  }

  async startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket> {
    if (this.#closed) throw closedEarly();
    if (this.#inbox.holds) {
      this.close();
      throw new TypeError("Cannot start TLS on this socket: bytes that arrived are unread");
    }
    this.#inbox.close();
    // The socket below belongs to the new one from here on.
    this.#closed = true;
    return await this.#options.startTls(this.#raw, this.#options.peer, settings, cancel);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.close();
    const { remoteAddress, remotePort, localAddress, localPort } = this.#raw;
    this.#ends = { remoteAddress, remotePort, localAddress, localPort };
    this.#raw.destroy();
  }

  #resumed(): void {
    if (!this.#closed) this.#raw.resume();
  }

  #drained(): void {
    if (!this.#full || this.#closed) return;
    this.#full = false;
    this.#inbox.drain();
  }

  #gone(): void {
    if (this.#closed) return;
    if (!this.#inbox.ended) this.#fail(closedEarly());
    // Both sides have finished: the runtime has freed the descriptor.
    this.#closed = true;
  }

  #translate(error: unknown): JetstreamError {
    const name = this.#options.serverName;
    return (name === undefined ? undefined : tlsSocketError(error, name)) ?? socketError(error);
  }

  #fail(error: JetstreamError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#raw.destroy();
    this.#inbox.fail(error);
  }
}
