/**
 * Owns the option types of the blocking client: those of the asynchronous one, but for what differs by nature.
 * Must not list options again.
 * Invariant: an option added to the asynchronous client is one of this client too.
 */

import type { DownloadOptions as AsyncDownloadOptions } from "../client/download.ts";
import type { ClientOptions as AsyncClientOptions, RequestOptions as AsyncRequestOptions } from "../client/options.ts";
import type { CookieJar as PolicyJar } from "../policy/cookies/cookie_jar.ts";
import type { CookieJar } from "./cookie_jar.ts";
import type { Transport } from "./transport.ts";

/** Cookies of this request alone, another jar, or `false` for none. */
export type RequestCookies = CookieJar | PolicyJar | { readonly [name: string]: string } | false | null;

/** Options of a `Client`: those of the asynchronous one but for `signal`, which nothing could abort while its thread waits. */
export type ClientOptions = Omit<AsyncClientOptions, "cookies" | "signal" | "transport"> & {
  /** What carries requests: `"fetch"` for the runtime's own, or a transport that answers at once. @default {a pool of sockets} */
  transport?: Transport | "fetch" | null;
  /** A jar of its own (`true`), a given one, or none. @default {false} */
  cookies?: CookieJar | PolicyJar | boolean | null;
};

/** Options of one request: those of the asynchronous client but for `signal`. */
export type RequestOptions = Omit<AsyncRequestOptions, "cookies" | "signal"> & {
  /** Cookies of this request alone, another jar, or `false` for none. @default {the client's jar} */
  cookies?: RequestCookies;
};

/** Options of a download: those of the asynchronous client but for `signal`. */
export type DownloadOptions = Omit<AsyncDownloadOptions, "cookies" | "signal"> & {
  /** Cookies of this request alone, another jar, or `false` for none. @default {the client's jar} */
  cookies?: RequestCookies;
};
