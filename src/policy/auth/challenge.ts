/**
 * Owns the reading of WWW-Authenticate and Proxy-Authenticate (RFC 9110 §11.6.1): any number of
 * challenges in any number of field lines.
 * Must not know any scheme.
 * Invariants: one pass, each character looked at a bounded number of times; what is malformed ends
 * its line, and the challenge it stands in is not returned; never an exception.
 */

import { CHARACTER, TCHAR } from "../../http/field_grammar.ts";

/** Challenges read of one response: more than any server offers, few enough to cost nothing. */
const MAX_CHALLENGES = 32;

/** One challenge. */
export interface Challenge {
  /** The scheme, in lower case. */
  readonly scheme: string;
  /** The one unnamed parameter, as Negotiate has it; `null` for none. */
  readonly token68: string | null;
  /** The parameters by name in lower case, unquoted. */
  readonly params: ReadonlyMap<string, string>;
}

interface OpenChallenge {
  readonly scheme: string;
  token68: string | null;
  readonly params: Map<string, string>;
}

/** The challenges of these field lines, in order; the first 32. */
export function parseChallenges(lines: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const line of lines) readLine(line, challenges);
  return challenges.slice(0, MAX_CHALLENGES);
}

/** The parameters of a field without a scheme, as Authentication-Info has them (RFC 9110 §11.6.3). */
export function parseAuthParams(line: string): ReadonlyMap<string, string> {
  return parseChallenges([`x ${line}`])[0]?.params ?? new Map();
}

/** challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ], separated by commas. */
function readLine(line: string, challenges: Challenge[]): void {
  const cursor = new Cursor(line);
  let open: OpenChallenge | undefined;
  while (challenges.length < MAX_CHALLENGES) {
    cursor.skipBlanksAndCommas();
    if (cursor.atEnd) break;
    const word = cursor.token();
    if (word === "") return;
    const blanks = cursor.skipBlanks();
    // A word before "=" is a parameter of the challenge under way; else it begins a new one.
    if (open !== undefined && cursor.peek() === "=") {
      if (!readParam(cursor, open, word)) return;
      continue;
    }
    if (open !== undefined) challenges.push(open);
    open = { scheme: word.toLowerCase(), token68: null, params: new Map() };
    if (cursor.atEnd || cursor.peek() === ",") continue;
    // Without a blank behind the scheme it was none.
    if (!blanks || !readFirst(cursor, open)) return;
  }
  if (open !== undefined) challenges.push(open);
}

/** What stands behind the scheme: its token68, or its first parameter. */
function readFirst(cursor: Cursor, open: OpenChallenge): boolean {
  const start = cursor.at;
  const word = cursor.token();
  cursor.skipBlanks();
  if (word !== "" && cursor.peek() === "=" && !cursor.endsInEquals()) return readParam(cursor, open, word);
  cursor.at = start;
  const token68 = cursor.token68();
  if (token68 === "") return false;
  open.token68 = token68;
  return cursor.atElementEnd();
}

/** auth-param = token BWS "=" BWS ( token / quoted-string ); each name once. */
function readParam(cursor: Cursor, open: OpenChallenge, word: string): boolean {
  const name = word.toLowerCase();
  cursor.at++;
  cursor.skipBlanks();
  const quoted = cursor.peek() === '"';
  const value = quoted ? cursor.quotedString() : cursor.token();
  if (value === undefined || (value === "" && !quoted)) return false;
  if (open.token68 !== null || open.params.has(name)) return false;
  open.params.set(name, value);
  return cursor.atElementEnd();
}

class Cursor {
  readonly line: string;
  at = 0;

  constructor(line: string) {
    this.line = line;
  }

  get atEnd(): boolean {
    return this.at >= this.line.length;
  }

  peek(): string | undefined {
    return this.line[this.at];
  }

  skipBlanks(): boolean {
    const start = this.at;
    while (isBlank(this.line.charCodeAt(this.at))) this.at++;
    return this.at > start;
  }

  skipBlanksAndCommas(): void {
    while (isBlank(this.line.charCodeAt(this.at)) || this.line[this.at] === ",") this.at++;
  }

  /** Blanks, then a comma or the end. */
  atElementEnd(): boolean {
    this.skipBlanks();
    return this.atEnd || this.peek() === ",";
  }

  /** The `=` at the cursor is the padding of a token68: only more of them follow. */
  endsInEquals(): boolean {
    let at = this.at;
    while (this.line[at] === "=") at++;
    while (isBlank(this.line.charCodeAt(at))) at++;
    return at >= this.line.length || this.line[at] === ",";
  }

  token(): string {
    const start = this.at;
    while (this.at < this.line.length && isTchar(this.line.charCodeAt(this.at))) this.at++;
    return this.line.slice(start, this.at);
  }

  /** token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
  token68(): string {
    const start = this.at;
    while (/[A-Za-z0-9._~+/-]/.test(this.line[this.at] ?? "")) this.at++;
    if (this.at === start) return "";
    while (this.line[this.at] === "=") this.at++;
    return this.line.slice(start, this.at);
  }

  /** The text between the quotes, escapes undone; `undefined` when it is not closed. */
  quotedString(): string | undefined {
    let text = "";
    let run = ++this.at;
    for (; this.at < this.line.length; this.at++) {
      const character = this.line[this.at];
      if (character === '"') {
        text += this.line.slice(run, this.at++);
        return text;
      }
      if (character === "\\") {
        text += this.line.slice(run, this.at++);
        run = this.at;
      }
    }
    return undefined;
  }
}

function isTchar(code: number): boolean {
  return code <= 0xff && (CHARACTER[code]! & TCHAR) !== 0;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
