/**
 * Owns the running of one hook and the naming of it when it fails.
 * Must not know when a hook is due.
 * Invariant: what a hook throws is the `cause` of the error, untouched, and stays out of the message.
 */

import { JetstreamError } from "../errors.ts";
import { typeName } from "../http/bodies/readers.ts";
import { HttpRequest } from "../http/request.ts";

/** The phases that have hooks. */
export type HookPhase = "request" | "response" | "redirect" | "retry" | "error";

type Hook<State> = (state: State) => unknown;

/**
 * Runs one hook; whatever it throws becomes a failure that names it. Only what a hook gives later
 * is given later: most hooks are plain functions, and each promise costs as much as such a hook.
 */
export function runHook<State>(phase: HookPhase, hook: Hook<State>, state: State): unknown {
  let result: unknown;
  try {
    result = hook(state);
    if (!isThenable(result)) return result;
  } catch (cause) {
    throw failure(phase, hook, cause);
  }
  return runLater(phase, hook, result);
}

async function runLater<State>(phase: HookPhase, hook: Hook<State>, result: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await result;
  } catch (cause) {
    throw failure(phase, hook, cause);
  }
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (result === null || (typeof result !== "object" && typeof result !== "function")) return false;
  return typeof (result as { readonly then?: unknown }).then === "function";
}

function failure(phase: HookPhase, hook: Hook<never>, cause: unknown): JetstreamError {
  return new JetstreamError(`The ${phase} hook${nameOf(hook)} failed`, { code: "HOOK_FAILED", phase: "hook", cause });
}

/** Runs the hooks of a phase that may replace the request to come. */
export async function runRequestHooks<State>(
  phase: "redirect" | "retry",
  hooks: readonly Hook<State>[] | undefined,
  request: HttpRequest,
  stateFor: (request: HttpRequest) => State,
): Promise<HttpRequest> {
  let current = request;
  for (const hook of hooks ?? []) {
    const result = await runHook(phase, hook, stateFor(current));
    if (result === undefined) continue;
    if (!(result instanceof HttpRequest)) throw wrongResult(phase, hook, result, "an HttpRequest");
    current = result;
  }
  return current;
}

/** The misuse of a hook that returned something it may not. */
export function wrongResult(phase: HookPhase, hook: Hook<never>, result: unknown, wanted: string): TypeError {
  return new TypeError(`The ${phase} hook${nameOf(hook)} returned ${typeName(result)}, expected ${wanted} or nothing`);
}

function nameOf(hook: Hook<never>): string {
  return hook.name === "" ? "" : ` "${hook.name}"`;
}
