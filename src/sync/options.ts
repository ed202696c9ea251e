/**
 * Owns the option types of the blocking client: those of the asynchronous one, but for what differs by nature.
 * Must not list options again.
 * Invariant: an option added to the asynchronous client is one of this client too.
 */

import type { DownloadOptions as AsyncDownloadOptions } from "../client/download.ts";
import type { ClientOptions as AsyncClientOptions, RequestOptions as AsyncRequestOptions } from "../client/options.ts";
import type { CookieJar as PolicyJar } from "../policy/cookies/cookie_jar.ts";
import type { CookieJar } from "./cookie_jar.ts";

/** Options that differ: a jar may be one that blocks, and nothing can abort a signal while its thread waits. */
type Different = "cookies" | "signal";

/** The `cookies` of a request. */
interface RequestCookies {
  /** Cookies of this request alone, another jar, or `false` for none. @default {the client's jar} */
  cookies?: CookieJar | PolicyJar | { readonly [name: string]: string } | false | null;
}

/** Options of a `Client`: those of the asynchronous one, `signal` excepted. */
export type ClientOptions = Omit<AsyncClientOptions, Different> & {
  /** A jar of its own (`true`), a given one, or none. @default {false} */
  cookies?: CookieJar | PolicyJar | boolean | null;
};

/** Options of one request: those of the asynchronous client, `signal` excepted. */
export type RequestOptions = Omit<AsyncRequestOptions, Different> & RequestCookies;

/** Options of a download: those of the asynchronous client, `signal` excepted. */
export type DownloadOptions = Omit<AsyncDownloadOptions, Different> & RequestCookies;
