/**
 * Owns path templates such as `/users/{id}`.
 * Must not know base URLs.
 * Invariant: a value fills exactly the place of its name: it can neither add a segment,
 * remove one, nor reach the authority, whatever it holds.
 */

import { maskUrl } from "../base/redact.ts";
import { quote } from "./field_grammar.ts";
import { encodeText, paramText, type ParamValue } from "./params.ts";

/** Values by name. */
export type PathValues = { readonly [name: string]: ParamValue };

/**
 * Fills the names in braces of `template` with escaped values.
 * Throws `TypeError` for a missing or surplus name, a brace in the authority, and a value
 * that is empty or holds a `.` or `..` segment.
 */
export function fillTemplate(template: string, values: PathValues): string {
  if (typeof values !== "object" || values === null) {
    throw new TypeError(`Cannot fill the URL template: path is a ${typeof values}, expected an object`);
  }
  const unused = new Set(Object.keys(values));
  const start = authorityEnd(template);
  if (/[{}]/.test(template.slice(0, start))) {
    throw new TypeError(`Cannot fill ${shown(template)}: a name stands in the authority, expected it in path or query`);
  }
  const filled = fill(template, template.slice(start), values, unused);
  if (unused.size > 0) {
    const names = [...unused].map(quote).join(", ");
    throw new TypeError(`Cannot fill ${shown(template)}: it has no place for ${names}`);
  }
  return template.slice(0, start) + filled;
}

function fill(template: string, text: string, values: PathValues, unused: Set<string>): string {
  let filled = "";
  let at = 0;
  for (const match of text.matchAll(/\{([^{}]*)\}|[{}]/g)) {
    const name = match[1];
    if (!name) throw new TypeError(`Cannot fill ${shown(template)}: a brace is not part of a name such as {id}`);
    if (!Object.hasOwn(values, name) || values[name] === undefined) {
      throw new TypeError(`Cannot fill ${shown(template)}: there is no value for ${quote(name)}`);
    }
    unused.delete(name);
    filled += text.slice(at, match.index) + encodeValue(template, name, values[name]!);
    at = match.index + match[0].length;
  }
  return filled + text.slice(at);
}

function encodeValue(template: string, name: string, value: ParamValue): string {
  const text = paramText(name, value, "fill the path name");
  if (text === "") throw new TypeError(`Cannot fill ${shown(template)}: the value of ${quote(name)} is empty`);
  // Servers that undo %2F before they resolve dots would climb.
  if (text.split(/[/\\]/).some((piece) => piece === "." || piece === "..")) {
    throw new TypeError(`Cannot fill ${shown(template)}: the value of ${quote(name)} holds a "." or ".." segment`);
  }
  return encodeText(name, text);
}

/** Where path or query begins. */
function authorityEnd(template: string): number {
  const authority = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2}/.exec(template);
  if (authority === null) return 0;
  const end = template.slice(authority[0].length).search(/[/\\?#]/);
  return end < 0 ? template.length : authority[0].length + end;
}

function shown(template: string): string {
  return `the URL template ${quote(maskUrl(template))}`;
}
