/**
 * Owns what is known of a value by looking at its expression, as plain values that decisions are made on.
 * Must not know what the values are for.
 * Invariant: what is not certain is `unknown`; an object is `whole` only if no other key can be in it.
 */

import { isFunction, keyName, memberName, type Node, textOf, unwrap } from "./ast.ts";

/** What is known of a value. */
export type Fact =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined }
  | ObjectFact
  | { readonly kind: "list"; readonly items: readonly Fact[] }
  | { readonly kind: "function"; readonly returns: Fact }
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "unknown" };

/** What is known of an object. */
export interface ObjectFact {
  /** Marks an object. */
  readonly kind: "object";
  /** Whether the keys are all there are. */
  readonly whole: boolean;
  /** The keys that are known, each with the last value written for it. */
  readonly entries: ReadonlyMap<string, Fact>;
}

/** Nothing is known. */
export const UNKNOWN: Fact = { kind: "unknown" };

/** The value of something that is not there. */
export const UNDEFINED: Fact = { kind: "literal", value: undefined };

/** An object of which nothing is known. */
export const ANY_OBJECT: ObjectFact = { kind: "object", whole: false, entries: new Map() };

/** An object without a key. */
export const NO_KEYS: ObjectFact = { kind: "object", whole: true, entries: new Map() };

/** Looks at an expression. */
export function factOf(expression: Node): Fact {
  const node = unwrap(expression);
  const text = textOf(node);
  if (text !== null) return { kind: "literal", value: text };
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number" || typeof node.value === "boolean" || node.raw === "null"
        ? { kind: "literal", value: node.value as number | boolean | null }
        : UNKNOWN;
    case "Identifier":
      return node.name === "undefined" ? UNDEFINED : UNKNOWN;
    case "ObjectExpression":
      return objectOf(node);
    case "ArrayExpression":
      return { kind: "list", items: node.elements.map(factOf) };
    case "MemberExpression": {
      const name = memberName(node);
      return name === null ? UNKNOWN : { kind: "member", name };
    }
    default:
      return isFunction(node) ? { kind: "function", returns: resultOf(node) } : UNKNOWN;
  }
}

function objectOf(node: Extract<Node, { type: "ObjectExpression" }>): ObjectFact {
  const entries = new Map<string, Fact>();
  let whole = true;
  for (const property of node.properties) {
    const name = property.type === "Property" ? keyName(property) : null;
    if (property.type === "Property" && name !== null) {
      entries.set(name, property.kind === "init" ? factOf(property.value) : UNKNOWN);
      continue;
    }
    // It may set any key anew, those that came before included.
    whole = false;
    for (const known of entries.keys()) entries.set(known, UNKNOWN);
  }
  return { kind: "object", whole, entries };
}

/** What a function returns, if it does nothing else. */
function resultOf(
  node: Extract<Node, { type: "ArrowFunctionExpression" | "FunctionExpression" | "FunctionDeclaration" }>,
): Fact {
  if (node.async || node.generator || node.body === null) return UNKNOWN;
  if (node.body.type !== "BlockStatement") return factOf(node.body);
  const [first, ...others] = node.body.body;
  if (first === undefined) return UNDEFINED;
  if (others.length > 0 || first.type !== "ReturnStatement") return UNKNOWN;
  return first.argument === null ? UNDEFINED : factOf(first.argument);
}

/** An object of options: what is left out has no keys, what is no object literal may have any. */
export function optionsOf(expression: Node | undefined): ObjectFact {
  if (expression === undefined) return NO_KEYS;
  const fact = factOf(expression);
  if (fact.kind === "object") return fact;
  return fact.kind === "literal" && fact.value === undefined ? NO_KEYS : ANY_OBJECT;
}

/** The value of a key; `undefined` where it is certain that there is none. */
export function entryOf(object: ObjectFact, name: string): Fact {
  return object.entries.get(name) ?? (object.whole ? UNDEFINED : UNKNOWN);
}

/** The object that two make, one written over the other. */
export function over(below: ObjectFact, above: ObjectFact): ObjectFact {
  const entries = new Map(above.whole ? below.entries : []);
  if (!above.whole) { for (const name of below.entries.keys()) entries.set(name, UNKNOWN); }
  for (const [name, fact] of above.entries) entries.set(name, fact);
  return { kind: "object", whole: below.whole && above.whole, entries };
}

/** Whether a value is certainly one of those that count as nothing. */
export function isNothing(fact: Fact): boolean {
  return fact.kind === "literal" && (fact.value === undefined || fact.value === null);
}
