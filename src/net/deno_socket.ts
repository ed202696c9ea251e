/**
 * Owns one socket of Deno: the loop that reads, the queue that writes.
 * Must not know how it was opened, nor whether TLS is below.
 * Invariant: at most one read and one write of the runtime are pending; a read lands in the
 * buffer that the sink gave for it.
 *
 * A write that fails does not end reading: an answer that the server sent before it closed
 * is still in the system's buffer. The failure is told when reading has come to its end.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Socket, SocketSink } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import type { JetstreamError } from "../errors.ts";
import { hostPort, printablePath } from "./address.ts";
import type { DenoAddr, DenoConn } from "./deno_host.ts";
import { Inbox } from "./inbox.ts";
import { closedEarly, socketError, systemCode } from "./translate.ts";
import { tlsSocketError } from "./translate_tls.ts";
import { WriteQueue } from "./write_queue.ts";

/**
 * Bytes that may wait before `write` asks for a pause: Deno does not tell what the system
 * took until a turn later, so there must be enough to keep it busy meanwhile.
 */
const HIGH_WATER = 256 * 1024;

/** Starts TLS on the connection of a socket. */
export type DenoStartTls = (
  conn: DenoConn,
  peer: string,
  settings: TlsSettings,
  cancel: CancelToken,
) => Promise<Socket>;

/** What is known of a socket when it is made. */
export interface DenoSocketOptions {
  /** How TLS is started; absent where it cannot be. */
  readonly startTls: DenoStartTls;
  /** What it is connected to. */
  readonly peer: string;
  /** Name that TLS verified; absent in clear text. */
  readonly serverName?: string;
  /** Protocol chosen by ALPN. */
  readonly alpn?: string | undefined;
  /** Facts of the handshake. */
  readonly tls?: TlsFacts;
}

function addressText(address: DenoAddr): string | undefined {
  if (address.hostname !== undefined && address.port !== undefined) return hostPort(address.hostname, address.port);
  // The near end of a unix socket has no path.
  return address.path == null ? undefined : printablePath(address.path);
}

/** A socket over a connection of Deno. */
export class DenoSocket implements Socket {
  readonly ownedViews: boolean = false;
  readonly alpn: string | undefined;
  readonly tls: TlsFacts | undefined;
  readonly #conn: DenoConn;
  readonly #options: DenoSocketOptions;
  readonly #inbox: Inbox;
  readonly #queue = new WriteQueue();
  #view: Uint8Array | undefined;
  #sending: Uint8Array | undefined;
  #full = false;
  #finishing = false;
  #closed = false;
  #writeFailure: JetstreamError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(conn: DenoConn, options: DenoSocketOptions) {
    this.#conn = conn;
    this.#options = options;
    this.alpn = options.alpn;
    this.tls = options.tls;
    this.#inbox = new Inbox(false, () => this.#read());
  }

  get remoteAddress(): string | undefined {
    return addressText(this.#conn.remoteAddr);
  }

  get localAddress(): string | undefined {
    return addressText(this.#conn.localAddr);
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
    if (!this.#closed) this.#conn.ref();
  }

  unref(): void {
    if (!this.#closed) this.#conn.unref();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#writeFailure || bytes.length === 0) return true;
    let waiting = bytes.length;
    if (this.#sending === undefined) this.#send(bytes);
    else {
      this.#queue.push(bytes);
      waiting = this.#queue.length;
    }
    if (waiting <= HIGH_WATER) return true;
    this.#full = true;
    return false;
  }

  closeWrite(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    if (this.#sending === undefined) this.#finish();
  }

  async startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket> {
    if (this.#closed) throw closedEarly();
    if (this.#view || this.#inbox.holds) {
      const why = this.#view ? "a read is pending, pause it in `bytes`" : "bytes that arrived are unread";
      this.close();
      throw new TypeError(`Cannot start TLS on this socket: ${why}`);
    }
    if (this.#sending) await new Promise<void>((resolve) => this.#onIdle = resolve);
    if (this.#closed) throw this.#writeFailure ?? closedEarly();
    this.#inbox.close();
    // The connection belongs to the new socket from here on.
    this.#closed = true;
    return this.#options.startTls(this.#conn, this.#options.peer, settings, cancel);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.close();
    this.#queue.clear();
    try {
      this.#conn.close();
    } catch {
      // The runtime closed it itself.
    }
    this.#onIdle?.();
  }

  #read(): void {
    if (this.#view !== undefined || this.#closed) return;
    const view = this.#inbox.nextBuffer();
    if (view === undefined) return;
    if (view.length === 0) throw new RangeError("Cannot read into an empty buffer: the sink must give at least 1 byte");
    this.#view = view;
    this.#conn.read(view).then(this.#onRead, this.#onReadError);
  }

  readonly #onRead = (length: number | null): void => {
    const view = this.#view!;
    this.#view = undefined;
    if (this.#closed) return;
    if (length === null) return this.#endReading();
    this.#inbox.bytes(length === view.length ? view : view.subarray(0, length));
    this.#read();
  };

  readonly #onReadError = (error: unknown): void => {
    this.#view = undefined;
    if (this.#closed) return;
    // Over TLS: FIN without close_notify. The framing of the message above decides what it means.
    if ((error as Error).name === "UnexpectedEof") this.#endReading();
    else this.#fail(this.#translate(error));
  };

  #endReading(): void {
    if (this.#writeFailure) this.#fail(this.#writeFailure);
    else this.#inbox.end();
  }

  #send(bytes: Uint8Array): void {
    this.#sending = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onWriteError);
  }

  readonly #onWritten = (length: number): void => {
    const sent = this.#sending!;
    this.#sending = undefined;
    if (this.#closed) return;
    if (length < sent.length) return this.#send(sent.subarray(length));
    if (this.#queue.length > 0) return this.#send(this.#queue.take()!);
    if (this.#finishing) this.#finish();
    this.#onIdle?.();
    if (this.#full) {
      this.#full = false;
      this.#inbox.drain();
    }
  };

  readonly #onWriteError = (error: unknown): void => {
    this.#sending = undefined;
    this.#queue.clear();
    if (this.#closed) return;
    this.#writeFailure = this.#translate(error);
    const code = systemCode(error);
    const reading = this.#view !== undefined && (code === "EPIPE" || code === "ECONNRESET");
    if (!reading) this.#fail(this.#writeFailure);
  };

  #finish(): void {
    // A failure shows up in the next read as well, and there it is told.
    this.#conn.closeWrite().catch(() => {});
  }

  #translate(error: unknown): JetstreamError {
    const name = this.#options.serverName;
    return (name === undefined ? undefined : tlsSocketError(error, name)) ?? socketError(error);
  }

  #fail(error: JetstreamError): void {
    const inbox = this.#inbox;
    if (!this.#closed) {
      this.#closed = true;
      this.#queue.clear();
      try {
        this.#conn.close();
      } catch {
        // The runtime closed it itself.
      }
      this.#onIdle?.();
    }
    inbox.fail(error);
  }
}
