/**
 * Owns what the cookie layer asks of a jar.
 * Must not know how cookies are matched or stored.
 * Invariant: a jar's methods are synchronous once `ready` has resolved; a source that is not in
 * this thread answers later, and is waited for, so that a hop never misses what the hop before it stored.
 */

import type { MaybePromise } from "../http/body.ts";
import type { RequestUrl } from "../http/request_url.ts";

/** Where cookies come from and go to. */
export interface CookieSource {
  /** Loads what is loaded lazily (public suffixes, a store); `undefined` when there is nothing to wait for. */
  ready(): Promise<void> | undefined;
  /** The value of the Cookie field for `url`; empty for none. */
  cookieHeader(url: RequestUrl): MaybePromise<string>;
  /** Takes every Set-Cookie value of a response that came from `url`. */
  store(url: RequestUrl, setCookies: readonly string[]): MaybePromise<void>;
}
