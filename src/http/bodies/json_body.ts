/**
 * Owns the way of a value into a JSON body.
 * Must not know the way back (`json.ts`).
 * Invariant: what JSON cannot say is an error, never an empty body.
 */

import type { Body } from "../body.ts";
import { BytesBody } from "./kinds.ts";
import { typeName } from "./readers.ts";

/** Turns a value into JSON text or bytes; for dates, big integers or keys of a house style. */
export type JsonEncoder = (value: unknown) => string | Uint8Array;

/** Makes the body of a JSON value. Throws `TypeError` when it cannot be written as JSON. */
export function jsonBody(value: unknown, encode: JsonEncoder = JSON.stringify): Body {
  const written = writeJson(value, encode);
  const bytes = typeof written === "string" ? new TextEncoder().encode(written) : written;
  return new BytesBody(bytes, "application/json", "JSON");
}

/** Writes a value as JSON. Throws `TypeError` when that cannot be done. */
export function writeJson(value: unknown, encode: JsonEncoder = JSON.stringify): string | Uint8Array {
  const written = encodeValue(value, encode);
  if (typeof written === "string" || written instanceof Uint8Array) return written;
  throw new TypeError(`Cannot send ${typeName(value)} as JSON: it has no JSON form, expected a value of JSON`);
}

function encodeValue(value: unknown, encode: JsonEncoder): unknown {
  if (encode !== JSON.stringify) return encode(value);
  try {
    return encode(value);
  } catch (cause) {
    // A circular value and a bigint are told apart by the engine's own message alone; what a
    // `toJSON` of the caller throws is no TypeError of ours to rename.
    if (!(cause instanceof TypeError)) throw cause;
    const reason = holdsBigInt(value, new Set()) ? "it holds a bigint" : "it refers to itself or cannot be read";
    throw new TypeError(`Cannot send ${typeName(value)} as JSON: ${reason} (see jsonEncoder)`, { cause });
  }
}

function holdsBigInt(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  return Object.values(value).some((one) => holdsBigInt(one, seen));
}
