/**
 * Owns the response as a value, in its two states: live (the body is on the wire) and
 * complete (the body is in memory).
 * Must not know who sent it, nor layers.
 * Invariant: the head never changes; a response is completed at most once.
 */

import type { IncomingBody } from "./body.ts";
import type { HeaderList } from "./header_list.ts";
import type { AttemptRecord, CallRecord } from "./record.ts";
import type { HttpRequest } from "./request.ts";

/** Versions that a response can have come by. */
export type HttpVersion = "1.0" | "1.1" | "2";

/** What a response is made of. */
export interface ResponseParts {
  /** The status code. */
  readonly status: number;
  /** The reason phrase as sent; empty over HTTP/2. */
  readonly reason: string;
  /** The version it came by. */
  readonly version: HttpVersion;
  /** The fields in order. */
  readonly headers: HeaderList;
  /** The request that it answers. */
  readonly request: HttpRequest;
  /** The live body; `null` when there is none. */
  readonly body: IncomingBody | null;
  /** What happened on the wire. */
  readonly attempt: AttemptRecord;
  /** The record of the whole call. */
  readonly call: CallRecord<HttpResponse>;
}

const EMPTY = new Uint8Array(0);

/** A response; the members that need the body work once it is complete. */
export class HttpResponse {
  readonly #parts: ResponseParts;
  #body: IncomingBody | null;
  #content: Uint8Array | undefined;

  /** Made by transports and by layers that answer themselves. */
  constructor(parts: ResponseParts) {
    this.#parts = parts;
    this.#body = parts.body;
    if (parts.body === null) this.#content = EMPTY;
  }

  /** The status code. */
  get status(): number {
    return this.#parts.status;
  }

  /** The fields. */
  get headers(): HeaderList {
    return this.#parts.headers;
  }

  /** @internal Everything it is made of, for layers that make another from it. */
  get parts(): ResponseParts {
    return this.#parts;
  }

  /** @internal The body on the wire; `null` once complete, dropped, or when there is none. */
  get live(): IncomingBody | null {
    return this.#body;
  }

  /** @internal Puts the whole body in place. */
  complete(content: Uint8Array): this {
    this.#content = content;
    this.#body = null;
    return this;
  }

  /** @internal The same head with another live body: for layers that decode or watch it. */
  withBody(body: IncomingBody | null, headers: HeaderList = this.#parts.headers): HttpResponse {
    return new HttpResponse({ ...this.#parts, headers, body });
  }
}
