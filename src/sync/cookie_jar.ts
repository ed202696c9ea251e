/**
 * Owns the jar that users of the blocking client make: everything it does is done on return.
 * Must not know cookies; only who reaches the files.
 * Invariant: it is the same jar as that of the asynchronous client, and works with either.
 */

import type { CookieFormat } from "../policy/cookies/cookie_file.ts";
import { CookieJar as PolicyJar, type CookieJarOptions } from "../policy/cookies/cookie_jar.ts";
import { bridge } from "./bridge.ts";
import { readyNow } from "./jar_forms.ts";

/** A jar but for what blocks here and does not there. */
export type BlockingJar = Omit<PolicyJar, "load" | "save" | "ready">;

/** What the jar is made of: the jar of the asynchronous client. */
export const BlockingJar: new (options?: CookieJarOptions) => BlockingJar = PolicyJar;

/**
 * Cookies by the rules of RFC 6265bis: domains and paths, public suffixes, `__Host-` and `__Secure-`,
 * at most 50 per domain and 3000 in all, 4 KiB each, kept for 400 days at most.
 *
 * @example
 * ```ts no-run
 * import { Client, CookieJar } from "@jetstream/client/sync";
 *
 * const jar = new CookieJar();
 * jar.load("cookies.txt");
 * using client = new Client({ cookies: jar });
 * client.get("https://example.com/account");
 * jar.save("cookies.txt", { format: "netscape" });
 * ```
 */
export class CookieJar extends BlockingJar {
  /** An empty jar; a `store` is read now. Throws `TypeError` for a store that answers by a promise. */
  constructor(options: CookieJarOptions = {}) {
    super(options);
    readyNow(this as unknown as PolicyJar, () => bridge().suffixes());
  }

  /** Does nothing: a jar is ready when it is made. */
  ready(): undefined {
    return undefined;
  }

  /** Adds the cookies of a file, either format. Throws `TypeError` when it cannot be understood. */
  load(path: string): void {
    this.deserialize(bridge().call("load cookies", [path]) as string);
  }

  /** Writes the live cookies, **values included**, to a file that only its owner may read (mode 0600). */
  save(path: string, options: { readonly format?: CookieFormat } = {}): void {
    bridge().call("save cookies", [path, this.serialize(options.format)]);
  }
}
