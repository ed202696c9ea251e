/**
 * Owns what authentication schemes need of a runtime, in memory.
 * Must not know any scheme.
 */

import type { AuthContext } from "../../src/core/auth.ts";
import type { Files, Runtime } from "../../src/core/runtime.ts";
import { hash } from "./digests.ts";

/** Digests, the files given and the environment given. */
export function authHost(
  files?: Files,
  environment: { readonly [name: string]: string } = {},
): Pick<Runtime, "hash" | "files" | "env"> {
  return { hash, files, env: (name) => Object.hasOwn(environment, name) ? environment[name] : undefined };
}

/** A context outside of any call. */
export function authContext(change: Partial<AuthContext> = {}): AuthContext {
  return { ...authHost(), now: () => 0, signal: new AbortController().signal, ...change };
}
