/**
 * Owns the rule `require-status-check`: a body that is used whatever the status says.
 * Must not know how a response is followed.
 */

import type { Rule } from "../ast.ts";
import { fateOf, type Use } from "../fate.ts";
import { jetstreamCall } from "../jetstream_form.ts";
import { fileRule } from "../linted_file.ts";
import { requestsIn } from "../requests.ts";

/** Decides whether a status is passed over: the body is used, and nothing could have looked at the status. */
export function isPassedOver(uses: ReadonlySet<Use>): boolean {
  return uses.has("body") && !uses.has("status") && !uses.has("escapes");
}

/** Flags responses of `fetch` whose body is read without a look at `ok` or `status`. */
export const requireStatusCheck: Rule = fileRule((file, context) => {
  for (const call of requestsIn(file)) {
    if (call.client !== "fetch" || call.makes || !isPassedOver(fateOf(call.node, file).uses)) continue;
    context.report({
      node: call.node,
      message: "The body of this response is used whatever its status is: `fetch` does not reject for 404 or 500",
      hint: `Look at response.ok first. With Jetstream the shortcut raises: ${
        jetstreamCall(call, context.sourceCode, "")
      }.json()`,
    });
  }
});
