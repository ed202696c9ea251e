/**
 * Owns what becomes of the response that a call brings: which of its members are used, or that it
 * goes where nobody can follow it.
 * Must not know which fate is a bad one.
 * Invariant: a use that is not understood counts as `escapes`, so that nothing is blamed for it.
 */

import { isFunction, keyName, memberName, type Node, outermost, parentOf } from "./ast.ts";
import type { LintedFile } from "./linted_file.ts";
import type { Binding } from "./scopes.ts";

/** One use of a response: its status, another part of its head, its body, or anything else. */
export type Use = "status" | "head" | "body" | "escapes";

/** What becomes of a response. */
export interface Fate {
  /** Every way in which it is used. */
  readonly uses: ReadonlySet<Use>;
  /** Where it ends: awaited as a statement of its own, kept by one name, or anything else. */
  readonly end: { readonly kind: "dropped" | "named"; readonly node: Node; readonly name: string } | null;
}

const STATUS: ReadonlySet<string> = new Set(["ok", "status"]);
const HEAD: ReadonlySet<string> = new Set(["statusText", "headers", "url", "redirected", "type"]);
const BODY: ReadonlySet<string> = new Set(["json", "text", "blob", "arrayBuffer", "bytes", "formData"]);

/** What a member of a response is for. */
export function useOfMember(name: string | null): Use {
  if (name === null) return "escapes";
  return STATUS.has(name) ? "status" : HEAD.has(name) ? "head" : BODY.has(name) ? "body" : "escapes";
}

/** What becomes of the response of a call. */
export function fateOf(call: Node, file: LintedFile): Fate {
  const uses = new Set<Use>();
  const seen = new Set<Binding>();

  function follow(value: Node): void {
    const node = outermost(value);
    const parent = parentOf(node);
    switch (parent?.type) {
      case "ExpressionStatement":
        return;
      case "AwaitExpression":
        return follow(parent);
      case "UnaryExpression":
        return void (parent.operator === "void" || uses.add("escapes"));
      case "MemberExpression":
        return parent.object === node ? followMember(parent) : void uses.add("escapes");
      case "VariableDeclarator":
        return followDeclaration(parent);
      default:
        uses.add("escapes");
    }
  }

  function followMember(member: Extract<Node, { type: "MemberExpression" }>): void {
    const name = memberName(member);
    const taken = outermost(member);
    const called = parentOf(taken);
    const isCalled = called?.type === "CallExpression" && called.callee === taken;
    if (isCalled && (name === "catch" || name === "finally")) return follow(called);
    if (isCalled && name === "then") return followCallback(called.arguments[0]);
    uses.add(useOfMember(name));
  }

  function followCallback(callback: Node | undefined): void {
    if (callback === undefined || !isFunction(callback)) return void uses.add("escapes");
    const [parameter] = callback.params;
    if (parameter?.type === "ObjectPattern") return followPattern(parameter);
    if (parameter?.type === "Identifier") return followName(parameter);
    if (parameter !== undefined) uses.add("escapes");
  }

  function followDeclaration(declarator: Extract<Node, { type: "VariableDeclarator" }>): void {
    const { kind, parent } = declarator.parent;
    const exported = parent.type === "ExportNamedDeclaration";
    if (exported || kind === "let" || kind === "var") return void uses.add("escapes");
    if (declarator.id.type === "ObjectPattern") return followPattern(declarator.id);
    if (declarator.id.type === "Identifier") return followName(declarator.id);
    uses.add("escapes");
  }

  function followPattern(pattern: Extract<Node, { type: "ObjectPattern" }>): void {
    for (const each of pattern.properties) {
      uses.add(each.type === "Property" ? useOfMember(keyName(each)) : "escapes");
    }
  }

  function followName(identifier: Extract<Node, { type: "Identifier" }>): void {
    const binding = file.scopes.resolve(identifier);
    if (binding === null || seen.has(binding)) return void uses.add("escapes");
    seen.add(binding);
    const places = file.usesOf(binding);
    if (places === null) uses.add("escapes");
    else places.forEach(follow);
  }

  follow(call);
  return { uses, end: endOf(call) };
}

/** Where an awaited call ends, if a statement could follow it there. */
function endOf(call: Node): Fate["end"] {
  const awaited = parentOf(outermost(call));
  if (awaited?.type !== "AwaitExpression") return null;
  const parent = parentOf(awaited);
  if (parent?.type === "ExpressionStatement") return { kind: "dropped", node: awaited, name: "" };
  if (parent?.type !== "VariableDeclarator" || parent.id.type !== "Identifier") return null;
  const { parent: declaration } = parent;
  const block = parentOf(declaration);
  if (declaration.declarations.length > 1 || (block?.type !== "BlockStatement" && block?.type !== "Program")) {
    return null;
  }
  return { kind: "named", node: declaration, name: parent.id.name };
}
