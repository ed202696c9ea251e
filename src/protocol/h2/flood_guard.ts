/**
 * Owns the count of frames that cost work and bring nothing: SETTINGS, PING, RST_STREAM,
 * WINDOW_UPDATE, PRIORITY, empty DATA, unknown types.
 * Must not know frames.
 * Invariant: useful frames and time win tokens back, up to `MOST`; without tokens it is a flood.
 */

import { ConnectionFault, ErrorCode } from "./error_codes.ts";

/** Frames without use that may come at once. */
export const MOST = 1_000;

/** Tokens per second that a server wins back by waiting: for its own keep-alive pings. */
const PER_SECOND = 10;

/** Tokens that a useful frame wins back: each may bring a window update or a reset with it. */
const PER_USEFUL = 8;

/** Counts for one connection. */
export class FloodGuard {
  #tokens = MOST;
  #at = -Infinity;

  /** A frame brought something. */
  useful(): void {
    this.#tokens = Math.min(MOST, this.#tokens + PER_USEFUL);
  }

  /** A frame brought nothing. Throws `ConnectionFault`. */
  idle(what: string, now: number): void {
    const won = this.#at === -Infinity ? 0 : (now - this.#at) / 1_000 * PER_SECOND;
    this.#at = now;
    this.#tokens = Math.min(MOST, this.#tokens + won) - 1;
    if (this.#tokens < 0) throw new ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, `a flood of ${what}`);
  }
}
