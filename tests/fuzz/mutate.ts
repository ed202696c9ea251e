/**
 * Owns the making of inputs: words of a grammar in a row, and changes of inputs that are known.
 * Must not know any grammar.
 */

import type { Random } from "./random.ts";

/** Characters that end, escape or nest something in most grammars. */
const MARKS = "\0\t\n\r !\"#%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~\x7f\x80\xc2\xff";

/** Longest input that grows by changes. */
const LONGEST = 4_096;

/** Several words of the grammar, with marks between. */
export function compose(random: Random, tokens: readonly string[]): string {
  let text = "";
  for (let left = 1 + random.below(12); left > 0; left--) {
    text += random.chance(0.85) ? random.pick(tokens) : mark(random);
  }
  return text;
}

/** `input`, changed in one to six places; `other` is what it may be crossed with. */
export function mutate(random: Random, input: string, tokens: readonly string[], other: string): string {
  let text = input;
  for (let left = 1 + random.below(random.chance(0.3) ? 6 : 2); left > 0; left--) {
    text = change(random, text, tokens, other);
  }
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}

function change(random: Random, text: string, tokens: readonly string[], other: string): string {
  const at = random.below(text.length + 1);
  const length = 1 + random.below(random.chance(0.7) ? 4 : 64);
  const end = Math.min(text.length, at + length);
  switch (random.below(10)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + mark(random) + text.slice(at);
    case 2:
      return text.slice(0, at) + mark(random) + text.slice(at + 1);
    case 3:
    case 4:
      return text.slice(0, at) + random.pick(tokens) + text.slice(at);
    case 5:
      return text.slice(0, at) + random.pick(tokens) + text.slice(end);
    case 6:
      return text.slice(0, at) + text.slice(at, end).repeat(2 + random.below(20)) + text.slice(end);
    case 7:
      return text.slice(0, at) + other.slice(random.below(other.length + 1));
    case 8: {
      const from = random.below(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + length) + text.slice(end);
    }
    default:
      return text.slice(0, at) + caseOf(text.slice(at, end)) + text.slice(end);
  }
}

function caseOf(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}

function mark(random: Random): string {
  return random.chance(0.8) ? MARKS[random.below(MARKS.length)]! : String.fromCharCode(random.below(256));
}

/** An input of `length` characters, made of a part of `text` again and again. */
export function amplify(text: string, from: number, to: number, length: number): string {
  const part = text.slice(from, to) || text || "a";
  const times = Math.max(1, 1 + Math.ceil((length - text.length) / part.length));
  return (text.slice(0, from) + part.repeat(times) + text.slice(to)).slice(0, Math.max(length, 1));
}
