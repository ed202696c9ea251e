/**
 * Owns reading a call as a request: its client, method, address and options.
 * Must not know what is wrong with it.
 * Invariant: what cannot be read is null or unknown, never a guess.
 */

import { type CallExpression, type Expression, memberName, type Node, textOf, unwrap } from "./ast.ts";
import { type ClientName, clientOf, givenOptions, inheritedOf, STEPS } from "./clients.ts";
import { ANY_OBJECT, entryOf, type ObjectFact, optionsOf, over } from "./facts.ts";
import type { LintedFile } from "./linted_file.ts";
import type { Scopes } from "./scopes.ts";

/** A call that sends a request, or makes a client that will. */
export interface RequestCall {
  /** The call itself. */
  readonly node: CallExpression;
  /** Whose call it is. */
  readonly client: Exclude<ClientName, "axios-retry">;
  /** Whether it makes a client instead of sending anything. */
  readonly makes: boolean;
  /** The method in capitals, or null if it is not known, or none. */
  readonly method: string | null;
  /** Where the address stands, unless it is among the options. */
  readonly address: Expression | null;
  /** The options of the call itself. */
  readonly own: ObjectFact;
  /** The options of the instance it is called on, or null for the package itself. */
  readonly inherited: ObjectFact | null;
}

const VERBS: ReadonlySet<string> = new Set(["get", "head", "options", "delete", "post", "put", "patch", "query"]);

/** Members of axios whose second argument is the body. */
const WITH_BODY = /^(?:post|put|patch)(Form)?$/;

/** Every request in a file. */
export function requestsIn(file: LintedFile): RequestCall[] {
  return file.calls.map((node) => requestOf(node, file.scopes)).filter((each) => each !== null);
}

/** A call read as a request, or null. */
export function requestOf(node: CallExpression, scopes: Scopes): RequestCall | null {
  const value = clientOf(node.callee, scopes);
  if (value === null || value.client === "axios-retry") return null;
  const { client, member, inherited } = value;
  const common = { node, client, inherited };
  const given: readonly Node[] = node.arguments;
  if (member === "create" || member === "extend") {
    return {
      ...common,
      makes: true,
      method: null,
      address: null,
      own: givenOptions(given),
      inherited: inheritedOf(value),
    };
  }
  const spread = given.some(({ type }) => type === "SpreadElement");
  const sent = { ...common, makes: false };
  if (spread) return { ...sent, method: null, address: null, own: ANY_OBJECT };
  const [first, second, third] = given;
  if (client === "fetch") return fetchRequest(sent, first, second);
  if (member !== null && client === "axios" && WITH_BODY.test(member)) {
    return { ...sent, method: verb(member.replace("Form", "")), address: valueOf(first), own: optionsOf(third) };
  }
  if (member !== null && VERBS.has(member)) {
    return { ...sent, method: verb(member), address: valueOf(first), own: optionsOf(second) };
  }
  if (member !== null && !(member === "request" && client === "axios") && !(member === "stream" && client === "got")) {
    return null;
  }
  const alone = second === undefined && first !== undefined && unwrap(first).type === "ObjectExpression";
  const own = optionsOf(alone ? first : second);
  return { ...sent, method: methodOf(own), address: alone ? null : valueOf(first), own };
}

function fetchRequest(
  sent: Pick<RequestCall, "node" | "client" | "makes" | "inherited">,
  input: Node | undefined,
  init: Node | undefined,
): RequestCall {
  const request = input === undefined ? undefined : unwrap(input);
  const isRequest = request?.type === "NewExpression" && request.callee.type === "Identifier" &&
    request.callee.name === "Request";
  if (!isRequest) {
    const own = optionsOf(init);
    return { ...sent, method: methodOf(own), address: valueOf(input), own };
  }
  const own = over(optionsOf(request.arguments[1]), optionsOf(init));
  return { ...sent, method: methodOf(own), address: valueOf(request.arguments[0]), own };
}

function valueOf(node: Node | undefined): Expression | null {
  return node === undefined || node.type === "SpreadElement" ? null : node as Expression;
}

function verb(member: string): string {
  return member.toUpperCase();
}

function methodOf(options: ObjectFact): string | null {
  const fact = entryOf(options, "method");
  if (fact.kind !== "literal") return null;
  return fact.value === undefined ? "GET" : typeof fact.value === "string" ? fact.value.toUpperCase() : null;
}

/** Names that nobody gives to a `Request`. */
const ADDRESS_NAME = /(?:^|[a-z_])(?:url|uri|href|endpoint)$/i;

/** Whether an argument of `fetch` is an address for certain, and no `Request` with a signal and a method of its own. */
export function isAddress(expression: Node, scopes: Scopes, steps: number = STEPS): boolean {
  if (steps === 0) return false;
  const node = unwrap(expression);
  if (textOf(node) !== null || node.type === "TemplateLiteral") return true;
  switch (node.type) {
    case "BinaryExpression":
      return node.operator === "+";
    case "NewExpression":
      return node.callee.type === "Identifier" && node.callee.name === "URL";
    case "MemberExpression":
      return ADDRESS_NAME.test(memberName(node) ?? "");
    case "CallExpression": {
      const called = unwrap(node.callee);
      return called.type === "Identifier" ? called.name === "String" : called.type === "MemberExpression" &&
        memberName(called) === "toString";
    }
    case "Identifier": {
      const binding = scopes.resolve(node);
      if (ADDRESS_NAME.test(node.name)) return true;
      if (binding?.origin.kind === "value" && binding.origin.property === null) {
        return isAddress(binding.origin.init, scopes, steps - 1);
      }
      return binding !== null && isAddressType(binding.identifier);
    }
    default:
      return false;
  }
}

function isAddressType(identifier: Extract<Node, { type: "Identifier" }>): boolean {
  const type = identifier.typeAnnotation?.typeAnnotation;
  if (type?.type === "TSStringKeyword") return true;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "URL";
}
