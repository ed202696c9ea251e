/**
 * Owns what the rules look at in one file, gathered while the linter walks through it once for all of them.
 * Must not know any rule.
 * Invariant: it is complete when the linter leaves the program, and rules judge no earlier.
 */

import type { CallExpression, Identifier, LintVisitor, MemberExpression, Node, Program, Property } from "./ast.ts";
import type { Rule, RuleContext } from "./ast.ts";
import { memberName, parentOf, unwrap } from "./ast.ts";
import { type Binding, Scopes } from "./scopes.ts";

/** One file, as the rules see it. */
export class LintedFile {
  /** What its names mean. */
  readonly scopes: Scopes = new Scopes();
  /** Every call in it, in order. */
  readonly calls: CallExpression[] = [];
  /** Every key that an object is written with. */
  readonly properties: Property[] = [];
  /** Every member that something is assigned to. */
  readonly assignments: { readonly target: MemberExpression; readonly value: Node }[] = [];
  readonly #identifiers = new Map<string, Identifier[]>();
  readonly #unseen: string;

  constructor(program: Program, text: string) {
    this.#unseen = unseenText(program, text);
  }

  /** What gathers the file. */
  visitor(): LintVisitor {
    const enter = (node: Node): void => this.scopes.enter(node);
    return {
      ImportDeclaration: enter,
      VariableDeclarator: enter,
      CatchClause: enter,
      ClassDeclaration: enter,
      ClassExpression: enter,
      FunctionDeclaration: enter,
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      TSDeclareFunction: enter,
      TSEnumDeclaration: enter,
      TSImportEqualsDeclaration: enter,
      TSModuleDeclaration: enter,
      CallExpression: (node) => void this.calls.push(node),
      Property: (node) => void this.properties.push(node),
      AssignmentExpression: (node) => {
        const target = unwrap(node.left);
        if (target.type === "MemberExpression") this.assignments.push({ target, value: node.right });
      },
      Identifier: (node) => {
        const same = this.#identifiers.get(node.name);
        if (same) same.push(node);
        else this.#identifiers.set(node.name, [node]);
      },
    };
  }

  /** Where a declared name is used, or null if it may be used where nobody sees it. */
  usesOf(binding: Binding): readonly Identifier[] | null {
    const { name } = binding.identifier;
    if (new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(this.#unseen)) return null;
    return (this.#identifiers.get(name) ?? []).filter((each) =>
      each !== binding.identifier && isUse(each) && this.scopes.resolve(each) === binding
    );
  }

  /** Whether a name with this path is assigned to, or called, anywhere: `defaults.timeout`, `interceptors.request`. */
  touches(...path: readonly string[]): boolean {
    const matches = (node: Node): boolean => {
      let at = unwrap(node);
      for (const name of path.toReversed()) {
        if (at.type !== "MemberExpression" || memberName(at) !== name) return false;
        at = unwrap(at.object);
      }
      return true;
    };
    return this.assignments.some(({ target }) => matches(target)) || this.calls.some(({ callee, arguments: given }) => {
      const called = unwrap(callee);
      return (called.type === "MemberExpression" && matches(called.object)) ||
        (given[0] !== undefined && matches(given[0]));
    });
  }
}

/** Whether a name is read there, rather than being a key, a member, a label or part of a type. */
function isUse(node: Identifier): boolean {
  const parent = parentOf(node);
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.key !== node || parent.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "TSTypeReference":
    case "TSQualifiedName":
    case "TSTypeQuery":
      return false;
    default:
      return true;
  }
}

/**
 * Deno 2.9 gives a plugin no statement of a module after an empty one (a second `;`). What it leaves
 * out is kept as text, so that a name that occurs there is not taken for one without uses.
 */
function unseenText(program: Program, text: string): string {
  const last = program.body.at(-1);
  return last === undefined ? "" : text.slice(last.range[1]).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

/** The files that are being walked through: the rules of one file share it. */
const files = new WeakMap<Program, LintedFile>();

/** A rule that judges a whole file. */
export function fileRule(judge: (file: LintedFile, context: RuleContext) => void): Rule {
  return {
    create(context) {
      const { ast, text } = context.sourceCode;
      const known = files.get(ast);
      const file = known ?? new LintedFile(ast, text);
      if (known === undefined) files.set(ast, file);
      return {
        ...(known === undefined ? file.visitor() : {}),
        "Program:exit": () => judge(file, context),
      };
    },
  };
}
