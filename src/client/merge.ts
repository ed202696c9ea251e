/**
 * Owns how options are laid over one another: defaults, client, request.
 * Must not know what an option does.
 * Invariant: headers merge by name, hooks and params append, `null` removes, all else
 * replaces; what was given is copied, never changed, and each getter is read once.
 */

import type { Hooks } from "../core/hooks.ts";
import { HeaderList, type HeadersInput } from "../http/header_list.ts";
import { ParamList, type Params } from "../http/params.ts";
import type { ClientOptions } from "./options.ts";
import { callable, listOf, record, wrongType } from "./validate.ts";

const HOOK_NAMES = ["request", "response", "redirect", "retry", "error", "informational"] as const satisfies readonly (
  keyof Hooks
)[];

/** Options of a client as they are kept: appended lists are lists. */
export interface KeptOptions extends Omit<ClientOptions, "headers" | "params" | "hooks"> {
  /** Fields, `undefined` for none. */
  readonly headers?: HeaderList;
  /** Parameters in the order they were given: first the client's. */
  readonly params?: ParamList;
  /** Hooks, lists appended. */
  readonly hooks?: Hooks;
}

/** `over` laid upon `under`; `names` are the options that `over` may hold. */
export function mergeOptions<K extends KeptOptions>(under: K, over: object, names: readonly string[]): K {
  const given = record<Record<string, unknown>>("", over, names);
  const merged: Record<string, unknown> = Object.assign(Object.create(null), under);
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === undefined) continue;
    // `null` is a value of JSON; for every other option it means "none".
    if (value === null && name !== "json") delete merged[name];
    else merged[name] = laid(name, merged[name], value);
  }
  return merged as unknown as K;
}

function laid(name: string, under: unknown, over: unknown): unknown {
  switch (name) {
    case "headers":
      return ((under as HeaderList | undefined) ?? HeaderList.empty).merge(over as HeadersInput);
    case "params":
      return (under as ParamList | undefined)?.merge(over as Params) ?? ParamList.from(over as Params);
    case "hooks":
      return mergeHooks(under as Hooks | undefined, over);
    default:
      return over;
  }
}

function mergeHooks(under: Hooks | undefined, over: unknown): Hooks {
  const given = record<Record<string, unknown>>("hooks", over, HOOK_NAMES);
  const merged: Record<string, readonly unknown[]> = {};
  for (const name of HOOK_NAMES) {
    const value = given[name];
    if (value !== undefined && value !== null && !Array.isArray(value)) {
      throw wrongType(`hooks.${name}`, value, "an array of functions");
    }
    const added = value === undefined || value === null ? [] : listOf(`hooks.${name}`, value, callable);
    const all = [...(under?.[name] ?? []), ...added];
    if (all.length > 0) merged[name] = Object.freeze(all);
  }
  return Object.freeze(merged) as Hooks;
}
