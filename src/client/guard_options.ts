/**
 * Owns the public option `guard` and its resolution.
 * Must not know how a verdict comes about (`engine/guard.ts`).
 * Invariant: what leaves here is complete, checked and frozen; an entry that cannot be read is
 * refused and never skipped, for a rule that silently says nothing would be a hole.
 */

import type { Guard, GuardBase, GuardCheck } from "../engine/guard.ts";
import { type NoProxyRule, parseEntry } from "../http/no_proxy.ts";
import { callable, listOf, oneOf, record, text, wrongRange, wrongType } from "./validate.ts";

/**
 * Rules for where connections may go. `deny` comes before `allow`, `allow` before `base`; `check` is asked last.
 *
 * An entry of a list is an address, a block (`10.0.0.0/8`), or a host: `name` for itself, `.name` for
 * itself and what is below, `*.name` for what is below; each but a block may end with `:port`.
 */
export interface GuardOptions {
  /**
   * What holds for an address that no list names: `public` lets only what is reachable over the internet
   * be connected to, `any` everything, `none` nothing.
   * @default {"public"}
   */
  base?: GuardBase;
  /** The only hosts that may be asked for; their addresses are judged all the same. @default {all} */
  hosts?: readonly string[];
  /** What may be connected to whatever `base` says; a host that is named is trusted with any address. @default {none} */
  allow?: readonly string[];
  /** What must not be connected to, under any form. @default {none} */
  deny?: readonly string[];
  /** Proxies that may be connected to whatever `base` says. @default {none} */
  proxies?: readonly string[];
  /** Paths that the option `unix` may name. @default {none} */
  sockets?: readonly string[];
  /** Asked about what the rules let pass; must answer at once. @default {none} */
  check?: GuardCheck;
}

/** `"public"`, rules, or a function that alone decides about each address. */
export type GuardInput = "public" | GuardOptions | GuardCheck;

const NAMES = ["base", "hosts", "allow", "deny", "proxies", "sockets", "check"] as const;

/** The option, unless a transport of the caller's own stands in the way of keeping it. */
export function guardFor(options: { guard?: GuardInput | null; transport?: unknown }): GuardInput | null | undefined {
  const { guard, transport } = options;
  // By the runtime's `fetch` it is refused as all that it cannot honour.
  if (guard == null || transport == null || transport === "fetch") return guard;
  throw new TypeError(
    'Cannot use the option "guard" beside "transport": what connects is not the library\'s own, expected one of the two',
  );
}

/** The guard that an option stands for; `null` for none. */
export function resolveGuard(value: GuardInput | null | undefined): Guard | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return rules({ base: oneOf("guard", value, ["public"]) });
  if (typeof value === "function") return rules({ base: "any", check: value });
  if (typeof value !== "object") throw wrongType("guard", value, '"public", an object or a function');
  return rules(record<GuardOptions>("guard", value, NAMES));
}

function rules(given: GuardOptions): Guard {
  const list = (name: "allow" | "deny" | "proxies"): readonly NoProxyRule[] =>
    given[name] === undefined ? [] : Object.freeze(listOf(`guard.${name}`, given[name], rule));
  return Object.freeze({
    base: oneOf("guard.base", given.base ?? "public", ["public", "any", "none"]),
    hosts: given.hosts === undefined ? null : Object.freeze(listOf("guard.hosts", given.hosts, rule)),
    allow: list("allow"),
    deny: list("deny"),
    proxies: list("proxies"),
    sockets: new Set(given.sockets === undefined ? [] : listOf("guard.sockets", given.sockets, text)),
    check: given.check === undefined ? null : callable("guard.check", given.check),
  });
}

function rule(option: string, value: unknown): NoProxyRule {
  const read = parseEntry(text(option, value), true);
  if (read === undefined) throw wrongRange(option, value, "an address, a block such as 10.0.0.0/8, or a host name");
  return read;
}
