/**
 * Owns the check of the `jsonCodec` option.
 * Must not know who writes or reads JSON with it.
 * Invariant: what is there is a function.
 */

import type { JsonCodec } from "./options.ts";
import { callable, record } from "./validate.ts";

/** The checked `jsonCodec` option. */
export function jsonCodecOf(value: JsonCodec | null | undefined): JsonCodec | undefined {
  if (value == null) return undefined;
  const codec = record<JsonCodec>("jsonCodec", value, ["stringify", "parse"]);
  if (codec.stringify !== undefined) callable("jsonCodec.stringify", codec.stringify);
  if (codec.parse !== undefined) callable("jsonCodec.parse", codec.parse);
  return codec;
}
