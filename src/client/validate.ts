/**
 * Owns the checks that every option goes through and the words they fail with.
 * Must not know any option in particular.
 * Invariant: misuse is a `TypeError` (wrong type, unknown name) or `RangeError` (wrong size)
 * that names the option, the value given and the one wanted.
 */

import { isSecretName, MASK } from "../base/redact.ts";
import { quote } from "../http/field_grammar.ts";

/** Prints a value in an error; what the option's name marks as a secret is masked. */
export function show(option: string, value: unknown): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return isSecretName(option) ? MASK : quote(value);
    case "function":
      return "a function";
    case "object":
      return Array.isArray(value) ? "an array" : `a ${value.constructor?.name ?? "null-prototype object"}`;
    case "symbol":
      return "a symbol";
    case "bigint":
      return `${value}n`;
    default:
      return String(value);
  }
}

/** The `TypeError` for an option of the wrong type. */
export function wrongType(option: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`Cannot use the option "${option}": it is ${show(option, value)}, expected ${wanted}`);
}

/** The `RangeError` for an option of the wrong size. */
export function wrongRange(option: string, value: unknown, wanted: string): RangeError {
  return new RangeError(`Cannot use the option "${option}": it is ${show(option, value)}, expected ${wanted}`);
}

/** A duration: milliseconds above 0, `Infinity` for no limit. */
export function duration(option: string, value: unknown): number {
  if (typeof value !== "number") throw wrongType(option, value, "a number of milliseconds, or false for none");
  if (!(value > 0)) throw wrongRange(option, value, "a number of milliseconds above 0, or Infinity for none");
  return value;
}

/** A whole number from `least` to `most`; `Infinity` only where `most` is. */
export function wholeNumber(option: string, value: unknown, least: number, most: number = Infinity): number {
  if (typeof value !== "number") throw wrongType(option, value, "a whole number");
  const whole = Number.isInteger(value) || (value === Infinity && most === Infinity);
  if (!whole || value < least || value > most) {
    throw wrongRange(option, value, `a whole number from ${least}${most === Infinity ? " on" : ` to ${most}`}`);
  }
  return value;
}

/** A number from `least` to `most`. */
export function numberWithin(option: string, value: unknown, least: number, most: number): number {
  if (typeof value !== "number") throw wrongType(option, value, "a number");
  if (!(value >= least && value <= most)) throw wrongRange(option, value, `a number from ${least} to ${most}`);
  return value;
}

/** `true` or `false`. */
export function flag(option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrongType(option, value, "true or false");
  return value;
}

/** A string that is not empty. */
export function text(option: string, value: unknown): string {
  if (typeof value !== "string") throw wrongType(option, value, "a string");
  if (value === "") throw wrongRange(option, value, "a string that is not empty");
  return value;
}

/** A function. */
export function callable<F>(option: string, value: F): F {
  if (typeof value !== "function") throw wrongType(option, value, "a function");
  return value;
}

/** One of `allowed`. */
export function oneOf<T extends string>(option: string, value: unknown, allowed: readonly T[]): T {
  if (typeof value === "string" && (allowed as readonly string[]).includes(value)) return value as T;
  throw (typeof value === "string" ? wrongRange : wrongType)(option, value, `one of ${list(allowed)}`);
}

/** A list whose members are checked one by one. */
export function listOf<T>(option: string, value: unknown, check: (option: string, value: unknown) => T): T[] {
  if (typeof value === "string" || typeof value !== "object" || value === null || !(Symbol.iterator in value)) {
    throw wrongType(option, value, "an array");
  }
  return Array.from(value as Iterable<unknown>, (member, index) => check(`${option}[${index}]`, member));
}

/** An object whose names are all known: unknown ones are refused, the nearest known one is named. */
export function record<T extends object>(option: string, value: unknown, known: readonly string[]): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(option, value, "an object");
  const copy: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw unknownOption(option === "" ? name : `${option}.${name}`, name, known);
    // Read once: a getter must not answer differently later.
    copy[name] = (value as Record<string, unknown>)[name];
  }
  return copy as T;
}

/** The `TypeError` for an option that does not exist. */
export function unknownOption(path: string, name: string, known: readonly string[]): TypeError {
  const nearest = nearestName(name, known);
  return new TypeError(
    `Cannot use the option ${quote(path)}: there is no such option, ` +
      (nearest ? `did you mean "${nearest}"` : `expected one of ${list(known)}`),
  );
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

/** The known name that is at most a third of its letters away, or the same but for case and marks. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, "");
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = plain(name) === plain(candidate) ? 0 : editDistance(plain(name).slice(0, 40), plain(candidate));
    if (distance < least && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
