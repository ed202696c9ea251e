/**
 * Owns how a jar of the caller's thread serves a client in the worker.
 * Must not know how cookies are kept or sent.
 * Invariant: the jar stays on the caller's thread, its store included: there it can be read and
 * written between calls, and within one by a hook.
 */

import { RequestUrl } from "../http/request_url.ts";
import { CookieJar } from "../policy/cookies/cookie_jar.ts";
import { loadedPublicSuffixes, usePublicSuffixes } from "../policy/cookies/public_suffix.ts";

/** The two things that the cookie layer asks of a jar. */
export type JarFunctions = readonly [
  header: (url: string) => string,
  store: (url: string, setCookies: readonly string[]) => void,
];

/** Asks the worker for the table of public suffixes, which this thread could not load without a promise. */
export type AskSuffixes = () => readonly [table: string, version: string];

/** Brings the jar to where all it does is synchronous. Throws `TypeError` for a store that answers by a promise. */
export function readyNow(jar: CookieJar, ask: AskSuffixes): void {
  if (loadedPublicSuffixes() === undefined) usePublicSuffixes(...ask());
  if (jar.readyNow()) return;
  throw new TypeError(
    "Cannot use the cookie jar in a blocking call: its store answers by a promise, expected a store that answers at once",
  );
}

/** What the worker calls back. */
export function jarFunctions(jar: CookieJar, ask: AskSuffixes): JarFunctions {
  return [
    (url) => {
      readyNow(jar, ask);
      return jar.cookieHeader(new RequestUrl(url));
    },
    (url, setCookies) => jar.store(new RequestUrl(url), setCookies),
  ];
}

/** The like of the jar in the worker: it asks. */
export function remoteJar([header, store]: readonly [AskJar<string>, AskJar<void>]): CookieJar {
  const jar = Object.create(CookieJar.prototype);
  return Object.assign(jar, {
    ready: () => undefined,
    cookieHeader: (url: RequestUrl) => header(url.href),
    store: (url: RequestUrl, setCookies: readonly string[]) => store(url.href, setCookies),
  });
}

type AskJar<T> = (url: string, setCookies?: readonly string[]) => Promise<T>;
