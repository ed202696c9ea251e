/**
 * Owns the `limits` option: its defaults, each with its reason, and its resolution.
 * Must not know who enforces a limit.
 * Invariant: no limit can be switched off by a typing error; `Infinity` has to be written.
 */

import type { LimitSettings } from "../core/settings.ts";
import type { LimitOptions } from "./options.ts";
import { record, wholeNumber } from "./validate.ts";

/** The defaults. */
export const DEFAULT_LIMITS: LimitSettings = Object.freeze({
  // Four times what the strictest common servers send; cookies and policies are the large ones.
  head: 65_536,
  // Browsers stop far above; no honest server comes near.
  fields: 128,
  // 103 may come several times; a flood of them is an attack.
  informational: 32,
  // Nobody uses them; one message may still carry a few signatures.
  chunkExtensions: 4_096,
  trailers: 16_384,
  // What a script may hold in memory without a thought; `stream()` is for more.
  body: 64 * 1_048_576,
  // Below it, reading on is cheaper than a new connection.
  drain: 65_536,
});

/** The limits in force for a value of the `limits` option. */
export function resolveLimits(value: LimitOptions | undefined): LimitSettings {
  if (value === undefined) return DEFAULT_LIMITS;
  const names = Object.keys(DEFAULT_LIMITS) as (keyof LimitSettings)[];
  const given = record<LimitOptions>("limits", value, names);
  const limits: Record<keyof LimitSettings, number> = { ...DEFAULT_LIMITS };
  for (const name of names) {
    const limit = given[name];
    if (limit !== undefined) limits[name] = wholeNumber(`limits.${name}`, limit, name === "head" ? 64 : 0);
  }
  return Object.freeze(limits);
}
