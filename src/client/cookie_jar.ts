/**
 * Owns the jar that users make: the policy's jar with this runtime's files.
 * Must not know cookies; only who has the files.
 * Invariant: the runtime is looked for when a file is, never when a jar is made.
 */

import { detectRuntime } from "../net/detect.ts";
import { CookieJar as PolicyJar, type CookieJarOptions } from "../policy/cookies/cookie_jar.ts";

export type { CookieFilter, CookieJarOptions } from "../policy/cookies/cookie_jar.ts";

/**
 * Cookies by the rules of RFC 6265bis: domains and paths, public suffixes, `__Host-` and `__Secure-`,
 * at most 50 per domain and 3000 in all, 4 KiB each, kept for 400 days at most. `load()` and `save()`
 * use the files of this runtime.
 *
 * @example
 * ```ts no-run
 * import { Client, CookieJar } from "@jetstream/client";
 *
 * const jar = new CookieJar();
 * await jar.load("cookies.txt");
 * const client = new Client({ cookies: jar });
 * await client.get("https://example.com/account");
 * await jar.save("cookies.txt", { format: "netscape" });
 * ```
 */
export class CookieJar extends PolicyJar {
  /** An empty jar; a `store` is read when the jar is first used. */
  constructor(options: CookieJarOptions = {}) {
    super({ files: () => detectRuntime().files, ...options });
  }
}
