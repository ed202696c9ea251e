/**
 * Owns what a response tells without its body.
 * Must not know bodies; `response.ts` and `stream_response.ts` add them.
 * Invariant: nothing is computed before it is asked for, and nothing here ever changes.
 */

import { systemClock } from "../base/clock.ts";
import { inspectAs } from "../base/inspect.ts";
import { maskUrl } from "../base/redact.ts";
import type { IncomingBody } from "./body.ts";
import type { Field, HeaderList } from "./header_list.ts";
import { type Links, linksByRelation, parseLinks } from "./link.ts";
import {
  type AttemptRecord,
  type CallRecord,
  type ConnectionFacts,
  DEFAULT_RESPONSE_SETTINGS,
  type ResponseSettings,
  type Timings,
} from "./record.ts";
import type { HttpRequest } from "./request.ts";
import { retryAfterOf } from "./retry_after.ts";
import { isSuccess, reasonPhrase } from "./status.ts";
import { statusError } from "./status_error.ts";

/** Versions that a response can have come by. */
export type HttpVersion = "1.0" | "1.1" | "2";

/** What a response is made of. */
export interface ResponseParts {
  /** The status code. */
  readonly status: number;
  /** The reason phrase as sent; empty over HTTP/2. */
  readonly reason: string;
  /** The version it came by; `undefined` where the runtime hides it. */
  readonly version: HttpVersion | undefined;
  /** The fields in order. */
  readonly headers: HeaderList;
  /** The request that it answers. */
  readonly request: HttpRequest;
  /** The live body; `null` when there is none. */
  readonly body: IncomingBody | null;
  /** What happened on the wire. */
  readonly attempt: AttemptRecord;
  /** The record of the whole call. */
  readonly call: CallRecord<ResponseHead>;
  /** Takes the connection over after 101, or 2xx to CONNECT: gives a `Socket` of `core/socket.ts`, once. */
  readonly takeOver?: (() => unknown) | undefined;
}

/** Status, fields and record of a response. */
export abstract class ResponseHead {
  readonly #parts: ResponseParts;

  /** Takes what a response is made of. */
  constructor(parts: ResponseParts) {
    this.#parts = parts;
  }

  /** @internal Everything it is made of, for layers that make another from it. */
  get parts(): ResponseParts {
    return this.#parts;
  }

  /** @internal The settings of its call. */
  get settings(): ResponseSettings {
    return this.#parts.call.settings ?? DEFAULT_RESPONSE_SETTINGS;
  }

  /** The status code. */
  get status(): number {
    return this.#parts.status;
  }

  /** The reason phrase as sent; empty over HTTP/2. */
  get statusText(): string {
    return this.#parts.reason;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return isSuccess(this.#parts.status);
  }

  /** The fields; look-up ignores case. */
  get headers(): HeaderList {
    return this.#parts.headers;
  }

  /** The fields in the order and case they were sent in. */
  get rawHeaders(): readonly Field[] {
    return this.#parts.headers.pairs;
  }

  /** The URL that answered, without user info, fragment included. */
  get url(): string {
    return this.#parts.request.url.toString();
  }

  /** The version of HTTP it came by; `undefined` where the runtime's `fetch` carried it, which does not tell. */
  get httpVersion(): HttpVersion | undefined {
    return this.#parts.version;
  }

  /** The responses of the call before this one that were followed by another request: heads only. */
  get history(): readonly ResponseHead[] {
    const { history } = this.#parts.call;
    const at = history.indexOf(this);
    return at < 0 ? history : history.slice(0, at);
  }

  /** The request that it answers. */
  get request(): HttpRequest {
    return this.#parts.request;
  }

  /** Milliseconds per phase of the attempt that brought it. */
  get timings(): Timings {
    return this.#parts.attempt.timings;
  }

  /** Every attempt of the call so far, in order. */
  get attempts(): readonly AttemptRecord[] {
    return this.#parts.call.attempts;
  }

  /** What is known of the connection that carried it. */
  get connection(): ConnectionFacts | undefined {
    return this.#parts.attempt.connection;
  }

  /** @internal The body, if it is in memory. */
  abstract get loaded(): Uint8Array | undefined;

  /** The links of the Link fields by relation type (RFC 8288), such as `links().next?.url`. */
  links(): Links {
    const value = this.headers.get("link");
    return linksByRelation(value === null ? [] : parseLinks(value, this.#parts.request.url.href));
  }

  /**
   * Milliseconds that the server asks to wait (Retry-After, RFC 9110 §10.2.3), not capped;
   * `undefined` when it does not.
   */
  get retryAfter(): number | undefined {
    return retryAfterOf(this.headers, systemClock.wall());
  }

  /** Returns the response itself if the status is 200 to 299, else throws `HTTPError`. */
  raiseForStatus(): this {
    if (this.ok) return this;
    throw statusError(this);
  }

  /** A form that is safe to log: no field, no body, the URL masked. */
  toJSON(): Record<string, unknown> {
    return {
      status: this.status,
      method: this.request.method,
      url: maskUrl(this.request.url.href),
      httpVersion: this.httpVersion,
      size: this.loaded?.length,
    };
  }

  static {
    inspectAs<ResponseHead>(this, (head) => {
      const phrase = reasonPhrase(head.status);
      const size = head.loaded === undefined ? "" : `, ${head.loaded.length} bytes`;
      return `${head.constructor.name} { ${head.status}${phrase && ` ${phrase}`}, ` +
        `${head.request.method} ${maskUrl(head.request.url.href)}${size} }`;
    });
  }
}
