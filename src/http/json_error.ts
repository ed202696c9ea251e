/**
 * Owns the place at which a text stops being JSON (RFC 8259).
 * Must not know values: it walks the grammar only, after a parser has refused the text.
 * Invariants: linear, without recursion, and the same answer on every runtime.
 */

const LITERALS = ["true", "false", "null"];

/** What may come next. */
type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";

/** The position of the first character that no JSON text could have there; `undefined` when all of it is JSON. */
export function findJsonError(text: string): number | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = skipBlanks(text, 0);
  for (; at < text.length; at = skipBlanks(text, at)) {
    if (expected === "comma or end" && open.length === 0) return at;
    const character = text[at]!;
    switch (expected) {
      case "colon":
        if (character !== ":") return at;
        expected = "value";
        at++;
        continue;
      case "comma or end":
        if (character === ",") {
          expected = open.at(-1) === "{" ? "key" : "value";
          at++;
          continue;
        }
        if (character !== closing(open)) return at;
        open.pop();
        at++;
        continue;
      case "key or end":
      case "value or end":
        if (character === closing(open)) {
          open.pop();
          at++;
          expected = "comma or end";
          continue;
        }
    }
    if (expected === "key" || expected === "key or end") {
      if (character !== '"') return at;
      const end = endOfString(text, at);
      if (end < 0) return ~end;
      at = end;
      expected = "colon";
    } else if (character === "{" || character === "[") {
      open.push(character);
      at++;
      expected = character === "{" ? "key or end" : "value or end";
    } else {
      const end = endOfScalar(text, at);
      if (end < 0) return ~end;
      at = end;
      expected = "comma or end";
    }
  }
  return expected === "comma or end" && open.length === 0 ? undefined : text.length;
}

function closing(open: readonly string[]): string {
  return open.at(-1) === "{" ? "}" : "]";
}

function skipBlanks(text: string, at: number): number {
  while (at < text.length && " \t\n\r".includes(text[at]!)) at++;
  return at;
}

/** The place behind a string, number or literal, or the complement of the place of its fault. */
function endOfScalar(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  for (const literal of LITERALS) {
    if (text[at] !== literal[0]) continue;
    for (let index = 1; index < literal.length; index++) if (text[at + index] !== literal[index]) return ~(at + index);
    return at + literal.length;
  }
  return endOfNumber(text, at);
}

function endOfString(text: string, at: number): number {
  for (at++; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return ~at;
    if (code !== 0x5c) continue;
    at++;
    if (text[at] === "u") {
      for (let index = 1; index <= 4; index++) if (!isHex(text.charCodeAt(at + index))) return ~(at + index);
      at += 4;
    } else if (at < text.length && !'"\\/bfnrt'.includes(text[at]!)) return ~at;
  }
  return ~text.length;
}

function endOfNumber(text: string, at: number): number {
  if (text[at] === "-") at++;
  if (text[at] === "0") at++;
  else if ((at = digits(text, at)) < 0) return at;
  if (text[at] === "." && (at = digits(text, at + 1)) < 0) return at;
  if (text[at] === "e" || text[at] === "E") {
    at++;
    if (text[at] === "+" || text[at] === "-") at++;
    at = digits(text, at);
  }
  return at;
}

/** The place behind one or more digits, or the complement of where one is missing. */
function digits(text: string, at: number): number {
  const start = at;
  while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at === start ? ~at : at;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
