/**
 * Owns which expressions are `fetch`, axios, got or ky, by what their names mean in the file.
 * Must not know what is wrong with a call.
 * Invariant: a name that could be something else is none of them: a parameter, a `let`, a shadowed global.
 */

import { type Expression, type Identifier, memberName, type Node, textOf, unwrap } from "./ast.ts";
import { ANY_OBJECT, NO_KEYS, type ObjectFact, optionsOf, over } from "./facts.ts";
import type { Scopes } from "./scopes.ts";

/** The clients that are known. */
export type ClientName = "fetch" | "axios" | "got" | "ky" | "axios-retry";

/** What an expression is of a client. */
export interface ClientValue {
  /** The client. */
  readonly client: ClientName;
  /** The member, or null for the client itself. */
  readonly member: string | null;
  /** The options that an instance was made with, or null for the package itself. */
  readonly inherited: ObjectFact | null;
}

/** `npm:ky@1`, `https://esm.sh/ky@1`, `ky` */
const PACKAGE = /^(?:npm:\/?|https?:\/\/[^/]+\/(?:npm[:/])?)?(axios-retry|axios|got|ky)(?:@[^/]*)?(?:$|\/)/;

/** Members that make a client out of a client. */
const MAKERS: ReadonlySet<string> = new Set(["create", "extend"]);

const GLOBALS: ReadonlySet<string> = new Set(["globalThis", "window", "self"]);

/** How far constants are followed. */
export const STEPS = 8;

/** What an expression is of a client, or null. */
export function clientOf(expression: Node, scopes: Scopes, steps: number = STEPS): ClientValue | null {
  if (steps === 0) return null;
  const node = unwrap(expression);
  switch (node.type) {
    case "Identifier":
      return namedClient(node, scopes, steps);
    case "MemberExpression": {
      const name = memberName(node);
      if (name === null) return null;
      const object = unwrap(node.object);
      if (name === "fetch" && object.type === "Identifier" && GLOBALS.has(object.name)) {
        return scopes.resolve(object) === null ? { client: "fetch", member: null, inherited: null } : null;
      }
      return memberOf(clientOf(object, scopes, steps - 1), name);
    }
    case "AwaitExpression": {
      const loaded = unwrap(node.argument);
      return loaded.type === "ImportExpression" ? packageOf(loaded.source) : null;
    }
    case "CallExpression":
      return madeClient(node.callee, node.arguments, scopes, steps);
    default:
      return null;
  }
}

function namedClient(node: Identifier, scopes: Scopes, steps: number): ClientValue | null {
  const binding = scopes.resolve(node);
  if (binding === null) return node.name === "fetch" ? { client: "fetch", member: null, inherited: null } : null;
  const { origin } = binding;
  if (origin.kind === "import") return memberOf(packageNamed(origin.module), origin.imported);
  if (origin.kind !== "value") return null;
  const whole = clientOf(origin.init, scopes, steps - 1);
  return origin.property === null ? whole : memberOf(whole, origin.property);
}

function memberOf(value: ClientValue | null, name: string): ClientValue | null {
  if (value === null || value.member !== null || value.client === "fetch") return null;
  // A module, its default, and the default under its own name are the client itself.
  if (name === "*" || name === "default" || name === value.client) return value;
  return { ...value, member: name };
}

function packageNamed(specifier: string): ClientValue | null {
  const name = PACKAGE.exec(specifier)?.[1];
  return name === undefined ? null : { client: name as ClientName, member: null, inherited: null };
}

function packageOf(source: Expression): ClientValue | null {
  const specifier = textOf(source);
  return specifier === null ? null : packageNamed(specifier);
}

function madeClient(
  callee: Node,
  given: readonly Node[],
  scopes: Scopes,
  steps: number,
): ClientValue | null {
  const called = unwrap(callee);
  const [first] = given;
  if (called.type === "Identifier" && called.name === "require") {
    return first !== undefined && first.type === "Literal" && scopes.resolve(called) === null ? packageOf(first) : null;
  }
  const maker = clientOf(called, scopes, steps - 1);
  if (maker === null || maker.member === null || !MAKERS.has(maker.member)) return null;
  return { client: maker.client, member: null, inherited: over(inheritedOf(maker), givenOptions(given)) };
}

/** What a client that is made by `maker` starts from: a new one of axios has only the package's own defaults. */
export function inheritedOf(maker: ClientValue): ObjectFact {
  return maker.inherited ?? NO_KEYS;
}

/** The options among the arguments of `create` or `extend`: got takes several, and other clients. */
export function givenOptions(given: readonly Node[]): ObjectFact {
  if (given.some(({ type }) => type === "SpreadElement")) return ANY_OBJECT;
  return given.map((each) => optionsOf(each)).reduce(over, NO_KEYS);
}
