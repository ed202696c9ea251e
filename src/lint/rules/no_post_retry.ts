/**
 * Owns the rule `no-post-retry`: a request sent again that the server may have carried out already.
 * Must not know how a call is read.
 */

import type { CallExpression, Node, Rule } from "../ast.ts";
import { isFunction, memberName, parentOf, unwrap } from "../ast.ts";
import { clientOf } from "../clients.ts";
import { entryOf, type Fact, isNothing, NO_KEYS, type ObjectFact, optionsOf, over } from "../facts.ts";
import { jetstreamCall } from "../jetstream_form.ts";
import { fileRule } from "../linted_file.ts";
import { type RequestCall, requestsIn } from "../requests.ts";

/** Methods that do their work once more when they are sent once more (RFC 9110 section 9.2.2). */
const UNSAFE: ReadonlySet<string> = new Set(["POST", "PATCH"]);

const KEY = /^idempotency-key$/i;

/** Whether options certainly name no key by which a server knows a repeated request. */
export function lacksKey(options: ObjectFact): boolean {
  const headers = entryOf(options, "headers");
  if (isNothing(headers)) return true;
  return headers.kind === "object" && headers.whole && ![...headers.entries.keys()].some((name) => KEY.test(name));
}

/** Decides whether options have unsafe methods retried, on a call with this method (null for any). */
export function retriesUnsafe(method: string | null, options: ObjectFact): boolean {
  const retry = entryOf(options, "retry");
  if (retry.kind !== "object" || !lacksKey(options) || !isNothing(entryOf(options, "hooks"))) return false;
  const limit = entryOf(retry, "limit");
  if (limit.kind === "literal" && limit.value === 0) return false;
  const methods = entryOf(retry, "methods");
  return methods.kind === "list" && methods.items.some((item) => {
    if (item.kind !== "literal" || typeof item.value !== "string") return false;
    const name = item.value.toUpperCase();
    return UNSAFE.has(name) && (method === null || method === name);
  });
}

/** Decides whether a condition of axios-retry takes every method. */
export function takesEveryMethod(condition: Fact): boolean {
  if (condition.kind === "member") return condition.name === "isRetryableError";
  return condition.kind === "function" && condition.returns.kind === "literal" && condition.returns.value === true;
}

type Loop = Extract<Node, { type: "WhileStatement" | "DoWhileStatement" | "ForStatement" }>;

function isLoop(node: Node): node is Loop {
  return node.type === "WhileStatement" || node.type === "DoWhileStatement" || node.type === "ForStatement";
}

/** Whether a statement always leaves the loop around it, in one of these ways. */
function leaves(statement: Node | undefined, how: RegExp): boolean {
  if (statement?.type === "BlockStatement") return leaves(statement.body.at(-1), how);
  if (statement?.type !== "IfStatement") return statement !== undefined && how.test(statement.type);
  return statement.alternate !== null && leaves(statement.consequent, how) && leaves(statement.alternate, how);
}

const SUCCESS = /^(?:Return|Break)Statement$/;
const FAILURE = /^(?:Return|Break|Throw)Statement$/;

/** Whether a block ends the loop around it when all went well: at its end, or where `ok` says so. */
function endsOnSuccess(block: Extract<Node, { type: "BlockStatement" }>): boolean {
  return leaves(block, SUCCESS) || block.body.some((statement) => {
    if (statement.type !== "IfStatement") return false;
    const test = unwrap(statement.test);
    return test.type === "MemberExpression" && memberName(test) === "ok" && leaves(statement.consequent, SUCCESS);
  });
}

/** Whether a call stands in a loop that a success leaves and a failure does not. */
function isLoopedUntilSuccess(call: CallExpression): boolean {
  let attempt: Extract<Node, { type: "TryStatement" }> | null = null;
  let below: Node = call;
  for (let node = parentOf(call); node !== undefined; below = node, node = parentOf(node)) {
    if (isFunction(node) || node.type === "ForOfStatement" || node.type === "ForInStatement") return false;
    if (node.type === "TryStatement" && node.block === below) attempt ??= node;
    if (!isLoop(node)) continue;
    return attempt?.handler != null && endsOnSuccess(attempt.block) && !leaves(attempt.handler.body, FAILURE);
  }
  return false;
}

function isRepeated(call: RequestCall): boolean {
  const options = over(call.inherited ?? NO_KEYS, call.own);
  return call.method !== null && UNSAFE.has(call.method) && lacksKey(options) && isLoopedUntilSuccess(call.node);
}

const MESSAGE = "A POST or PATCH that failed may have been carried out, and is sent again here";
const HINT = "Give it an Idempotency-Key, or do not repeat it. Jetstream retries one only with such a key: ";

/** Flags retries of POST and PATCH: in the options of got, ky and axios-retry, and in loops by hand. */
export const noPostRetry: Rule = fileRule((file, context) => {
  for (const call of requestsIn(file)) {
    const byOptions = call.client === "got" || call.client === "ky";
    if (!(byOptions && retriesUnsafe(call.method, call.own)) && !isRepeated(call)) continue;
    const options = '{ headers: { "Idempotency-Key": crypto.randomUUID() } }';
    context.report({
      node: call.node,
      message: MESSAGE,
      hint: HINT + jetstreamCall({ ...call, method: call.method ?? "POST" }, context.sourceCode, options),
    });
  }
  for (const node of file.calls) {
    const value = clientOf(node.callee, file.scopes);
    if (value?.client !== "axios-retry" || value.member !== null || node.arguments[1] === undefined) continue;
    if (!takesEveryMethod(entryOf(optionsOf(unwrap(node.arguments[1])), "retryCondition"))) continue;
    context.report({ node, message: MESSAGE, hint: `${HINT}new Client({ retry: { max: 3 } })` });
  }
});
