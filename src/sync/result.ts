/**
 * Owns the verbs that hand errors out as values.
 * Must not know how a call is made.
 * Invariant: nothing here ever throws.
 */

import type { URLInput } from "../client/options.ts";
import type { Result } from "../client/result.ts";
import type { HttpResponse } from "../http/response.ts";
import type { RequestOptions } from "./options.ts";

/** Makes a call; what the verbs below stand on. */
export type MakeCall = (method: string, url: URLInput, options?: RequestOptions) => HttpResponse;

/**
 * The verbs of a client, returning `{ ok: true, value }` or `{ ok: false, error }`.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client/sync";
 *
 * const client = new Client();
 * const result = client.result.get("https://api.example.com/users");
 * if (result.ok) console.log(result.value.status);
 * else console.error(result.error.message);
 * ```
 */
export class ResultClient {
  readonly #call: MakeCall;

  /** Stands on the calls of a client. */
  constructor(call: MakeCall) {
    this.#call = call;
  }

  /** Sends a request with any method. */
  request(method: string, url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    try {
      return { ok: true, value: this.#call(method, url, options) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error("The call failed", { cause: error }) };
    }
  }

  /** Sends a GET request. */
  get(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request. */
  head(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request. */
  options(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("OPTIONS", url, options);
  }

  /** Sends a POST request. */
  post(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("POST", url, options);
  }

  /** Sends a PUT request. */
  put(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("PUT", url, options);
  }

  /** Sends a PATCH request. */
  patch(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("PATCH", url, options);
  }

  /** Sends a DELETE request. */
  delete(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("DELETE", url, options);
  }

  /** Sends a QUERY request. */
  query(url: URLInput, options?: RequestOptions): Result<HttpResponse> {
    return this.request("QUERY", url, options);
  }
}
