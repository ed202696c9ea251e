/**
 * Owns the `redirect` option: its defaults and resolution.
 * Must not know how a redirect is decided (`policy/redirect.ts`).
 * Invariant: what leaves here is complete and frozen.
 */

import type { RedirectChoice, RedirectHop, RedirectSettings } from "../core/settings.ts";
import { callable, flag, listOf, record, text, wholeNumber, wrongType } from "./validate.ts";

/** Which redirects are followed, and what they carry along. */
export interface RedirectOptions {
  /** Redirects per call. @default {10} */
  max?: number;
  /** Follow from https to http. @default {false} */
  allowDowngrade?: boolean;
  /** Further fields that may go to another origin; by default only harmless ones do. @default {[]} */
  keepHeaders?: readonly string[];
  /** Send the body of a 307 or 308 to another origin. @default {false} */
  resendBody?: boolean;
  /** Asked per hop: follow it, stop and return the redirect itself, or fail. @default {follow} */
  policy?: (hop: RedirectHop) => RedirectChoice | Promise<RedirectChoice>;
}

/** The rules in force for a value of the `redirect` option; `null` when off. */
export function resolveRedirect(value: RedirectOptions | number | false | undefined): RedirectSettings | null {
  if (value === false || value === 0) return null;
  if (typeof value === "number") return complete({ max: wholeNumber("redirect", value, 0, 100) });
  if (value !== undefined && (typeof value !== "object" || value === null)) {
    throw wrongType("redirect", value, "an object of options, a number of redirects, or false");
  }
  const settings = complete(
    record<RedirectOptions>("redirect", value ?? {}, ["max", "allowDowngrade", "keepHeaders", "resendBody", "policy"]),
  );
  return settings.max === 0 ? null : settings;
}

function complete(given: RedirectOptions): RedirectSettings {
  const kept = given.keepHeaders === undefined ? [] : listOf("redirect.keepHeaders", given.keepHeaders, text);
  return Object.freeze({
    max: wholeNumber("redirect.max", given.max ?? 10, 0, 100),
    allowDowngrade: flag("redirect.allowDowngrade", given.allowDowngrade ?? false),
    keepHeaders: new Set(kept.map((name) => name.toLowerCase())),
    resendBody: flag("redirect.resendBody", given.resendBody ?? false),
    policy: given.policy === undefined ? null : callable("redirect.policy", given.policy),
  });
}
