/**
 * Owns the decision whether and as what a cookie is kept (RFC 6265bis §5.7).
 * Must not know jars: what it needs of one is given in.
 * Invariant: pure; a cookie never gets a domain its host does not belong to, nor one that is a
 * public suffix, nor a prefix whose promise it does not keep.
 */

import type { CookieFields } from "./cookie.ts";
import { domainMatches, isAddress, pathMatches } from "./cookie_match.ts";
import type { PublicSuffixes } from "./public_suffix.ts";
import type { Refusal, SetCookie } from "./set_cookie.ts";

/** The longest that a cookie is kept: 400 days, in milliseconds (§5.5). */
export const MAX_AGE: number = 400 * 24 * 60 * 60 * 1000;

/** Where a cookie came from. */
export interface CookieOrigin {
  /** Host of the URL, canonical. */
  readonly host: string;
  /** Path for a cookie that names none. */
  readonly defaultPath: string;
  /** Whether it came over https. */
  readonly secure: boolean;
}

/** The cookie to keep, or why not. `suffixes` is asked only when the cookie names a domain. */
export function acceptCookie(
  set: SetCookie,
  origin: CookieOrigin,
  now: number,
  suffixes: () => PublicSuffixes,
): CookieFields | Refusal {
  const scope = scopeOf(set.domain, origin.host, suffixes);
  if (typeof scope === "string") return scope;
  if (set.secure && !origin.secure) return "it is Secure, but did not come over https";
  if (set.sameSite === "none" && !set.secure) return "it is SameSite=None, but not Secure";
  const cookie: CookieFields = {
    name: set.name,
    value: set.value,
    domain: scope.domain,
    hostOnly: scope.hostOnly,
    path: set.path === "" ? origin.defaultPath : set.path,
    secure: set.secure,
    httpOnly: set.httpOnly,
    sameSite: set.sameSite,
    partitioned: set.partitioned,
    expires: expiryOf(set, now),
    created: now,
    accessed: now,
  };
  // The default path does not count: `__Host-` wants to read Path=/ (§5.7 step 21).
  return prefixFaultOf(cookie, set.path === "/") || cookie;
}

/** Which hosts the cookie goes to, or why it may not (§5.7 steps 7 to 10). */
function scopeOf(
  domain: string,
  host: string,
  suffixes: () => PublicSuffixes,
): { domain: string; hostOnly: boolean } | Refusal {
  // Files write a domain with a dot before it: read again, the cookie would be another host's.
  if (host.startsWith(".")) return "it came from a host whose name begins with a dot";
  if (domain === "") return { domain: host, hostOnly: true };
  // An absolute name would slip past the public suffixes: "com." is not listed.
  if (domain.endsWith(".")) return "its Domain ends in a dot";
  if (isAddress(host)) {
    return domain === host ? { domain: host, hostOnly: true } : "its Domain is not the address it came from";
  }
  if (!domainMatches(host, domain)) return "its Domain does not cover the host it came from";
  if (!suffixes().isPublicSuffix(domain)) return { domain, hostOnly: false };
  return domain === host ? { domain: host, hostOnly: true } : "its Domain is a public suffix";
}

/** Max-Age before Expires; `null` without either (§5.6.1, §5.6.2). */
function expiryOf(set: SetCookie, now: number): number | null {
  if (set.maxAge !== undefined) return set.maxAge <= 0 ? 0 : now + Math.min(set.maxAge * 1000, MAX_AGE);
  if (set.expires !== undefined) return Math.min(set.expires, now + MAX_AGE);
  return null;
}

/**
 * Why a cookie breaks the promise of its prefix, compared in any case (§5.7 steps 20 to 22); empty
 * when it keeps it. `rootPath` says whether the path `/` was written.
 */
export function prefixFaultOf(
  cookie: Pick<CookieFields, "name" | "value" | "secure" | "hostOnly">,
  rootPath: boolean,
): Refusal | "" {
  const { name, secure, hostOnly } = cookie;
  // "=__Host-a=b" reads as a nameless cookie, but is sent back as if it had that name.
  if (name === "" && hasPrefix(cookie.value)) return "it has no name and its value begins like a name with a prefix";
  const lower = name.toLowerCase();
  if (lower.startsWith("__secure-") && !secure) return "its name begins with __Secure-, but it is not Secure";
  if (lower.startsWith("__host-") && !(secure && hostOnly && rootPath)) {
    return "its name begins with __Host-, but it is not Secure, without Domain, and with Path=/";
  }
  return "";
}

function hasPrefix(text: string): boolean {
  const lower = text.toLowerCase();
  return lower.startsWith("__secure-") || lower.startsWith("__host-");
}

/** Whether a cookie from an insecure origin would hide one that is Secure (§5.7 step 16). */
export function overlaysSecure(
  cookie: Pick<CookieFields, "name" | "domain" | "path">,
  existing: Iterable<CookieFields>,
): boolean {
  for (const other of existing) {
    if (!other.secure || other.name !== cookie.name) continue;
    if (!domainMatches(other.domain, cookie.domain) && !domainMatches(cookie.domain, other.domain)) continue;
    if (pathMatches(cookie.path, other.path)) return true;
  }
  return false;
}
