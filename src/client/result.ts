/**
 * Owns the verbs that hand errors out as values.
 * Must not know how a call is made.
 * Invariant: nothing here ever throws or rejects.
 */

import type { HttpResponse } from "../http/response.ts";
import type { RequestOptions, URLInput } from "./options.ts";
import type { PendingResponse } from "./pending.ts";

/** A value, or the error in its place. */
export type Result<T, E = Error> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** Starts a call; what the verbs below stand on. */
export type StartCall = (method: string, url: URLInput, options?: RequestOptions) => PendingResponse;

/**
 * The verbs of a client, resolving to `{ ok: true, value }` or `{ ok: false, error }`.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client";
 *
 * const client = new Client();
 * const result = await client.result.get("https://api.example.com/users");
 * if (result.ok) console.log(result.value.status);
 * else console.error(result.error.message);
 * ```
 */
export class ResultClient {
  readonly #start: StartCall;

  /** Stands on the calls of a client. */
  constructor(start: StartCall) {
    this.#start = start;
  }

  /** Sends a request with any method. */
  async request(method: string, url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    try {
      return { ok: true, value: await this.#start(method, url, options) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error("The call failed", { cause: error }) };
    }
  }

  /** Sends a GET request. */
  get(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request. */
  head(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request. */
  options(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("OPTIONS", url, options);
  }

  /** Sends a POST request. */
  post(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("POST", url, options);
  }

  /** Sends a PUT request. */
  put(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("PUT", url, options);
  }

  /** Sends a PATCH request. */
  patch(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("PATCH", url, options);
  }

  /** Sends a DELETE request. */
  delete(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("DELETE", url, options);
  }

  /** Sends a QUERY request. */
  query(url: URLInput, options?: RequestOptions): Promise<Result<HttpResponse>> {
    return this.request("QUERY", url, options);
  }
}
