/**
 * Owns what layers and transports of a user see of a call.
 * Must not know how a call is made.
 * Invariant: nothing here can change the call.
 */

import type { AttemptRecord } from "../http/record.ts";
import type { ResponseHead } from "../http/response_head.ts";

/** A call, as seen by a layer or a transport: to be read, and to be stopped with. */
export interface CallView {
  /** Number within the process. */
  readonly id: number;
  /** When it started, in milliseconds on a clock that never goes back. */
  readonly startedAt: number;
  /** Whether the body stays on the wire. */
  readonly streamed: boolean;
  /** The tag of the call, if it has one. */
  readonly tag: string | undefined;
  /** Every attempt so far, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** The responses that were followed by another request: heads only. */
  readonly history: readonly ResponseHead[];
  /** Aborted with the call: by its total limit, by the caller, or by the client's end. */
  readonly signal: AbortSignal;
  /** Runs `callback` when the call has settled; at once if it has. */
  onSettled(callback: () => void): void;
}
