/**
 * Owns query parameters: what may be given, how it is written, how two lists are merged.
 * Must not know URLs beyond the place of `?` and `#`.
 * Invariants: text that was already a query passes byte for byte; a value is never folded or
 * dropped in silence; names come from own keys only.
 */

import { quote } from "./field_grammar.ts";

/** One value of a query parameter. `Date` is written as ISO 8601 in UTC. */
export type ParamValue = string | number | boolean | bigint | Date;

/**
 * Query parameters: an object, pairs, `URLSearchParams`, or a query that is already encoded.
 * An array repeats the name, `undefined` is skipped, `null` removes what the client set.
 */
export type Params =
  | string
  | URLSearchParams
  | Iterable<readonly [string, ParamValue | null | undefined]>
  | { readonly [name: string]: ParamValue | readonly (ParamValue | undefined)[] | null | undefined };

interface Param {
  readonly name: string;
  /** Name and value as they go out. */
  readonly text: string;
}

/** Name and value, `null` for a removal. */
type Entry = readonly [name: string, value: ParamValue | null];

/** An ordered, read-only list of query parameters, encoded. */
export class ParamList {
  readonly #params: readonly Param[];

  private constructor(params: readonly Param[]) {
    this.#params = params;
  }

  /** The list without parameters. */
  static readonly empty: ParamList = new ParamList([]);

  /** Encodes `input`; throws `TypeError` that names the parameter whose value cannot be written. */
  static from(input: Params | null | undefined): ParamList {
    return ParamList.empty.merge(input);
  }

  /** Number of parameters. */
  get size(): number {
    return this.#params.length;
  }

  /** This list with `over` behind it; a `null` in `over` removes the name, `null` itself removes all. */
  merge(over: Params | null | undefined): ParamList {
    if (over === undefined) return this;
    if (over === null) return ParamList.empty;
    const added: Param[] = [];
    const removed = new Set<string>();
    if (typeof over === "string") readQuery(over, added);
    else {
      for (const [name, value] of entriesOf(over)) {
        if (value === null) removed.add(name);
        else added.push({ name, text: `${encodeText(name, name)}=${encodeText(name, paramText(name, value))}` });
      }
    }
    if (added.length === 0 && removed.size === 0) return this;
    const kept = removed.size === 0 ? this.#params : this.#params.filter(({ name }) => !removed.has(name));
    return new ParamList([...kept, ...added]);
  }

  /** `url` with these parameters behind its own query; the bytes that are there stay as they are. */
  appendTo(url: string): string {
    if (this.#params.length === 0) return url;
    const hash = url.indexOf("#");
    const head = hash < 0 ? url : url.slice(0, hash);
    const query = head.indexOf("?");
    const joint = query < 0 ? "?" : query === head.length - 1 || head.endsWith("&") ? "" : "&";
    return `${head}${joint}${this}${hash < 0 ? "" : url.slice(hash)}`;
  }

  /** The query, without `?`. */
  toString(): string {
    return this.#params.map(({ text }) => text).join("&");
  }
}

function readQuery(query: string, into: Param[]): void {
  const text = query.startsWith("?") ? query.slice(1) : query;
  for (const piece of text.split("&")) {
    if (piece === "") continue;
    const equals = piece.indexOf("=");
    into.push({
      name: decodeText(equals < 0 ? piece : piece.slice(0, equals)),
      // A bare `#` would end the query.
      text: piece.replaceAll("#", "%23"),
    });
  }
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function* entriesOf(input: Exclude<Params, string>): Iterable<Entry> {
  if (typeof input !== "object" || input === null) {
    throw new TypeError(
      `Cannot read params: got a ${typeof input}, expected an object, pairs, URLSearchParams or a string`,
    );
  }
  if (Symbol.iterator in input) {
    for (const pair of input as Iterable<readonly [string, ParamValue | null | undefined]>) {
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
        throw new TypeError("Cannot read params: expected pairs of name and value");
      }
      if (pair[1] !== undefined) yield [pair[0], pair[1] as ParamValue | null];
    }
    return;
  }
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (!Array.isArray(value)) yield [name, value as ParamValue | null];
    else {
      for (const one of value as (ParamValue | undefined)[]) {
        if (one === null) {
          throw new TypeError(`Cannot set the parameter ${quote(name)}: its list holds null, expected only values`);
        }
        if (one !== undefined) yield [name, one];
      }
    }
  }
}

/**
 * A value of a parameter, a path template or a form as text.
 * Throws `TypeError` for what has no obvious text: NaN, an invalid date, an object.
 */
export function paramText(name: string, value: ParamValue, action = "set the parameter"): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
      throw new TypeError(`Cannot ${action} ${quote(name)}: its value is ${value}, expected a finite number`);
    case "object":
      if (value instanceof Date) {
        if (!Number.isNaN(value.getTime())) return value.toISOString();
        throw new TypeError(`Cannot ${action} ${quote(name)}: its value is an invalid Date`);
      }
  }
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : `of type ${typeof value}`;
  throw new TypeError(
    `Cannot ${action} ${quote(name)}: its value is ${found}, expected a string, number, boolean, bigint or Date`,
  );
}

/** `text` percent-encoded: safe in a path segment and in a query; a space is `%20`, which every decoder knows. */
export function encodeText(name: string, text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new TypeError(`Cannot encode the value of ${quote(name)}: it holds half of a surrogate pair`, { cause });
  }
}
