/**
 * Owns the netrc format: which words are a machine, its login and its password.
 * Must not know where the file is, nor what its entries are used for.
 * Invariants: one pass; a host gets an entry only if its name is equal, letter case aside; an
 * entry without both login and password is none, and never completed by another.
 */

/** One entry. */
export interface NetrcEntry {
  /** Host in lower case; `null` for the `default` entry. */
  readonly machine: string | null;
  readonly login: string | undefined;
  readonly password: string | undefined;
}

/** User and password for a host. */
export interface NetrcLogin {
  readonly login: string;
  readonly password: string;
}

interface Word {
  readonly text: string;
  /** Written in quotes: never a keyword or comment. */
  readonly quoted: boolean;
  /** Where the text after it begins. */
  readonly end: number;
}

/**
 * The entries in order. A macro ends at an empty line; `#` where a keyword could stand begins a
 * comment up to the end of the line. Throws `TypeError` that names the line, never its content.
 */
export function parseNetrc(text: string): NetrcEntry[] {
  const entries: { machine: string | null; login: string | undefined; password: string | undefined }[] = [];
  let at = 0;

  function value(keyword: string): string {
    const word = nextWord(text, at);
    if (word === undefined) throw fault(text, at, `${keyword} has no value`);
    at = word.end;
    return word.text;
  }

  for (let word = nextWord(text, at); word !== undefined; word = nextWord(text, at)) {
    const start = word.end;
    if (!word.quoted && word.text.startsWith("#")) {
      at = lineEnd(text, start - word.text.length);
      continue;
    }
    at = start;
    const entry = entries[entries.length - 1];
    switch (word.quoted ? "" : word.text) {
      case "machine":
        entries.push({ machine: value("machine").toLowerCase(), login: undefined, password: undefined });
        break;
      case "default":
        entries.push({ machine: null, login: undefined, password: undefined });
        break;
      case "macdef":
        at = macroEnd(text, start);
        break;
      case "login":
      case "user":
        if (entry === undefined) throw fault(text, start, "login stands before any machine");
        entry.login = value("login");
        break;
      case "password":
      case "passwd":
        if (entry === undefined) throw fault(text, start, "password stands before any machine");
        entry.password = value("password");
        break;
      case "account":
        value("account");
        break;
      default:
        throw fault(text, start, "expected machine, default, login, password, account or macdef");
    }
  }
  return entries;
}

/**
 * The login for `host`: of the first entry that names it, else, only if `useDefault` says so, of
 * the `default` entry. The first entry counts alone: if it is incomplete, there is no login.
 */
export function findLogin(entries: readonly NetrcEntry[], host: string, useDefault: boolean): NetrcLogin | undefined {
  const entry = entries.find(({ machine }) => machine === host) ??
    (useDefault ? entries.find(({ machine }) => machine === null) : undefined);
  if (entry?.login === undefined || entry.password === undefined) return undefined;
  return { login: entry.login, password: entry.password };
}

/** The next word, in quotes or up to white space; `undefined` at the end. */
function nextWord(text: string, from: number): Word | undefined {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  if (at >= text.length) return undefined;
  if (text[at] === '"') return quotedWord(text, at + 1);
  const start = at;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at++;
  return { text: text.slice(start, at), quoted: false, end: at };
}

function quotedWord(text: string, start: number): Word {
  let word = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { text: word, quoted: true, end: at + 1 };
    if (character === "\\" && at + 1 < text.length) word += text[++at];
    else word += character;
  }
  throw fault(text, start, "a quote is not closed");
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

/** A macro's lines go on up to an empty one. */
function macroEnd(text: string, from: number): number {
  let at = lineEnd(text, from);
  while (at < text.length) {
    const end = lineEnd(text, at);
    if (text.slice(at, end).trim() === "") return end;
    at = end;
  }
  return at;
}

function fault(text: string, at: number, what: string): TypeError {
  let line = 1;
  for (let index = text.indexOf("\n"); index >= 0 && index < at; index = text.indexOf("\n", index + 1)) line++;
  return new TypeError(`Cannot read line ${line} of the netrc file: ${what}`);
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
