/**
 * Owns what a SOCKS codec tells its user, as values, and the shape that both codecs have.
 * Must not know how an event comes about.
 * Invariant: `connected` and `refused` are last words; only left-over bytes follow `connected`.
 */

/** Bytes that must be written to the proxy next. */
export interface SendEvent {
  readonly type: "send";
  readonly bytes: Uint8Array;
}

/** The proxy leads to the target from here on: fetch what is left with `takeLeftover`. */
export interface ConnectedEvent {
  readonly type: "connected";
}

/** The proxy said no. */
export interface RefusedEvent {
  readonly type: "refused";
  /** The step that it refused. */
  readonly step: "method" | "login" | "connect";
  /** Its reply code. */
  readonly code: number;
  /** The code in words. */
  readonly reason: string;
  /** Whether the proxy may answer otherwise another time. */
  readonly retryable: boolean;
  /** Whether another address of the same name may be reachable. */
  readonly otherAddress: boolean;
}

/** Nothing can be told before more bytes arrive. */
export interface NeedDataEvent {
  readonly type: "need-data";
}

/** What `nextEvent` returns. */
export type SocksEvent = SendEvent | ConnectedEvent | RefusedEvent | NeedDataEvent;

/** The one `connected`. */
export const CONNECTED: ConnectedEvent = Object.freeze({ type: "connected" });
/** The one `need-data`. */
export const NEED_DATA: NeedDataEvent = Object.freeze({ type: "need-data" });

/** The client's side of one SOCKS dialogue. */
export interface SocksCodec {
  /** The first bytes to write. */
  start(): Uint8Array;
  /** Takes bytes of the proxy; they are copied. */
  receive(view: Uint8Array): void;
  /** Notes that the proxy will send no more. */
  receiveEof(): void;
  /**
   * What comes next. Throws `RemoteProtocolError` for what a proxy must not send and `SocketError`
   * when the input ends too early; each further call throws the same error.
   */
  nextEvent(): SocksEvent;
  /** Bytes that came after the last reply. Throws `LocalProtocolError` before `connected`. */
  takeLeftover(): Uint8Array;
}
