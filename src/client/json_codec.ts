/**
 * Owns the check of the `jsonCodec` option.
 * Must not know who writes or reads JSON with it.
 * Invariant: what is there is a function, and a method keeps its object.
 */

import { isPlain } from "../base/plain.ts";
import type { JsonCodec } from "./options.ts";
import { callable, record, wrongType } from "./validate.ts";

const NAMES = ["stringify", "parse"] as const;

/** The checked `jsonCodec` option: an object with functions, or an instance of a class with methods. */
export function jsonCodecOf(value: JsonCodec | null | undefined): JsonCodec | undefined {
  if (value == null) return undefined;
  const codec = record<JsonCodec>("jsonCodec", isInstance(value) ? methodsOf(value) : value, NAMES);
  for (const name of NAMES) if (codec[name] !== undefined) callable(`jsonCodec.${name}`, codec[name]);
  return codec;
}

/** What keeps its methods on its class, and may have members of its own. */
function isInstance(value: object): boolean {
  return typeof value === "object" && !Array.isArray(value) && !isPlain(value);
}

/** The methods of an instance, bound to it. */
function methodsOf(value: JsonCodec): object {
  const found = NAMES.filter((name) => value[name] !== undefined);
  if (found.length === 0) throw wrongType("jsonCodec", value, "an object with stringify or parse");
  return Object.fromEntries(found.map((name) => {
    const method: unknown = value[name];
    return [name, typeof method === "function" ? method.bind(value) : method];
  }));
}
