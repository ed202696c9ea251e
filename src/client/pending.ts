/**
 * Owns the pending call that the verbs return.
 * Must not know how a call is made; it is given a promise.
 * Invariants: the call has started; awaiting twice sends once; a shortcut leaves no
 * unhandled rejection behind besides its own.
 */

import type { HttpResponse } from "../http/response.ts";
import { type InferOutput, type StandardSchema, validateLater } from "../http/standard_schema.ts";

/**
 * A call under way. Await it for the response, whatever its status; or use a shortcut, which
 * raises an `HTTPError` for a status that is not 2xx.
 *
 * @example
 * ```ts no-run
 * import { get } from "@jetstream/client";
 *
 * const response = await get("https://api.example.com/users");
 * const users = await get("https://api.example.com/users").json();
 * ```
 */
export class PendingResponse implements PromiseLike<HttpResponse> {
  readonly #promise: Promise<HttpResponse>;

  /** Wraps the promise of a call that has started. */
  constructor(promise: Promise<HttpResponse>) {
    this.#promise = promise;
  }

  /** What `await` calls. */
  then<A = HttpResponse, B = never>(
    fulfilled?: ((response: HttpResponse) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(fulfilled, rejected);
  }

  /** As on a promise. */
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<HttpResponse | B> {
    return this.#promise.catch(rejected);
  }

  /** As on a promise. */
  finally(settled?: (() => void) | null): Promise<HttpResponse> {
    return this.#promise.finally(settled);
  }

  /** The same call, failing with an `HTTPError` when the status is not 2xx. */
  raiseForStatus(): PendingResponse {
    return new PendingResponse(this.#promise.then((response) => response.raiseForStatus()));
  }

  /**
   * The body as JSON.
   * Raises `HTTPError`, `EmptyBodyError`, `SchemaError`, or `BodyError` for what is not JSON.
   */
  json(): Promise<unknown>;
  /** The same, checked by a Standard Schema and with its type; a schema may be asynchronous here. */
  json<S extends StandardSchema>(schema: S): Promise<InferOutput<S>>;
  async json(schema?: StandardSchema): Promise<unknown> {
    const response = (await this.#promise).raiseForStatus();
    return schema === undefined ? response.json() : validateLater(schema, response.json());
  }

  /** The body as text. Raises `HTTPError` when the status is not 2xx. */
  async text(): Promise<string> {
    return (await this.#promise).raiseForStatus().text();
  }

  /** The body as bytes. Raises `HTTPError` when the status is not 2xx. */
  async bytes(): Promise<Uint8Array> {
    return (await this.#promise).raiseForStatus().bytes();
  }

  /** The body as a web `Blob`. Raises `HTTPError` when the status is not 2xx. */
  async blob(): Promise<Blob> {
    return (await this.#promise).raiseForStatus().blob();
  }

  /** The body as a web `FormData`. Raises `HTTPError` when the status is not 2xx. */
  async formData(): Promise<FormData> {
    return (await this.#promise).raiseForStatus().formData();
  }

  /** Names the class in consoles. */
  get [Symbol.toStringTag](): string {
    return "PendingResponse";
  }
}
