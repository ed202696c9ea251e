/**
 * Owns what the codec knows of one stream.
 * Must not know frames; only the codec changes it.
 */

import type { ReceiveWindow } from "./receive_window.ts";
import type { StreamState } from "./stream_states.ts";

/** What a response may take, in bytes and counts. */
export interface StreamLimits {
  /** Bytes of a head, as RFC 9113 section 6.5.2 counts them. */
  readonly head: number;
  /** Fields of a head. */
  readonly fields: number;
  /** Informational responses. */
  readonly informational: number;
  /** Bytes of trailers. */
  readonly trailers: number;
}

/** One request and its response. */
export class H2Stream<O> {
  readonly id: number;
  readonly owner: O;
  readonly limits: StreamLimits;
  /** @internal */ readonly window: ReceiveWindow;
  /** Where it stands. */
  state: StreamState;
  /** @internal Bytes that may be sent. */
  sendWindow: number;
  /** @internal Whether no body may follow, as after HEAD. */
  bodyless: boolean;
  /** @internal Whether the final head is there. */
  answered = false;
  /** @internal Content-Length as stated. */
  expected: number | undefined = undefined;
  /** @internal Bytes of the body so far. */
  received = 0;
  /** @internal 1xx heads so far. */
  informational = 0;
  /** @internal The next stream of the same row of the table. */
  behind: H2Stream<O> | undefined = undefined;

  constructor(
    id: number,
    owner: O,
    limits: StreamLimits,
    window: ReceiveWindow,
    state: StreamState,
    sendWindow: number,
    bodyless: boolean,
  ) {
    this.id = id;
    this.owner = owner;
    this.limits = limits;
    this.window = window;
    this.state = state;
    this.sendWindow = sendWindow;
    this.bodyless = bodyless;
  }

  /** Whether the server has ended its side. */
  get remoteEnded(): boolean {
    return this.state === "half-closed-remote" || this.state === "closed" || this.state === "reset";
  }
}
