/**
 * Owns the contract of a duplex byte stream and of what opens one.
 * Must not know HTTP, nor which runtime is below.
 * Invariants of every `Socket`:
 * - after `start` the sink gets any number of `bytes`, at most one `end`, and at most one
 *   `error`; after `error` or `close()` the sink gets nothing more;
 * - an error is already one of our own, translated where it arose;
 * - a socket does not linger: `close()` frees the descriptor, however often it is called.
 *
 * It pushes rather than pulls, so that a body lands in place where the runtime reads into
 * a buffer (Deno, Node `onread`) and nothing is copied where it hands out its own (Bun).
 */

import type { CancelToken } from "../base/cancel.ts";
import type { JetstreamError } from "../errors.ts";
import type { TlsFacts, TlsSettings } from "./tls.ts";

/** Who receives what a socket reads. */
export interface SocketSink {
  /**
   * Where the next bytes shall land; asked before each read on runtimes that read into a
   * buffer. The answer must stay untouched until the read returns. Runtimes that hand out
   * buffers of their own do not ask.
   */
  buffer(): Uint8Array;
  /** Bytes arrived. The view is valid during the call only, unless {@linkcode Socket.ownedViews}. */
  bytes(view: Uint8Array): void;
  /** The peer will send no more (FIN or close_notify; over TLS also a bare FIN). */
  end(): void;
  /** The socket is dead. */
  error(error: JetstreamError): void;
  /** A `write` that returned `false` has been taken by the system. */
  drain(): void;
}

/** A duplex stream of bytes. */
export interface Socket {
  /** Starts reading into `sink`; later calls put another sink in its place. */
  start(sink: SocketSink): void;
  /** Stops reading soon: at most one more read is delivered. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /**
   * Sends `bytes`, in order; the caller leaves them untouched until they are sent.
   * `false` means: more than the system takes now is waiting, go on after `drain`.
   */
  write(bytes: Uint8Array): boolean;
  /** As `write` of one after the other, in one system call; absent where the runtime knows no such way. */
  writeAll?(parts: readonly Uint8Array[]): boolean;
  /** Sends FIN (or close_notify) after what was written; reading goes on. */
  closeWrite(): void;
  /**
   * Starts TLS on an unused-so-far or tunnelled socket and resolves after the verified handshake.
   * The socket itself must not be used afterwards. Rejects with `TLSError` and closes on failure.
   */
  startTls(settings: TlsSettings, cancel: CancelToken): Promise<Socket>;
  /** Ends delivery to the sink and returns bytes read but not delivered; `start` begins anew. */
  detach(): Uint8Array;
  /** Holds the process. A new socket does. */
  ref(): void;
  /** Lets the process end. */
  unref(): void;
  /** Closes at once; what waits to be written is dropped. */
  close(): void;
  /** Whether views given to `bytes` belong to the receiver for good. */
  readonly ownedViews: boolean;
  /**
   * Makes a buffer to read into that holds anything at first, where the runtime has those for less
   * than clean ones: it then pays to give a buffer away that a read has filled, instead of a copy.
   */
  readonly rawBuffer?: ((length: number) => Uint8Array) | undefined;
  /** The protocol chosen by ALPN. */
  readonly alpn: string | undefined;
  /** Facts of the handshake; `undefined` in clear text. */
  readonly tls: TlsFacts | undefined;
  /** `address:port` of the peer, or the path of a unix socket; also after `close()`. */
  readonly remoteAddress: string | undefined;
  /** `address:port` of this side; also after `close()`. */
  readonly localAddress: string | undefined;
}

/** Where a socket goes. */
export type ConnectTarget = TcpTarget | UnixTarget;

/** A TCP peer. */
export interface TcpTarget {
  readonly kind: "tcp";
  /** An address; or a name, where {@linkcode Connector.resolvesNames}. IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The address of this machine to connect from. */
  readonly localAddress: string | null;
  /**
   * The TLS that will be started on this socket, at once or behind a tunnel; `null` for none.
   * Lets a connector choose an implementation that can do it, before it connects.
   */
  readonly tls: TlsSettings | null;
  /** Another TLS comes first (to a proxy): TLS will run inside TLS. */
  readonly nestedTls: boolean;
}

/** A unix socket; a leading NUL means the abstract namespace. */
export interface UnixTarget {
  readonly kind: "unix";
  readonly path: string;
  readonly tls: TlsSettings | null;
  readonly nestedTls: boolean;
}

/** Opens sockets: one implementation per runtime. */
export interface Connector {
  /** Whether a host name may be passed as it is, and is resolved and raced by the runtime. */
  readonly resolvesNames: boolean;
  /**
   * Opens a plain socket with no-delay set; TLS follows by `startTls`.
   * Rejects with `ConnectError` (`DNSError` for a name), or with the token's reason;
   * then nothing is left open.
   */
  connect(target: ConnectTarget, cancel: CancelToken): Promise<Socket>;
}
