/**
 * Owns the runtime's own `fetch` as a port.
 * Must not know what is sent.
 * Invariant: `globalThis.fetch` is looked up for each request, so that one put in its place is used.
 */

import type { FetchTraits, HostFetch } from "../core/host_fetch.ts";
import { translateFetch } from "./translate_fetch.ts";

const OPEN: FetchTraits = { showsRedirects: true, showsCookies: true, streamsUploads: true, decodes: true };

/** A page sees no redirect and no cookie, and sends no stream but over HTTP/2. */
const PAGE: FetchTraits = { showsRedirects: false, showsCookies: false, streamsUploads: false, decodes: true };

/** What the `fetch` of a runtime with this user agent does: every browser calls itself Mozilla, and nothing else does. */
export function traitsOf(userAgent: string | undefined): FetchTraits {
  return userAgent?.startsWith("Mozilla/") ? PAGE : OPEN;
}

/** The runtime's own `fetch`. */
export const hostFetch: HostFetch = {
  get traits(): FetchTraits {
    return traitsOf(globalThis.navigator?.userAgent);
  },
  send: (url, init) => globalThis.fetch(url, init),
  failure: translateFetch,
};
