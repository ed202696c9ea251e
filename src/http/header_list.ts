/**
 * Owns the ordered list of fields of a message, as sent or received.
 * Must not know which fields mean what.
 * Invariants: order and case are kept; look-up ignores case; a list never changes once made
 * (`with…` return another); a received list slices its strings only when they are asked for.
 */

import { inspectAs } from "../base/inspect.ts";
import { isSecretName, MASK } from "../base/redact.ts";
import { assertFieldName, assertFieldValue } from "./field_grammar.ts";

/** One field: name and value. */
export type Field = readonly [name: string, value: string];

/**
 * Fields that are still bytes: what a parser hands over. Names and values are sliced on demand;
 * `find` compares without slicing.
 */
export interface FieldSource {
  /** Number of fields. */
  readonly count: number;
  /** Name of field `index`, as sent. */
  name(index: number): string;
  /** Value of field `index`, trimmed of white space around it. */
  value(index: number): string;
  /** Index of the first field at or after `from` whose name is `lowerName`, ignoring case; -1 if none. */
  find(lowerName: string, from: number): number;
}

/** What can be made into a list: pairs, an object, or the web's `Headers`. */
export type HeadersInput =
  | HeaderList
  | Headers
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | number | readonly string[] | null | undefined };

class PairSource implements FieldSource {
  readonly pairs: readonly Field[];
  constructor(pairs: readonly Field[]) {
    this.pairs = pairs;
  }
  get count(): number {
    return this.pairs.length;
  }
  name(index: number): string {
    return this.pairs[index]![0];
  }
  value(index: number): string {
    return this.pairs[index]![1];
  }
  find(lowerName: string, from: number): number {
    for (let index = from; index < this.pairs.length; index++) {
      const name = this.pairs[index]![0];
      if (name.length === lowerName.length && name.toLowerCase() === lowerName) return index;
    }
    return -1;
  }
}

/**
 * An ordered, read-only list of header fields with the reading methods of the web's `Headers`.
 *
 * @example
 * ```ts
 * import { HeaderList } from "@jetstream/client";
 *
 * const list = HeaderList.from({ Accept: "text/html", "X-Trace": ["a", "b"] });
 * list.get("x-trace"); // "a, b"
 * list.getAll("x-trace"); // ["a", "b"]
 * ```
 */
export class HeaderList implements Iterable<[string, string]> {
  readonly #source: FieldSource;
  #pairs: readonly Field[] | undefined;

  private constructor(source: FieldSource, pairs: readonly Field[] | undefined) {
    this.#source = source;
    this.#pairs = pairs;
  }

  /** The list without fields. */
  static readonly empty: HeaderList = new HeaderList(new PairSource([]), []);

  /** Checks names and values and makes a list. Throws `TypeError` that names the field. */
  static from(input: HeadersInput | undefined): HeaderList {
    if (input === undefined) return HeaderList.empty;
    if (input instanceof HeaderList) return input;
    const pairs: Field[] = [];
    for (const [name, value] of pairsOf(input)) {
      assertFieldName(name);
      pairs.push([name, assertFieldValue(name, value)]);
    }
    return pairs.length === 0 ? HeaderList.empty : new HeaderList(new PairSource(pairs), pairs);
  }

  /** Wraps pairs that are known to be valid. */
  static trusted(pairs: readonly Field[]): HeaderList {
    return new HeaderList(new PairSource(pairs), pairs);
  }

  /** Wraps what a parser handed over. */
  static received(source: FieldSource): HeaderList {
    return new HeaderList(source, undefined);
  }

  /** @internal Where the fields come from: the same for lists made of the same head. */
  get source(): object {
    return this.#source;
  }

  /** Number of fields. */
  get length(): number {
    return this.#source.count;
  }

  /** All fields in order, names as sent. */
  get pairs(): readonly Field[] {
    if (this.#pairs) return this.#pairs;
    const source = this.#source;
    const pairs: Field[] = [];
    for (let index = 0; index < source.count; index++) pairs.push([source.name(index), source.value(index)]);
    return this.#pairs = pairs;
  }

  /** The values of `name` joined by `, ` (Set-Cookie: the first only), or `null`. */
  get(name: string): string | null {
    const lower = name.toLowerCase();
    const source = this.#source;
    const first = source.find(lower, 0);
    if (first < 0) return null;
    let value = source.value(first);
    if (lower === "set-cookie") return value;
    for (let at = source.find(lower, first + 1); at >= 0; at = source.find(lower, at + 1)) {
      value += `, ${source.value(at)}`;
    }
    return value;
  }

  /** Every value of `name`, one entry per field. */
  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let at = this.#source.find(lower, 0); at >= 0; at = this.#source.find(lower, at + 1)) {
      values.push(this.#source.value(at));
    }
    return values;
  }

  /** Every Set-Cookie value. */
  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  /** Whether there is a field of this name. */
  has(name: string): boolean {
    return this.#source.find(name.toLowerCase(), 0) >= 0;
  }

  /** A list in which `name` stands once, where its first field stood, else at the end. */
  with(name: string, value: string): HeaderList {
    assertFieldName(name);
    const field: Field = [name, assertFieldValue(name, value)];
    const lower = name.toLowerCase();
    const pairs: Field[] = [];
    let placed = false;
    for (const pair of this.pairs) {
      if (pair[0].toLowerCase() !== lower) pairs.push(pair);
      else if (!placed) {
        pairs.push(field);
        placed = true;
      }
    }
    if (!placed) pairs.push(field);
    return HeaderList.trusted(pairs);
  }

  /** A list with one more field at the end. */
  withAppended(name: string, value: string): HeaderList {
    assertFieldName(name);
    return HeaderList.trusted([...this.pairs, [name, assertFieldValue(name, value)]]);
  }

  /** A list without the fields of these names. */
  without(...names: string[]): HeaderList {
    const gone = new Set(names.map((name) => name.toLowerCase()));
    return this.filter((name) => !gone.has(name));
  }

  /** A list of the fields for which `keep` says yes; it is given the name in lower case. */
  filter(keep: (lowerName: string, value: string) => boolean): HeaderList {
    const pairs = this.pairs.filter(([name, value]) => keep(name.toLowerCase(), value));
    return pairs.length === this.length ? this : HeaderList.trusted(pairs);
  }

  /**
   * This list with `over` laid upon it, name by name: a name in `over` replaces all fields
   * of that name here; `null` as a value removes them.
   */
  merge(over: HeadersInput | undefined): HeaderList {
    if (over === undefined) return this;
    const removed = over instanceof HeaderList ? [] : removedNames(over);
    const list = HeaderList.from(over);
    if (list.length === 0 && removed.length === 0) return this;
    const gone = new Set(removed);
    for (const [name] of list.pairs) gone.add(name.toLowerCase());
    return HeaderList.trusted([...this.pairs.filter(([name]) => !gone.has(name.toLowerCase())), ...list.pairs]);
  }

  /** Calls back for each name, lower case and sorted, as the web's `Headers` do. */
  forEach(callback: (value: string, name: string, list: HeaderList) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  /** Combined values under lower-case names, sorted, as the web's `Headers` iterate. */
  *entries(): IterableIterator<[string, string]> {
    const names = [...new Set(this.pairs.map(([name]) => name.toLowerCase()))].sort();
    for (const name of names) {
      if (name === "set-cookie") { for (const value of this.getAll(name)) yield [name, value]; }
      else yield [name, this.get(name)!];
    }
  }

  /** Lower-case names, sorted. */
  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  /** Combined values, in the order of {@linkcode keys}. */
  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  /** The same as {@linkcode entries}. */
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  /** A new web `Headers` with these fields. */
  toWeb(): Headers {
    const headers = new Headers();
    for (const [name, value] of this.pairs) headers.append(name, value);
    return headers;
  }

  /** Combined values under lower-case names, with credentials masked: safe to log. */
  toJSON(): Record<string, string> {
    const object: Record<string, string> = Object.create(null);
    for (const [name, value] of this.entries()) object[name] = isSecretField(name) ? MASK : value;
    return object;
  }

  static {
    inspectAs(this, (list) => `HeaderList ${JSON.stringify(list)}`);
  }
}

/** Whether the values of this field (lower case) must never be printed. */
export function isSecretField(lowerName: string): boolean {
  return lowerName === "cookie" || lowerName === "set-cookie" || isSecretName(lowerName);
}

function* pairsOf(input: Exclude<HeadersInput, HeaderList>): Iterable<[string, string]> {
  if (typeof input !== "object" || input === null) {
    throw new TypeError(`Cannot read headers: expected an object, pairs or Headers, got ${typeof input}`);
  }
  if (Symbol.iterator in input) {
    for (const pair of input as Iterable<readonly [string, string]>) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError("Cannot read headers: expected pairs of name and value");
      }
      yield [pair[0], pair[1]];
    }
    return;
  }
  for (const [name, value] of Object.entries(input)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "object" && Symbol.iterator in value) { for (const one of value) yield [name, one]; }
    else yield [name, typeof value === "number" && Number.isFinite(value) ? String(value) : value as string];
  }
}

function removedNames(input: Exclude<HeadersInput, HeaderList>): string[] {
  if (Symbol.iterator in input) return [];
  return Object.entries(input).filter(([, value]) => value === null).map(([name]) => name.toLowerCase());
}
