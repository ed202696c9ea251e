/**
 * Owns the translation of a call's limits into those of the HTTP/1.1 codec.
 * Must not know calls.
 * Invariant: equal limits give the same object, so that a connection sees at a glance that nothing changed.
 */

import type { LenientRule, LimitSettings } from "../core/settings.ts";
import { type H1Settings, resolveH1Settings } from "../protocol/h1/limits.ts";

const known = new WeakMap<
  LimitSettings,
  { readonly lenient: ReadonlySet<LenientRule>; readonly settings: H1Settings }
>();

/** The settings of a codec that keeps these limits. */
export function h1SettingsOf(limits: LimitSettings, lenient: ReadonlySet<LenientRule>): H1Settings {
  const last = known.get(limits);
  if (last !== undefined && last.lenient === lenient) return last.settings;
  const settings = resolveH1Settings({
    limits: {
      headBytes: limits.head,
      fields: limits.fields,
      informational: limits.informational,
      extensionBytes: limits.chunkExtensions,
      trailerBytes: limits.trailers,
    },
    lenient: [...lenient],
  });
  known.set(limits, { lenient, settings });
  return settings;
}
