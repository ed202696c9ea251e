/**
 * Owns the cookies that are kept: by domain, within limits, and which have to go (RFC 6265bis §5.7).
 * Must not know URLs, Set-Cookie or files.
 * Invariants: at most one cookie per name, domain, host-only flag and path; never more than
 * `MAX_PER_DOMAIN` of a domain nor `MAX_COOKIES` in all after an insertion; keys live in `Map`s only.
 */

import { Cookie, type CookieFields } from "./cookie.ts";
import { domainsOf } from "./cookie_match.ts";

/** Cookies of one domain: what RFC 6265bis asks of a user agent. */
export const MAX_PER_DOMAIN = 50;

/** Cookies in all: what RFC 6265bis asks of a user agent. */
export const MAX_COOKIES = 3000;

/** Why a cookie was removed. */
export type RemovalReason = "expired" | "evicted" | "deleted";

/** Told each cookie that is kept (`null`) or removed. */
export type ShelfListener = (cookie: Cookie, removed: RemovalReason | null) => void;

/** The cookies of a jar. */
export class CookieShelf implements Iterable<Cookie> {
  readonly #domains = new Map<string, Map<string, Cookie>>();
  readonly #listener: ShelfListener;
  #size = 0;
  #order = 0;

  constructor(listener: ShelfListener) {
    this.#listener = listener;
  }

  /** Cookies kept, expired ones that nobody met yet included. */
  get size(): number {
    return this.#size;
  }

  /** The cookie with this identity. */
  find(cookie: CookieFields): Cookie | undefined {
    return this.#domains.get(cookie.domain)?.get(keyOf(cookie));
  }

  /** Keeps a cookie, in the place and with the age of the one it replaces; then makes room. */
  put(fields: CookieFields, now: number): Cookie {
    let domain = this.#domains.get(fields.domain);
    if (domain === undefined) this.#domains.set(fields.domain, domain = new Map());
    const key = keyOf(fields);
    const old = domain.get(key);
    const cookie = old === undefined
      ? new Cookie(fields, ++this.#order)
      : new Cookie({ ...fields, created: old.created }, old.order);
    domain.set(key, cookie);
    if (old === undefined) this.#size++;
    this.#listener(cookie, null);
    for (const evicted of cookiesToEvict([...domain.values()], MAX_PER_DOMAIN, true, now)) this.#evict(evicted, now);
    if (this.#size > MAX_COOKIES) {
      for (const evicted of cookiesToEvict([...this], MAX_COOKIES, false, now)) this.#evict(evicted, now);
    }
    return cookie;
  }

  /** Removes a cookie; false when it is not kept (any more). */
  remove(cookie: CookieFields, reason: RemovalReason): boolean {
    const domain = this.#domains.get(cookie.domain);
    const key = keyOf(cookie);
    const old = domain?.get(key);
    if (domain === undefined || old === undefined) return false;
    domain.delete(key);
    if (domain.size === 0) this.#domains.delete(cookie.domain);
    this.#size--;
    this.#listener(old, reason);
    return true;
  }

  /** Removes what has expired. */
  removeExpired(now: number): void {
    for (const cookie of [...this]) if (cookie.isExpired(now)) this.remove(cookie, "expired");
  }

  /** The live cookies that `host` gets by its name and the domains above it; the expired ones go. */
  forHost(host: string, now: number): Cookie[] {
    const found: Cookie[] = [];
    let expired: Cookie[] | undefined;
    for (const domain of domainsOf(host)) {
      for (const cookie of this.#domains.get(domain)?.values() ?? []) {
        if (cookie.isExpired(now)) (expired ??= []).push(cookie);
        else if (domain === host || !cookie.hostOnly) found.push(cookie);
      }
    }
    for (const cookie of expired ?? []) this.remove(cookie, "expired");
    return found;
  }

  /** Every cookie, domain by domain. */
  *[Symbol.iterator](): IterableIterator<Cookie> {
    for (const domain of this.#domains.values()) yield* domain.values();
  }

  #evict(cookie: Cookie, now: number): void {
    this.remove(cookie, cookie.isExpired(now) ? "expired" : "evicted");
  }
}

/** What makes two cookies of a domain the same one. No part can hold NUL. */
function keyOf(cookie: CookieFields): string {
  return `${cookie.hostOnly ? "h" : "d"}${cookie.name}\0${cookie.path}`;
}

/**
 * Which of `cookies` must go so that `max` are left: all that has expired, then, with `secureLast`,
 * those that are not Secure, then the longest unused (§5.7). Within a domain the insecure go first;
 * between domains that would let one host push out another's.
 */
export function cookiesToEvict(cookies: readonly Cookie[], max: number, secureLast: boolean, now: number): Cookie[] {
  if (cookies.length <= max) return [];
  const expired = cookies.filter((cookie) => cookie.isExpired(now));
  const live = cookies.filter((cookie) => !cookie.isExpired(now)).sort((a, b) =>
    (secureLast ? Number(a.secure) - Number(b.secure) : 0) || a.accessed - b.accessed || a.order - b.order
  );
  return [...expired, ...live.slice(0, Math.max(0, live.length - max))];
}
