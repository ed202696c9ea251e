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
  /** A call began. */
  "call-start": { readonly method: string; readonly url: string };
  /** A call ended; always the last event of a call. */
  "call-end": { readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  /** A URL is asked. */
  "hop-start": { readonly hop: number; readonly method: string; readonly url: string };
  /** A URL has answered or failed. */
  "hop-end": { readonly hop: number; readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  /** A request goes out, or waits to. */
  "attempt-start": { readonly cause: AttemptCause };
  /** The request was answered or failed. */
  "attempt-end": { readonly outcome: Outcome; readonly status?: number; readonly code?: string };
  /** The request waits for a connection. */
  "queue-start": { readonly route: string };
  /** It has one, or gave up. */
  "queue-end": { readonly outcome: Outcome };
  /** A name is looked up. */
  "dns-start": { readonly name: string };
  /** The name was resolved, or not. */
  "dns-end": { readonly outcome: Outcome; readonly addresses: readonly string[] };
  /** A connection to an address is opened. */
  "connect-start": { readonly address: string };
  /** It is open, or not. */
  "connect-end": { readonly address: string; readonly outcome: Outcome };
  /** A handshake begins. */
  "tls-start": { readonly name: string };
  /** The handshake is over. */
  "tls-end": { readonly name: string; readonly outcome: Outcome; readonly alpn?: string };
  /** The request is written to a connection. */
  "send-start": { readonly connection: number; readonly reused: boolean };
  /** It was written, or the connection broke. */
  "send-end": { readonly outcome: Outcome; readonly bytes: number };
  /** A head arrived, also of a 1xx response. */
  "head": { readonly status: number };
  /** Bytes of the body arrived. */
  "chunk": { readonly bytes: number };
  /** The body has ended. */
  "end": { readonly bytes: number };
  /** A redirect is followed. */
  "redirect": { readonly status: number; readonly from: string; readonly to: string };
  /** Another attempt follows after the delay. */
  "retry": { readonly delay: number; readonly reason: string };
  /** No further attempt follows, for this reason. */
  "retry-refused": { readonly reason: string };
  /** A reused connection had died: the request goes out on a fresh one. */
  "resend": { readonly connection: number };
  /** A connection left the pool. */
  "evict": { readonly connection: number; readonly reason: string };
}

/** The names of the events. */
export type CallEventType = keyof CallEventFields;

/** One event. */
export type CallEvent = { [T in CallEventType]: { readonly type: T } & CallEventFields[T] & EventBase }[CallEventType];

/** Told each event, synchronously; what it throws is ignored. */
export type CallListener = (event: CallEvent) => void;
