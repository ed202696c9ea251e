/**
 * Owns the record of what happened on the wire: attempts, their times, their connection.
 * Must not know who writes it; times are plain numbers until somebody asks.
 * Invariant: marks only go forward, so the phases of an attempt add up to its total.
 */

import type { JetstreamError, SendProgress } from "../errors.ts";
import { maskUrl } from "../base/redact.ts";
import type { HttpRequest } from "./request.ts";

/** Why a request went out. */
export type AttemptCause = "first" | "retry" | "redirect" | "auth" | "resend";

/** What is known of the connection that carried an attempt. */
export interface ConnectionFacts {
  /** Number of the connection within its client. */
  readonly id: number;
  /** `http/1.1` or `h2`. */
  readonly protocol: string;
  /** Whether it had carried a request before. */
  readonly reused: boolean;
  /** `address:port` of the peer, or the path of a unix socket. */
  readonly remoteAddress: string | undefined;
  /** `address:port` of this side. */
  readonly localAddress: string | undefined;
  /** The proxy in between, without credentials. */
  readonly proxy: string | undefined;
  /** Facts of the TLS session. What a runtime hides is `undefined`. */
  readonly tls: object | undefined;
}

/** Milliseconds per phase of one attempt. A phase that did not happen is 0. */
export interface Timings {
  /** Waiting for a connection of the pool. */
  readonly queue: number;
  /** Resolving the name. */
  readonly dns: number;
  /** Opening the connection, proxy included. */
  readonly connect: number;
  /** The TLS handshake. */
  readonly tls: number;
  /** Sending head and body. */
  readonly send: number;
  /** From the last byte sent to the head of the response. */
  readonly wait: number;
  /** From the head to the end of the body. */
  readonly receive: number;
  /** The whole attempt. */
  readonly total: number;
}

/** One request on the wire and what became of it. */
export class AttemptRecord {
  /** 1 for the first of its call. */
  readonly number: number;
  /** Why it went out. */
  readonly cause: AttemptCause;
  /** The status that came back. */
  status: number | undefined = undefined;
  /** The failure that ended it. */
  error: JetstreamError | undefined = undefined;
  /** How far the request has gone. */
  progress: SendProgress = "unsent";
  /** Why no retry followed, although the outcome called for one; `undefined` when none was called for. */
  notRetried: string | undefined = undefined;
  /** Milliseconds waited before it. */
  readonly delay: number;
  /** @internal */ readonly request: HttpRequest;
  /** @internal */ connectionFacts: (() => ConnectionFacts) | undefined = undefined;
  /** @internal Marks: milliseconds on the clock of the call; NaN while unknown. */
  startedAt: number;
  /** @internal */ acquiredAt: number = NaN;
  /** @internal */ sentAt: number = NaN;
  /** @internal */ headAt: number = NaN;
  /** @internal */ endedAt: number = NaN;
  /** @internal Durations of a dial that this attempt waited for. */
  dns: number = 0;
  /** @internal */ connect: number = 0;
  /** @internal */ tls: number = 0;

  /** @internal Made by the call. */
  constructor(number: number, cause: AttemptCause, request: HttpRequest, startedAt: number, delay: number) {
    this.number = number;
    this.cause = cause;
    this.request = request;
    this.startedAt = startedAt;
    this.delay = delay;
  }

  /** The request method. */
  get method(): string {
    return this.request.method;
  }

  /** The masked URL. */
  get url(): string {
    return maskUrl(this.request.url.href);
  }

  /** The connection that carried it; `undefined` when none came about. */
  get connection(): ConnectionFacts | undefined {
    return this.connectionFacts?.();
  }

  /** Milliseconds per phase, up to where it came. */
  get timings(): Timings {
    const start = this.startedAt;
    const end = firstKnown(this.endedAt, this.headAt, this.sentAt, this.acquiredAt, start);
    const acquired = firstKnown(this.acquiredAt, end);
    const sent = firstKnown(this.sentAt, Number.isNaN(this.acquiredAt) ? acquired : firstKnown(this.headAt, end));
    const head = firstKnown(this.headAt, end);
    const dial = Math.min(this.dns + this.connect + this.tls, acquired - start);
    return {
      queue: acquired - start - dial,
      dns: this.dns,
      connect: this.connect,
      tls: this.tls,
      send: sent - acquired,
      // A response may begin before the request has ended.
      wait: Math.max(0, head - sent),
      receive: end - Math.max(head, sent),
      total: end - start,
    };
  }

  /** A form that is safe to log. */
  toJSON(): Record<string, unknown> {
    return {
      number: this.number,
      cause: this.cause,
      method: this.method,
      url: this.url,
      status: this.status,
      error: this.error?.code,
      notRetried: this.notRetried,
      delay: this.delay,
      timings: this.timings,
    };
  }
}

function firstKnown(...marks: number[]): number {
  for (const mark of marks) if (!Number.isNaN(mark)) return mark;
  return 0;
}

/** The settings of a call that concern its response; the call's own settings satisfy it. */
export interface ResponseSettings {
  /** Reads JSON in place of `JSON.parse`. */
  readonly parseJson: ((text: string) => unknown) | null;
  /** Bytes of a body read into memory, and of one that is read only to keep its connection. */
  readonly limits: { readonly body: number; readonly drain: number };
}

/** What holds for a response whose call has no settings: one made by hand. */
export const DEFAULT_RESPONSE_SETTINGS: ResponseSettings = {
  parseJson: null,
  limits: { body: 64 * 1024 * 1024, drain: 64 * 1024 },
};

/** What a response tells of the call it belongs to. */
export interface CallRecord<Response> {
  /** Every attempt so far, in order. */
  readonly attempts: readonly AttemptRecord[];
  /** The responses that were followed by another request of the same call: heads only. */
  readonly history: readonly Response[];
  /** The settings that concern the response. */
  readonly settings?: ResponseSettings;
}
