/**
 * Owns reading TypeScript as far as the meta tests need it: imports, and code without comments and strings.
 * Must not know any rule. It counts on the form that `deno fmt` gives a file.
 */

/** One import or re-export. */
export interface Import {
  /** The specifier as written. */
  readonly specifier: string;
  /** Whether only types are imported: such an import does not exist when the program runs. */
  readonly typeOnly: boolean;
}

/** A file taken apart. */
export interface Source {
  /** The code, with the text of comments, strings, templates and regular expressions left out. */
  readonly code: string;
  /** The text of every string and template. */
  readonly strings: readonly string[];
}

const REGEX_MAY_FOLLOW =
  /(?:^|[(,=:[!&|?{};+\-*%~<>^]|\b(?:return|typeof|case|in|of|do|else|void|throw|yield|await))\s*$/;

/** Takes a file apart. */
export function readSource(text: string): Source {
  const strings: string[] = [];
  let code = "";
  let at = 0;

  function skipQuoted(quote: string): void {
    const start = ++at;
    while (at < text.length && text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
    strings.push(text.slice(start, at++));
    code += quote + quote;
  }

  function skipTemplate(): void {
    let start = ++at;
    code += "`";
    while (at < text.length && text[at] !== "`") {
      if (text[at] === "\\") at += 2;
      else if (text.startsWith("${", at)) {
        strings.push(text.slice(start, at));
        at += 2;
        code += "${";
        readUntilBrace();
        code += "}";
        start = at;
      } else at++;
    }
    strings.push(text.slice(start, at++));
    code += "`";
  }

  function skipRegex(): void {
    let inClass = false;
    for (at++; at < text.length && (inClass || text[at] !== "/"); at++) {
      if (text[at] === "\\") at++;
      else if (text[at] === "[") inClass = true;
      else if (text[at] === "]") inClass = false;
    }
    at++;
    code += "/ /";
  }

  function readUntilBrace(): void {
    for (let depth = 0; at < text.length;) {
      if (text[at] === "}" && depth-- === 0) {
        at++;
        return;
      }
      if (text[at] === "{") depth++;
      readOne();
    }
  }

  function readOne(): void {
    const char = text[at]!;
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at);
      // Lines keep their numbers.
      code += text.slice(at, end + 2).replace(/[^\n]/g, "");
      at = end + 2;
    } else if (char === '"' || char === "'") skipQuoted(char);
    else if (char === "`") skipTemplate();
    else if (char === "/" && REGEX_MAY_FOLLOW.test(code.slice(-20))) skipRegex();
    else {
      code += char;
      at++;
    }
  }

  while (at < text.length) readOne();
  return { code, strings };
}

const STATIC = /^(?:import|export)\b(?:(?!^(?:import|export)\b)[^;])*?\bfrom "([^"]+)"|^import "([^"]+)"/gm;
const DYNAMIC = /^(?!\s*(?:\*|\/\/)).*?\bimport\("([^"]+)"\)/gm;

/** The imports of a file, in their order. */
export function readImports(text: string): Import[] {
  const imports: Import[] = [];
  for (const [statement, specifier, bare] of text.matchAll(STATIC)) {
    imports.push({ specifier: (specifier ?? bare)!, typeOnly: isTypeOnly(statement) });
  }
  for (const [statement, specifier] of text.matchAll(DYNAMIC)) {
    // `import("x").Y` in a type position is a type.
    const rest = text.slice(text.indexOf(statement) + statement.length);
    imports.push({ specifier: specifier!, typeOnly: /^\.\w+/.test(rest) && !/\bawait import/.test(statement) });
  }
  return imports;
}

function isTypeOnly(statement: string): boolean {
  if (/^(?:import|export) type\b/.test(statement)) return true;
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined || !/^(?:import|export) \{/.test(statement)) return false;
  return names.split(",").map((name) => name.trim()).filter(Boolean).every((name) => name.startsWith("type "));
}

/** The path, from the top of the project, that a relative specifier means. */
export function resolveImport(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** The first comment of a file, if it is the first thing there. */
export function readHeader(text: string): string | undefined {
  return /^(?:#!.*\n)?(\/\*\*[\s\S]*?\*\/)/.exec(text)?.[1];
}
