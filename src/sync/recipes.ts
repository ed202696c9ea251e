/**
 * Owns the making of values by their recipe, in the worker.
 * Must not know how recipes cross.
 * Invariant: the like of one value is made once, as long as it is remembered, so that what it
 * learns (a nonce, a token) serves the next call.
 */

import { file } from "../client/file.ts";
import { basic } from "../policy/auth/basic.ts";
import { bearer } from "../policy/auth/bearer.ts";
import { digest } from "../policy/auth/digest.ts";
import { netrc } from "../policy/auth/netrc.ts";

const MAKERS: Readonly<Record<string, (...args: never[]) => object>> = { basic, bearer, digest, file, netrc };

/** Values remembered: schemes that are in use at a time are few. */
const MAX_KEPT = 256;

/** What was made. */
export class Recipes {
  readonly #made = new Map<number, object>();

  /** The value of a recipe; `id` tells values of the caller apart. */
  make(id: number, name: string, args: unknown[]): object {
    const kept = this.#made.get(id);
    if (kept !== undefined) return kept;
    const made = MAKERS[name]!(...args as never[]);
    this.#made.set(id, made);
    if (this.#made.size > MAX_KEPT) this.#made.delete(this.#made.keys().next().value!);
    return made;
  }
}
