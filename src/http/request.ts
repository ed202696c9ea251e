/**
 * Owns the request as a value: method, URL, fields, body.
 * Must not know how it is sent; `wire` is a drawer for whoever encodes it.
 * Invariant: a request never changes; `with` makes another. So what was derived from one
 * (its encoded head, its route) may be kept beside it and reused.
 */

import { inspectAs } from "../base/inspect.ts";
import type { Body } from "./body.ts";
import { HeaderList } from "./header_list.ts";
import { assertMethod } from "./method.ts";
import type { RequestUrl } from "./request_url.ts";

/** What may differ in a copy of a request. */
export interface RequestChange {
  /** Another method. */
  readonly method?: string;
  /** Another URL. */
  readonly url?: RequestUrl;
  /** Another list of fields. */
  readonly headers?: HeaderList;
  /** Another body; `null` for none. */
  readonly body?: Body | null;
}

/** A request: read-only, cheap to copy with a change. */
export class HttpRequest {
  /** The method, as given. */
  readonly method: string;
  /** The URL. */
  readonly url: RequestUrl;
  /** The fields to send, in order. Host, framing and connection fields are added by the engine. */
  readonly headers: HeaderList;
  /** The body; `null` for none. */
  readonly body: Body | null;
  /** @internal What the engine derived from this request; empty at first. */
  readonly wire: { route?: unknown; head?: unknown; h2?: unknown } = {};
  /** What `withHeader` made last, and of what: layers set the same field on a repeated request again and again. */
  #made: { readonly name: string; readonly value: string; readonly request: HttpRequest } | undefined;

  static {
    inspectAs(this, ({ method, url, headers, body }) => {
      const kind = body === null ? "" : `, body: ${body.kind}`;
      return `HttpRequest { ${method} ${url.toJSON()}, headers: ${JSON.stringify(headers)}${kind} }`;
    });
  }

  /** Throws `TypeError` when the method is not a token. */
  constructor(method: string, url: RequestUrl, headers: HeaderList = HeaderList.empty, body: Body | null = null) {
    assertMethod(method);
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = body;
  }

  /** The same request with some parts replaced. */
  with(change: RequestChange): HttpRequest {
    return new HttpRequest(
      change.method ?? this.method,
      change.url ?? this.url,
      change.headers ?? this.headers,
      change.body === undefined ? this.body : change.body,
    );
  }

  /** The same request with one field set. */
  withHeader(name: string, value: string): HttpRequest {
    const made = this.#made;
    if (made !== undefined && made.name === name && made.value === value) return made.request;
    const request = this.with({ headers: this.headers.with(name, value) });
    this.#made = { name, value, request };
    return request;
  }

  /** The same request without the named fields. */
  withoutHeaders(...names: string[]): HttpRequest {
    return this.with({ headers: this.headers.without(...names) });
  }
}
