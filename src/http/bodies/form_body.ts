/**
 * Owns the urlencoded form (WHATWG URL §5) as a body.
 * Must not know multipart.
 * Invariant: every pair goes out in the order given; nothing is folded to `[object Object]`.
 */

import { quote } from "../field_grammar.ts";
import { paramText, type ParamValue } from "../params.ts";
import type { Body } from "../body.ts";
import { BytesBody } from "./kinds.ts";
import { typeName } from "./readers.ts";

/**
 * What the `form` option takes: an object, pairs, or `URLSearchParams`.
 * An array repeats the name; `null` and `undefined` leave the field out.
 */
export type FormInput =
  | URLSearchParams
  | Iterable<readonly [string, ParamValue | null | undefined]>
  | { readonly [name: string]: ParamValue | readonly ParamValue[] | null | undefined };

/** Media type of a urlencoded form, as browsers send it. */
export const FORM_TYPE = "application/x-www-form-urlencoded;charset=UTF-8";

/** Makes the body of a form. Throws `TypeError` that names the field whose value has no text. */
export function formBody(input: FormInput): Body {
  const params = input instanceof URLSearchParams ? input : new URLSearchParams();
  if (params !== input) {
    for (const [name, value] of formPairs(input)) params.append(name, formText(name, value));
  }
  return new BytesBody(new TextEncoder().encode(params.toString()), FORM_TYPE, "a form");
}

function formText(name: string, value: ParamValue): string {
  if (typeof value === "object" && !(value instanceof Date) && !Array.isArray(value) && value !== null) {
    throw new TypeError(
      `Cannot send the form: the field ${quote(name)} is ${typeName(value)}, expected text (files go out by multipart)`,
    );
  }
  return paramText(name, value, "send the form field");
}

/** Names and values of a form in order, arrays spread. */
export function* formPairs<Value>(
  input: Iterable<readonly [string, Value]> | { readonly [name: string]: Value | readonly Value[] },
): Iterable<[string, NonNullable<Value>]> {
  if (typeof input !== "object" || input === null) {
    throw new TypeError(`Cannot send the form: it is ${typeName(input)}, expected an object or pairs`);
  }
  if (Symbol.iterator in input) {
    for (const pair of input as Iterable<readonly [string, Value]>) {
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
        throw new TypeError("Cannot send the form: expected pairs of name and value");
      }
      if (pair[1] !== null && pair[1] !== undefined) yield [pair[0], pair[1] as NonNullable<Value>];
    }
    return;
  }
  for (const [name, value] of Object.entries(input)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined) yield [name, one as NonNullable<Value>];
    }
  }
}
