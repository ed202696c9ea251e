/**
 * Owns what of a request a `fetch` can be given.
 * Must not know how it is sent.
 * Invariant: pure functions.
 */

import type { FetchTraits } from "../core/host_fetch.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Fields that a `fetch` sets itself; some take no other, and fail or ignore what they are given. */
const OWN_FIELDS = new Set(["connection", "content-length", "host", "keep-alive", "transfer-encoding"]);

/** Further ones that a page cannot set, or that would ask the server for leave first (CORS). */
const PAGE_FIELDS = new Set(["accept-encoding", "user-agent"]);

/** The fields to hand over. */
export function fetchFields(headers: HeaderList, traits: FetchTraits): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of headers.pairs) {
    const lower = name.toLowerCase();
    if (OWN_FIELDS.has(lower) || (!traits.showsRedirects && PAGE_FIELDS.has(lower))) continue;
    pairs.push([name, value]);
  }
  return pairs;
}

/** Why no `fetch` sends a request like this; `undefined` when one does. */
export function refusedMethod(method: string, hasBody: boolean): string | undefined {
  if (/^(?:CONNECT|TRACE|TRACK)$/i.test(method)) return `Cannot send ${method}: no fetch does, expected sockets`;
  if (hasBody && (method === "GET" || method === "HEAD")) {
    return `Cannot send a body with ${method}: no fetch does, expected another method or sockets`;
  }
  return undefined;
}
