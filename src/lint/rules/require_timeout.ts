/**
 * Owns the rule `require-timeout`: a request that may wait for ever.
 * Must not know how a call is read.
 */

import type { Rule } from "../ast.ts";
import { entryOf, type Fact, isNothing, type ObjectFact, over } from "../facts.ts";
import { jetstreamCall } from "../jetstream_form.ts";
import { fileRule, type LintedFile } from "../linted_file.ts";
import { isAddress, type RequestCall, requestsIn } from "../requests.ts";

/** Whether a request has a limit in time. */
export type Limited = "yes" | "no" | "unknown";

/** Decides on an option that sets a limit. */
function limitedBy(fact: Fact, isOff: (fact: Fact) => boolean): Limited {
  if (isNothing(fact) || isOff(fact)) return "no";
  return fact.kind === "unknown" ? "unknown" : "yes";
}

function either(...all: readonly Limited[]): Limited {
  return all.includes("yes") ? "yes" : all.includes("unknown") ? "unknown" : "no";
}

/** Decides whether these options of a client limit a request in time. */
export function isLimited(client: RequestCall["client"], options: ObjectFact): Limited {
  const never = (): boolean => false;
  const off = (fact: Fact): boolean => fact.kind === "literal" && (fact.value === 0 || fact.value === false);
  const signal = limitedBy(entryOf(options, "signal"), never);
  const timeout = entryOf(options, "timeout");
  switch (client) {
    case "fetch":
      return signal;
    case "axios":
      return either(signal, limitedBy(entryOf(options, "cancelToken"), never), limitedBy(timeout, off));
    case "got": {
      // A hook may set anything.
      const hooks = limitedBy(entryOf(options, "hooks"), never) === "no" ? "no" : "unknown";
      return either(signal, hooks, limitedBy(timeout, (fact) => fact.kind === "object" && isEmpty(fact)));
    }
    case "ky":
      // Without the option it is ten seconds.
      return off(timeout) ? signal : "yes";
  }
}

function isEmpty(fact: ObjectFact): boolean {
  return fact.whole && [...fact.entries.values()].every(isNothing);
}

const LIMITS: readonly string[] = ["signal", "timeout", "cancelToken"];

/** Whether a request is one to speak of: an instance without a limit is named once, where it is made. */
export function isOffender(
  call: Pick<RequestCall, "client" | "makes" | "own" | "inherited">,
  defaults: Limited,
): boolean {
  if (defaults !== "no" && call.client !== "fetch") return false;
  if (call.makes) return isLimited(call.client, over(call.inherited ?? call.own, call.own)) === "no";
  if (call.inherited === null) return isLimited(call.client, call.own) === "no";
  const says = LIMITS.some((name) => call.own.entries.has(name));
  return says && isLimited(call.client, over(call.inherited, call.own)) === "no";
}

/** Whether defaults that hold for every call may set a limit. */
function defaultsOf(file: LintedFile): Limited {
  const touched = file.touches("defaults") || file.touches("defaults", "timeout") ||
    file.touches("defaults", "signal") || file.touches("interceptors", "request") ||
    file.touches("defaults", "options");
  return touched ? "unknown" : "no";
}

const WAITS: Readonly<Record<RequestCall["client"], string>> = {
  fetch: "`fetch` waits for ever unless it is given a signal",
  axios: "axios waits for ever unless it is given a timeout",
  got: "got waits for ever unless it is given a timeout",
  ky: "ky waits for ever with its timeout switched off",
};

const OWN_FORM: Readonly<Record<RequestCall["client"], string>> = {
  fetch: "{ signal: AbortSignal.timeout(30_000) }",
  axios: "{ timeout: 30_000 }",
  got: "{ timeout: { request: 30_000 } }",
  ky: "{ timeout: 30_000 }",
};

/** Flags requests, and clients that are made, without a limit in time. */
export const requireTimeout: Rule = fileRule((file, context) => {
  const defaults = defaultsOf(file);
  for (const call of requestsIn(file)) {
    if (!isOffender(call, defaults)) continue;
    if (call.client === "fetch" && (call.address === null || !isAddress(call.address, file.scopes))) continue;
    const form = call.makes
      ? "new Client({ timeout: 30_000 })"
      : jetstreamCall(call, context.sourceCode, "{ timeout: 30_000 }");
    context.report({
      node: call.node,
      message: `${call.makes ? "This client" : "This request"} has no limit in time: ${WAITS[call.client]}`,
      hint: `Pass ${OWN_FORM[call.client]}. With Jetstream every phase has a limit: ${form}`,
    });
  }
});
