/**
 * Owns the closed list of events that a call tells its listener.
 * Must not know who listens; observing is separate from intervening (layers).
 * Invariant: every `…-start` has exactly one `…-end` of the same call and attempt; URLs are
 * masked and no event holds a field value or a body.
 *
 * ```text
 * call-start
 * ├─ hop-start                       one per URL; a redirect ends it
 * │  ├─ attempt-start                one per request on the wire
 * │  │  ├─ queue-start / queue-end   only when the call waits for a connection
 * │  │  ├─ dns-start / dns-end
 * │  │  ├─ connect-start / connect-end
 * │  │  ├─ tls-start / tls-end
 * │  │  ├─ send-start / send-end
 * │  │  ├─ head                      also for 1xx
 * │  │  ├─ chunk *
 * │  │  └─ end | resend
 * │  ├─ attempt-end
 * │  └─ retry | retry-refused        with the delay before the next attempt, or why there is none
 * ├─ hop-end, redirect
 * call-end                           evict may come at any time, also without a call
 * ```
 */

import type { AttemptCause } from "../http/record.ts";

/** How something ended. */
export type Outcome = "ok" | "error" | "aborted";

/** What every event has. */
export interface EventBase {
  /** Number of the call within its process; 0 when no call is concerned. */
  readonly call: number;
  /** Number of the attempt within the call; 0 outside of one. */
  readonly attempt: number;
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
}

/** The events by type, without the fields they share. */
export interface CallEventFields {
  "call-start": { readonly method: string; readonly url: string };
  "call-end": { readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  "hop-start": { readonly hop: number; readonly method: string; readonly url: string };
  "hop-end": { readonly hop: number; readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  "attempt-start": { readonly cause: AttemptCause };
  "attempt-end": { readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  "queue-start": { readonly route: string };
  "queue-end": { readonly outcome: Outcome };
  "dns-start": { readonly name: string };
  "dns-end": { readonly outcome: Outcome; readonly addresses: readonly string[] };
  "connect-start": { readonly address: string };
  "connect-end": { readonly address: string; readonly outcome: Outcome };
  "tls-start": { readonly name: string };
  "tls-end": { readonly name: string; readonly outcome: Outcome; readonly alpn?: string };
  "send-start": { readonly connection: number; readonly reused: boolean };
  "send-end": { readonly outcome: Outcome; readonly bytes: number };
  "head": { readonly status: number };
  "chunk": { readonly bytes: number };
  "end": { readonly bytes: number };
  "redirect": { readonly status: number; readonly from: string; readonly to: string };
  "retry": { readonly delay: number; readonly reason: string };
  "retry-refused": { readonly reason: string };
  "resend": { readonly connection: number };
  "evict": { readonly connection: number; readonly reason: string };
}

/** The names of the events. */
export type CallEventType = keyof CallEventFields;

/** One event. */
export type CallEvent = { [T in CallEventType]: { readonly type: T } & CallEventFields[T] & EventBase }[CallEventType];

/** Told each event, synchronously; what it throws is ignored. */
export type CallListener = (event: CallEvent) => void;
