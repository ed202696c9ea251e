/**
 * Owns the contract of a place where a jar's cookies outlive the process.
 * Must not know any such place.
 * Invariant: a jar asks once for what there is and reports every change after it, in order.
 */

import type { MaybePromise } from "../../http/body.ts";
import type { Cookie, CookieFields } from "./cookie.ts";
import type { RemovalReason } from "./cookie_shelf.ts";

/** One change of a jar. */
export interface CookieChange {
  /** `set`: the cookie is new or replaces the one of the same name, domain and path. */
  readonly type: "set" | "delete";
  /** The cookie; `toFields()` has all of it, the value included. */
  readonly cookie: Cookie;
  /** Why it was removed; `null` for `set`. */
  readonly reason: RemovalReason | null;
}

/**
 * Keeps the cookies of a jar, in a database for example.
 *
 * @example
 * ```ts
 * import { CookieJar, type CookieStore } from "@jetstream/client";
 *
 * const rows = new Map<string, string>();
 * const store: CookieStore = {
 *   load: () => [...rows.values()].map((row) => JSON.parse(row)),
 *   onChange({ type, cookie }) {
 *     const key = JSON.stringify([cookie.domain, cookie.hostOnly, cookie.path, cookie.name]);
 *     if (type === "set") rows.set(key, JSON.stringify(cookie.toFields()));
 *     else rows.delete(key);
 *   },
 * };
 * const jar = new CookieJar({ store });
 * ```
 */
export interface CookieStore {
  /** Every cookie there is; asked once, before the jar is first used by a client or by `ready()`. */
  load(): MaybePromise<Iterable<CookieFields>>;
  /** Told each change after it was made. What it throws fails whatever made the change. */
  onChange(change: CookieChange): void;
}
