/**
 * Owns the check of the `jsonCodec` option.
 * Must not know who writes or reads JSON with it.
 * Invariant: what is there is a function, and a method keeps its object.
 */

import type { JsonCodec } from "./options.ts";
import { callable, record, wrongType } from "./validate.ts";

type Method = (value: never) => unknown;

const NAMES = ["stringify", "parse"] as const;

/** The checked `jsonCodec` option: an object with functions, or an instance of a class with methods. */
export function jsonCodecOf(value: JsonCodec | null | undefined): JsonCodec | undefined {
  if (value == null) return undefined;
  const codec = isInstance(value) ? methodsOf(value) : record<JsonCodec>("jsonCodec", value, NAMES);
  if (codec.stringify !== undefined) callable("jsonCodec.stringify", codec.stringify);
  if (codec.parse !== undefined) callable("jsonCodec.parse", codec.parse);
  return codec;
}

/** The methods of an instance, bound to it. */
function methodsOf(value: JsonCodec): JsonCodec {
  const found = NAMES.filter((name) => value[name] !== undefined);
  if (found.length === 0) throw wrongType("jsonCodec", value, "an object with stringify or parse");
  return Object.fromEntries(
    found.map((name) => [name, callable<Method>(`jsonCodec.${name}`, value[name]!).bind(value)]),
  );
}

/** What keeps its methods on its class, and may have members of its own. */
function isInstance(value: object): boolean {
  const prototype: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : null;
  return prototype !== null && prototype !== Object.prototype && !Array.isArray(value);
}
