/**
 * Owns the check of cookies that come back from a file or a store.
 * Must not know the format they were written in.
 * Invariant: what passes could have been stored by a jar; a file can neither smuggle in control
 * characters, nor a cookie for a public suffix, nor a prefix whose promise is broken.
 */

import { MAX_AGE, prefixFaultOf } from "./accept_cookie.ts";
import type { CookieFields } from "./cookie.ts";
import { textFaultOf } from "./cookie_init.ts";
import { canonicalHost, isAddress } from "./cookie_match.ts";
import type { PublicSuffixes } from "./public_suffix.ts";
import { pairFaultOf, type Refusal } from "./set_cookie.ts";

/** The cookie to keep, or why it cannot be. */
export function checkStored(
  cookie: CookieFields,
  now: number,
  suffixes: () => PublicSuffixes,
): CookieFields | Refusal {
  const { name, value, path } = cookie;
  const fault = pairFaultOf(name, value) || textFaultOf(name, "=;") || textFaultOf(value, ";");
  if (fault) return fault;
  const domain = canonicalHost(cookie.domain.startsWith(".") ? cookie.domain.slice(1) : cookie.domain);
  if (domain === undefined || domain.startsWith(".")) return "its domain is not a host name";
  if (!path.startsWith("/") || textFaultOf(path, ";")) {
    return "its path does not begin with / or holds forbidden characters";
  }
  // Such names can only ever have been hosts of their own.
  const hostOnly = cookie.hostOnly || domain.endsWith(".") || isAddress(domain) || suffixes().isPublicSuffix(domain);
  const checked = {
    ...cookie,
    domain,
    hostOnly,
    expires: cookie.expires === null ? null : Math.min(cookie.expires, now + MAX_AGE),
  };
  return prefixFaultOf(checked, path === "/") || checked;
}
