/**
 * Owns the rule `no-unread-body`: a response whose body nobody reads or cancels.
 * Must not know how a response is followed.
 */

import type { Report, Rule, SourceCode } from "../ast.ts";
import { type Fate, fateOf, type Use } from "../fate.ts";
import { jetstreamCall } from "../jetstream_form.ts";
import { fileRule } from "../linted_file.ts";
import { isAddress, type RequestCall, requestsIn } from "../requests.ts";

/** Decides whether a body is left: the method is one that brings a body, and only the head is used. */
export function isLeft(method: string | null, uses: ReadonlySet<Use>): boolean {
  return method !== null && method !== "HEAD" && !uses.has("body") && !uses.has("escapes");
}

function bringsBody(call: RequestCall): boolean {
  return (call.client === "fetch" || call.client === "ky") && !call.makes;
}

/** The fix: the body is cancelled where the response is, which changes nothing that the program sees. */
function fixOf({ end }: Fate, source: SourceCode): Pick<Report, "fix"> {
  if (end === null) return {};
  const { kind, node, name } = end;
  if (kind === "dropped") {
    const text = source.getText(node).replace(/^await\s*/, "");
    return { fix: (fixer) => fixer.replaceText(node, `await (await ${text}).body?.cancel()`) };
  }
  const line = source.text.slice(0, node.range[0]).split("\n").pop() ?? "";
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return { fix: (fixer) => fixer.insertTextAfter(node, `\n${indent}await ${name}.body?.cancel();`) };
}

/** Flags responses of `fetch` and ky whose body is neither read nor cancelled. */
export const noUnreadBody: Rule = fileRule((file, context) => {
  for (const call of requestsIn(file)) {
    if (!bringsBody(call) || call.address === null || !isAddress(call.address, file.scopes)) continue;
    const fate = fateOf(call.node, file);
    if (!isLeft(call.method, fate.uses)) continue;
    context.report({
      node: call.node,
      message: "The body of this response is neither read nor cancelled: its connection stays busy until it is garbage",
      hint: `Read it, or call body?.cancel(). With Jetstream the body is in memory and the connection is free: ${
        jetstreamCall(call, context.sourceCode, "")
      }`,
      ...fixOf(fate, context.sourceCode),
    });
  }
});
