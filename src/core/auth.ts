/**
 * Owns the shape of an authentication scheme.
 * Must not know any scheme.
 * Invariant: a scheme sees one origin (or one proxy) only; the layer makes sure of it.
 */

import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Files, HashName } from "./runtime.ts";

/** What a scheme may use besides the request. */
export interface AuthContext {
  /** Digest of `data` by the runtime, synchronously. */
  hash(name: HashName, data: Uint8Array): Uint8Array;
  /** Milliseconds since 1970. */
  now(): number;
  /** Cancelled with the call. */
  readonly signal: AbortSignal;
  /**
   * Who asks for the credentials; what a scheme remembers, it remembers per peer. A proxy's is
   * `proxy ` and its label, so that it never mixes with an origin. Absent: the request's origin.
   */
  readonly peer?: string;
  /**
   * The request target as it goes out, where it is not the URL's path and query: authority form
   * for CONNECT, absolute form to a proxy.
   */
  readonly target?: string;
  /** Files, for a scheme that reads its credentials from one. */
  readonly files?: Files | undefined;
  /** Environment variables; `undefined` when unset or not permitted. */
  env?(name: string): string | undefined;
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
