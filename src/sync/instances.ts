/**
 * Owns how an object with functions crosses: its members one by one, its functions lent.
 * Must not know who calls them back.
 * Invariants: each member is read once; a function is called with its own object as `this`.
 */

import { isPlain } from "../base/plain.ts";
import type { Callback } from "./caller_forms.ts";
import type { Scope } from "./held.ts";
import { KIND } from "./kinds.ts";
import type { Form } from "./pack.ts";

/** Lends a member that is a function; `owner` is the function itself where it needs no other. */
export type Lend = (value: Callback, owner: object, name: string, scope: Scope) => Form;

/** Members that were read, ready to be packed. */
class Members {}

/** A form among the members, made already. */
class Made {
  readonly form: Form;

  constructor(form: Form) {
    this.form = form;
  }
}

/** Whether an object is the members of another, read already. */
export function isRead(value: object): boolean {
  return value instanceof Members || value instanceof Made;
}

/** The form of an object by its members; `undefined` for one that may be packed as it is. */
export function membersOf(value: object, scope: Scope, lend: Lend): Form | undefined {
  if (value instanceof Made) return value.form;
  if (value instanceof Members) return undefined;
  const own = new Set(Object.keys(value));
  const members = readMembers(value, own, scope, lend);
  if (isPlain(value)) return { kind: KIND.instance, payload: [null, members] };
  const inherited = readMembers(value, inheritedNames(value, own), scope, lend);
  return { kind: KIND.instance, payload: [value.constructor?.name, members, inherited] };
}

function readMembers(value: object, names: Iterable<string>, scope: Scope, lend: Lend): Members {
  const members = new Members();
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name];
    const form = typeof member === "function" ? lend(member as Callback, value, name, scope) : undefined;
    Object.defineProperty(members, name, {
      value: form === undefined ? member : new Made(form),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return members;
}

/** The names of its classes, methods and accessors, but for those that are its own. */
function inheritedNames(value: object, own: ReadonlySet<string>): Set<string> {
  const names = new Set<string>();
  for (let at = Object.getPrototypeOf(value); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor" && !own.has(name)) names.add(name);
  }
  return names;
}

/** The object of such members; what it has of its class is not listed with its own. */
export function instanceOf(name: string | null, members: object, inherited: object = {}): object {
  if (name === null) return members;
  for (const [name, value] of Object.entries(inherited)) {
    Object.defineProperty(members, name, { value, enumerable: false, configurable: true, writable: true });
  }
  // The name of its class is what an error about it says.
  return Object.defineProperty(members, "constructor", { value: { name }, enumerable: false, configurable: true });
}
