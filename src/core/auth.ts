/**
 * Owns the shape of an authentication scheme.
 * Must not know any scheme.
 * Invariant: a scheme sees one origin (or one proxy) only; the layer makes sure of it.
 */

import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** What a scheme may use besides the request. */
export interface AuthContext {
  /** Digest of `data` by the runtime, synchronously. */
  hash(name: "md5" | "sha-1" | "sha-256" | "sha-512" | "sha-512-256", data: Uint8Array): Uint8Array;
  /** Milliseconds since 1970. */
  now(): number;
  /** Cancelled with the call. */
  readonly signal: AbortSignal;
}

/** The dialogue of one request: yields requests, receives their responses (heads only). */
export type AuthFlow =
  | Generator<HttpRequest, void, HttpResponse>
  | AsyncGenerator<HttpRequest, void, HttpResponse>;

/**
 * An authentication scheme: a generator of requests.
 * It yields the request with credentials; it is given the response; it may yield another
 * request (after a challenge), else it returns and that response stands.
 */
export interface Auth {
  /** Name for `inspect`, never with a secret. */
  readonly scheme: string;
  /** Starts the dialogue for one request. */
  flow(request: HttpRequest, context: AuthContext): AuthFlow;
}
