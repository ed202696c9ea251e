/**
 * Owns the names of the linter's tree that this folder uses, and reading its smallest parts.
 * Must not know what a request is.
 * Invariant: the types are the linter's own, so a change of its tree is an error of types here.
 */

/** Any node of the tree. */
export type Node = Deno.lint.Node;
/** A node that has a value. */
export type Expression = Deno.lint.Expression;
/** A name. */
export type Identifier = Deno.lint.Identifier;
/** A call, `new` aside. */
export type CallExpression = Deno.lint.CallExpression;
/** One key of an object, or of a pattern that takes one apart. */
export type Property = Deno.lint.Property;
/** `object.property` or `object["property"]`. */
export type MemberExpression = Deno.lint.MemberExpression;
/** What a function takes, in whatever form. */
export type Parameter = Deno.lint.Parameter;
/** A whole module. */
export type Program = Deno.lint.Program;
/** What a linter loads: a name, and rules by name. */
export type Plugin = Deno.lint.Plugin;
/** One rule of a plugin. */
export type Rule = Deno.lint.Rule;
/** What a rule is given for each file. */
export type RuleContext = Deno.lint.RuleContext;
/** What a rule reports. */
export type Report = Deno.lint.ReportData;
/** The text of a file. */
export type SourceCode = Deno.lint.SourceCode;
/** What a rule listens to. */
export type LintVisitor = Deno.lint.LintVisitor;

/** Whether a node stands for the expression within, at run time: casts, `!`, and chains of `?.`. */
export function isWrapper(
  node: Node,
): node is Extract<
  Node,
  { type: "TSAsExpression" | "TSSatisfiesExpression" | "TSTypeAssertion" | "TSNonNullExpression" | "ChainExpression" }
> {
  return node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression" || node.type === "TSTypeAssertion" ||
    node.type === "TSNonNullExpression" || node.type === "ChainExpression";
}

/** The node within casts, `!` and chains. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

/** The node above, or none above the module: its type says that there always is one. */
export function parentOf(node: Node): Node | undefined {
  return node.type === "Program" ? undefined : (node as { parent?: Node }).parent;
}

/** The outermost node that has the value of `node`: through casts, `!` and chains. */
export function outermost(node: Node): Node {
  let at = node;
  for (let parent = parentOf(at); parent !== undefined && isWrapper(parent); parent = parentOf(at)) at = parent;
  return at;
}

/** The text of a string, or of a template without a value in it. */
export function textOf(node: Node): string | null {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return null;
  return node.quasis[0]?.cooked ?? null;
}

/** The name of the member that is taken, unless it is only known at run time. */
export function memberName(node: MemberExpression): string | null {
  if (node.computed) return textOf(node.property);
  return node.property.type === "Identifier" ? node.property.name : null;
}

/** The name of a key, unless it is only known at run time. */
export function keyName(node: Property): string | null {
  if (!node.computed && node.key.type === "Identifier") return node.key.name;
  return node.key.type === "Literal" && typeof node.key.value === "number" ? node.key.raw : textOf(node.key);
}

/** Whether a node opens a function, in whatever form. */
export function isFunction(
  node: Node,
): node is Extract<Node, { type: "ArrowFunctionExpression" | "FunctionExpression" | "FunctionDeclaration" }> {
  return node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration";
}
