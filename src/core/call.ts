/**
 * Owns one logical request: settings, deadline, cancellation, attempts, events.
 * Must not know layers, pool or sockets.
 * Invariant: a call settles exactly once; then no listener, deadline or signal of it is left.
 */

import { CancelToken } from "../base/cancel.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline, type DeadlineQueue } from "../base/deadline.ts";
import { AbortError, TimeoutError } from "../errors.ts";
import type { AttemptCause, CallRecord } from "../http/record.ts";
import { AttemptRecord } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import type { RequestUrl } from "../http/request_url.ts";
import type { HttpResponse } from "../http/response.ts";
import type { CallView } from "./call_view.ts";
import type { CallEventFields, CallEventType, CallListener } from "./call_event.ts";
import type { Settings } from "./settings.ts";

const NONE: readonly AttemptRecord[] = Object.freeze([]);

let lastId = 0;

/** What a client gives to each of its calls. */
export interface CallHost {
  readonly clock: Clock;
  readonly deadlines: DeadlineQueue;
}

/** One call, from the user's request to the last byte of its response. */
export class Call implements CallRecord<HttpResponse>, CallView {
  /** Number within the process. */
  readonly id: number = ++lastId;
  /** The options in force, resolved. */
  readonly settings: Settings;
  /** Time. */
  readonly clock: Clock;
  /** The running limits of the client. */
  readonly deadlines: DeadlineQueue;
  /** When it started, on the clock. */
  readonly startedAt: number;
  /** Cancelled by the total limit, by the caller's signal, or by the client when it closes. */
  readonly cancel: CancelToken = new CancelToken();
  /** The token of the work under way: the attempt's while one has a limit of its own, else `cancel`. */
  scope: CancelToken = this.cancel;
  /** Told each event; `null` costs nothing. */
  readonly listener: CallListener | null;
  /** Whether the body stays on the wire (`stream()`, `fetch`). */
  readonly streamed: boolean;
  /** Every attempt so far. */
  attempts: readonly AttemptRecord[] = NONE;
  /** Responses followed by another request: heads only. */
  readonly history: HttpResponse[] = [];
  /** Why the next attempt goes out; set by the layer that sends again. */
  cause: AttemptCause = "first";
  /** Milliseconds waited before the next attempt; set by the layer that waited. */
  delay = 0;
  /** The time now, when it was read for this call and nothing was waited for since; otherwise NaN. */
  freshAt: number = NaN;
  /** Retries spent so far, over all hops. */
  retries = 0;
  /** The Idempotency-Key of this call, once one was made: the same on each attempt. */
  idempotencyKey: string | undefined = undefined;
  /** What has to be over before the response is handed out. */
  expected: Promise<unknown> | undefined = undefined;
  #home: string | undefined;
  #total: Deadline | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;
  #settled: (() => void)[] | undefined;
  #done = false;
  /** @internal Among the calls under way. */
  place = -1;

  /** Starts the total limit and listens to the caller's signal. */
  constructor(host: CallHost, settings: Settings, startedAt: number, streamed: boolean) {
    this.clock = host.clock;
    this.deadlines = host.deadlines;
    this.settings = settings;
    this.startedAt = startedAt;
    this.streamed = streamed;
    this.listener = settings.listener;
    if (settings.timeout.total !== Infinity) this.#limit(settings.timeout.total);
    if (settings.signal) this.#follow(settings.signal);
  }

  #limit(total: number): void {
    this.#total = new Deadline(() => this.cancel.cancel(this.timeout("total", this.startedAt)));
    this.deadlines.add(this.#total, total, this.startedAt);
  }

  #follow(signal: AbortSignal): void {
    const abort = (): void =>
      this.cancel.cancel(new AbortError("The caller aborted the call", { reason: signal.reason }));
    if (signal.aborted) return abort();
    this.#signal = signal;
    this.#onAbort = abort;
    signal.addEventListener("abort", abort);
  }

  /** A web signal that follows the call, made on first use. */
  get signal(): AbortSignal {
    return this.cancel.signal;
  }

  /** The tag of the call, if it has one. */
  get tag(): string | undefined {
    return this.settings.tag;
  }

  /** Milliseconds left of the total limit; `Infinity` without one. */
  get remaining(): number {
    const total = this.settings.timeout.total;
    return total === Infinity ? Infinity : this.startedAt + total - this.clock.now();
  }

  /** The attempt under way, or the last one. */
  get attempt(): AttemptRecord | undefined {
    return this.attempts[this.attempts.length - 1];
  }

  /** Records that a request goes out; called by the transport, once per request on the wire. */
  startAttempt(request: HttpRequest, now: number): AttemptRecord {
    const attempt = new AttemptRecord(this.attempts.length + 1, this.cause, request, now, this.delay);
    // Nearly always the only one: an array that has to grow takes room for many.
    this.attempts = this.attempts === NONE ? [attempt] : [...this.attempts, attempt];
    this.cause = "first";
    this.delay = 0;
    return attempt;
  }

  /**
   * Whether `url` is at the origin of the call's first URL, and every hop up to here was: what
   * belongs to the call alone (its credentials, its cookies) goes nowhere else, and does not come
   * back once a hop has left. The first URL asked about is the first of the call.
   */
  isHome(url: RequestUrl): boolean {
    this.#home ??= url.origin;
    if (this.#home !== url.origin) this.#home = "";
    return this.#home !== "";
  }

  /** The error for a limit that fired, `since` the phase began. */
  timeout(phase: TimeoutError["phase"], since: number): TimeoutError {
    const limit = this.settings.timeout[phase];
    const elapsed = Math.max(limit, Math.round(this.clock.now() - since));
    const option = this.settings.timeout.source[phase] ?? `timeout.${phase}`;
    return new TimeoutError(`The ${phase} limit of ${limit} ms was passed (set by ${option})`, {
      phase,
      limit,
      elapsed,
      option,
      progress: this.attempt?.progress ?? "unsent",
    });
  }

  /** What the response has to wait for; what fails there fails the call. */
  expect(work: Promise<unknown>): void {
    const { expected } = this;
    this.expected = expected === undefined ? work : expected.then(() => work);
    // The call may fail before somebody asks.
    this.expected.catch(() => {});
    work.catch(() => {});
  }

  /** Tells the listener; callers on the hot path test `listener` first. */
  emit<T extends CallEventType>(type: T, fields: CallEventFields[T]): void {
    if (this.listener === null) return;
    const event = { type, ...fields, call: this.id, attempt: this.attempts.length, at: this.clock.now() };
    try {
      this.listener(event as never);
    } catch {
      // A listener only watches: what it throws must not change the call.
    }
  }

  /** Runs `callback` when the call has settled; at once if it has. */
  onSettled(callback: () => void): void {
    if (this.#done) callback();
    else (this.#settled ??= []).push(callback);
  }

  /** Ends the call: no deadline, listener or signal is left behind. */
  settle(): void {
    if (this.#done) return;
    this.#done = true;
    if (this.#total) this.deadlines.remove(this.#total);
    if (this.#signal) this.#signal.removeEventListener("abort", this.#onAbort!);
    if (this.#settled) { for (const callback of this.#settled) callback(); }
    this.#signal = this.#onAbort = this.#settled = undefined;
  }
}
