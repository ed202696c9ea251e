/**
 * Owns the near side of a connection in memory: the `Socket` that is handed out.
 * Must not know scripts.
 * Invariant: one event per microtask, as a runtime delivers one read per turn.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import { hostPort, printablePath } from "./address.ts";
import { Inbox } from "./inbox.ts";
import type { MemoryNearSide, MemoryPeer } from "./memory_peer.ts";
import { closedEarly, socketError } from "./translate.ts";

/** What is known of a socket when it is made. */
export interface MemorySocketOptions {
  /** Whether views belong to the receiver. */
  readonly ownedViews: boolean;
  /** Protocol chosen by ALPN. */
  readonly alpn?: string | undefined;
  /** Facts of the handshake. */
  readonly tls?: TlsFacts;
}

const HIDDEN: TlsFacts = { version: undefined, cipher: undefined, resumed: undefined, certificate: undefined };

/** A socket whose far side is a plan. */
export class MemorySocket implements Socket, MemoryNearSide {
  readonly ownedViews: boolean;
  readonly alpn: string | undefined;
  readonly tls: TlsFacts | undefined;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  readonly #peer: MemoryPeer;
  readonly #inbox: Inbox;
  #view: Uint8Array | undefined;
  #rest: Uint8Array | undefined;
  #scheduled = false;
  #finishing = false;
  #full = false;
  #closed = false;

  constructor(peer: MemoryPeer, options: MemorySocketOptions) {
    this.#peer = peer;
    this.ownedViews = options.ownedViews;
    this.alpn = options.alpn;
    this.tls = options.tls;
    const { target } = peer;
    this.remoteAddress = target.kind === "unix" ? printablePath(target.path) : hostPort(target.host, target.port);
    this.localAddress = target.kind === "unix" ? undefined : hostPort(target.localAddress ?? "127.0.0.1", 49_152);
    this.#inbox = new Inbox(options.ownedViews, () => this.ready());
    peer.attach(this);
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

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#finishing || bytes.length === 0) return true;
    if (this.#peer.write(bytes)) return true;
    this.#full = true;
    return false;
  }

  closeWrite(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    this.#peer.finish();
  }

  async startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket> {
    if (this.#closed) throw closedEarly();
    this.#inbox.close();
    this.#closed = true;
    const { handshake, alpn, tls } = this.#peer.plan;
    try {
      cancel.throwIfCancelled();
      if (handshake === "hang") await new Promise<never>((_, reject) => cancel.add(reject));
      await undefined;
      cancel.throwIfCancelled();
      if (typeof handshake === "object") throw handshake;
    } catch (error) {
      this.#peer.close();
      throw error;
    }
    this.#peer.handshakes.push(settings);
    return new MemorySocket(this.#peer, {
      ownedViews: this.ownedViews,
      alpn: alpn === null ? undefined : alpn ?? settings.alpn?.[0],
      tls: { ...HIDDEN, ...tls },
    });
  }

  ref(): void {
    this.#peer.held = true;
  }

  unref(): void {
    this.#peer.held = false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.close();
    this.#peer.close();
  }

  ready(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#deliver());
  }

  taken(): void {
    if (!this.#full || this.#closed) return;
    this.#full = false;
    this.#inbox.drain();
  }

  #deliver(): void {
    this.#scheduled = false;
    // A read that was pending before a pause is delivered all the same.
    if (this.#closed || (!this.#inbox.open && this.#view === undefined)) return;
    if (!this.ownedViews) this.#view ??= this.#inbox.nextBuffer();
    const event = this.#rest ?? this.#peer.next();
    this.#rest = undefined;
    if (event === undefined) return;
    if (event === "rst") return this.#reset();
    if (event === "fin") return this.#inbox.end();
    this.#inbox.bytes(this.ownedViews ? event : this.#intoBuffer(event));
    this.ready();
  }

  /** Reads as a runtime does that fills the buffer of the sink; what does not fit is the next read. */
  #intoBuffer(event: Uint8Array): Uint8Array {
    const buffer = this.#view!;
    this.#view = undefined;
    const length = Math.min(buffer.length, event.length);
    buffer.set(event.subarray(0, length));
    if (length < event.length) this.#rest = event.subarray(length);
    return buffer.subarray(0, length);
  }

  #reset(): void {
    this.#closed = true;
    this.#peer.close();
    this.#inbox.fail(socketError({ code: "ECONNRESET", message: "reset" }));
  }
}
