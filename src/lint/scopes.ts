/**
 * Owns which declaration a name means: the linter gives the tree, and no scopes.
 * Must not know any rule.
 * Invariant: every declaration of the file is entered before the first name is looked up, so that
 * what is declared further down counts too.
 */

import {
  type Expression,
  type Identifier,
  isFunction,
  keyName,
  type Node,
  type Parameter,
  parentOf,
  textOf,
} from "./ast.ts";

/** Where the value of a name comes from. */
export type Origin =
  | { readonly kind: "import"; readonly module: string; readonly imported: string }
  /** A constant: the value of `init`, or one property of it. */
  | { readonly kind: "value"; readonly init: Expression; readonly property: string | null }
  | { readonly kind: "other" };

/** One declared name. */
export interface Binding {
  /** The name where it is declared. */
  readonly identifier: Identifier;
  /** Where its value comes from. */
  readonly origin: Origin;
}

const OTHER: Origin = { kind: "other" };

/** The names of a file, each in the part of the tree that it holds for. */
export class Scopes {
  readonly #names = new Map<Node, Map<string, Binding>>();

  /** The declaration that a name means, or null for one that the file does not declare. */
  resolve(identifier: Identifier): Binding | null {
    for (let node: Node | undefined = identifier; node; node = parentOf(node)) {
      const found = this.#names.get(node)?.get(identifier.name);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Enters what a node declares, if it declares anything. */
  enter(node: Node): void {
    switch (node.type) {
      case "ImportDeclaration":
        for (const each of node.specifiers) this.#enterImport(each, node.source.value);
        return;
      case "VariableDeclarator":
        return this.#enterVariable(node);
      case "ClassExpression":
        if (node.id !== null) this.#set(node, node.id, OTHER);
        return;
      case "CatchClause":
        if (node.param) this.#enterPattern(node, node.param);
        return;
      case "ClassDeclaration":
      case "TSDeclareFunction":
      case "TSEnumDeclaration":
      case "TSImportEqualsDeclaration":
      case "TSModuleDeclaration":
        if (node.id?.type === "Identifier") this.#set(blockOf(node), node.id, OTHER);
        return;
      default:
        if (!isFunction(node)) return;
        if (node.id) this.#set(node.type === "FunctionDeclaration" ? blockOf(node) : node, node.id, OTHER);
        for (const parameter of node.params) this.#enterPattern(node, parameter);
    }
  }

  #enterImport(
    node: Extract<Node, { type: "ImportDefaultSpecifier" | "ImportNamespaceSpecifier" | "ImportSpecifier" }>,
    module: string,
  ): void {
    let imported = node.type === "ImportDefaultSpecifier" ? "default" : "*";
    if (node.type === "ImportSpecifier") {
      imported = node.imported.type === "Identifier" ? node.imported.name : textOf(node.imported) ?? "";
    }
    this.#set(blockOf(node), node.local, { kind: "import", module, imported });
  }

  #enterVariable(node: Extract<Node, { type: "VariableDeclarator" }>): void {
    const { kind } = node.parent;
    const scope = kind === "var" ? functionOf(node) : blockOf(node.parent);
    const { init } = node;
    if (kind === "let" || kind === "var" || init === null) return this.#enterPattern(scope, node.id);
    if (node.id.type === "Identifier") return this.#set(scope, node.id, { kind: "value", init, property: null });
    if (node.id.type !== "ObjectPattern") return this.#enterPattern(scope, node.id);
    for (const each of node.id.properties) {
      const property = each.type === "Property" ? keyName(each) : null;
      if (each.type === "Property" && property !== null && each.value.type === "Identifier") {
        this.#set(scope, each.value, { kind: "value", init, property });
      } else this.#enterPattern(scope, each);
    }
  }

  /** Enters every name in a pattern, as one whose value nobody knows. */
  #enterPattern(scope: Node, pattern: Node | Parameter): void {
    switch (pattern.type) {
      case "Identifier":
        return this.#set(scope, pattern, OTHER);
      case "AssignmentPattern":
        return this.#enterPattern(scope, pattern.left);
      case "RestElement":
        return this.#enterPattern(scope, pattern.argument);
      case "TSParameterProperty":
        return this.#enterPattern(scope, pattern.parameter);
      case "Property":
        return this.#enterPattern(scope, pattern.value);
      case "ObjectPattern":
        for (const each of pattern.properties) this.#enterPattern(scope, each);
        return;
      case "ArrayPattern":
        for (const each of pattern.elements) if (each) this.#enterPattern(scope, each);
    }
  }

  #set(scope: Node, identifier: Identifier, origin: Origin): void {
    let names = this.#names.get(scope);
    if (names === undefined) this.#names.set(scope, names = new Map());
    names.set(identifier.name, { identifier, origin });
  }
}

const BLOCKS: ReadonlySet<string> = new Set([
  "BlockStatement",
  "CatchClause",
  "ForInStatement",
  "ForOfStatement",
  "ForStatement",
  "Program",
  "StaticBlock",
  "SwitchStatement",
  "TSModuleBlock",
]);

/** The part of the tree that a declaration at `node` holds for. */
function blockOf(node: Node): Node {
  let at = parentOf(node) ?? node;
  while (!BLOCKS.has(at.type)) at = parentOf(at) ?? at;
  return at;
}

/** The part of the tree that a `var` at `node` holds for. */
function functionOf(node: Node): Node {
  let at = parentOf(node) ?? node;
  while (!isFunction(at) && at.type !== "Program" && at.type !== "StaticBlock" && at.type !== "TSModuleBlock") {
    at = parentOf(at) ?? at;
  }
  return at;
}
