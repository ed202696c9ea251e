/** Sizes, headers, names and marks of the files. */

import { assertEquals } from "@std/assert";
import { exists, listFiles, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";
import { readHeader, readSource } from "./source.ts";

const MOST_LINES = 400;
const HEADER_LINES = 15;

/** The mark, in the header of a file, of a table that a script has written. */
const GENERATED = /^ \* @generated\b/m;

const sources = [...["mod.ts", "sync.ts"].filter((path) => exists(path)), ...listFiles("src", ".ts")];
const tests = [...listFiles("tests", ".ts"), ...listFiles("tests", ".mjs")].filter((path) =>
  !path.includes("/testdata/")
);

const others = ["bench", "examples"].flatMap((folder) => [...listFiles(folder, ".ts"), ...listFiles(folder, ".mjs")]);

function isGenerated(text: string): boolean {
  return GENERATED.test(readHeader(text) ?? "");
}

function longer(path: string): string[] {
  const text = readText(path);
  const lines = text.split("\n").length - 1;
  return lines > MOST_LINES && !isGenerated(text) ? [`${path}: ${lines} lines`] : [];
}

test("no file has more than 400 lines, tables made by a script aside", () => {
  assertEquals([...sources, ...tests, ...others].flatMap((path) => longer(path)), []);
});

test("every source file begins with a header of at most 15 lines, examples aside", () => {
  const wrong = sources.filter((path) => {
    const header = readHeader(readText(path))?.replace(/```[\s\S]*?```/g, "");
    return header === undefined || header.split("\n").length > HEADER_LINES + 2;
  });
  assertEquals(wrong, []);
});

test("file names are in snake case", () => {
  const name = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*\.(?:ts|mjs)$/;
  assertEquals([...sources, ...tests].filter((path) => !name.test(path.slice(path.lastIndexOf("/") + 1))), []);
});

/** Words that say nothing about what a thing is. */
const EMPTY_WORDS = ["manager", "helper", "helpers", "util", "utils", "data", "info", "handler"];

/** Names of standards, which stay as they are: the web's, and the DATA of HTTP. */
const STANDARD_NAMES = /FormData|form_data|DataView|DataEvent|DataFrame/g;

function hasEmptyWord(name: string): boolean {
  const words = name.replace(STANDARD_NAMES, "").replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().split(/[_./]/);
  return words.some((word) => EMPTY_WORDS.includes(word));
}

test("no file and no type of src/ has an empty name", () => {
  const wrong = sources.flatMap((path) => {
    const { code } = readSource(readText(path));
    const names = Array.from(code.matchAll(/\b(?:class|interface|type)\s+([A-Za-z_$][\w$]*)/g), ([, name]) => name!);
    return [
      ...(hasEmptyWord(path.replace(/\.ts$/, "")) ? [path] : []),
      ...names.filter(hasEmptyWord).map((name) => `${path}: ${name}`),
    ];
  });
  assertEquals(wrong, []);
});

/** What must not stand in src/, and why. */
const FORBIDDEN: readonly (readonly [why: string, pattern: RegExp])[] = [
  ["work left open", /\b(?:TODO|FIXME|XXX|HACK)\b/],
  ["checks switched off", /@ts-(?:ignore|nocheck|expect-error)/],
];

/** What must not stand in the code of src/, and why. */
const FORBIDDEN_CODE: readonly (readonly [why: string, pattern: RegExp])[] = [
  ["a cast to any", /\bas any\b/],
  ["syntax that stripping types leaves behind", /^\s*(?:export )?(?:declare )?(?:const )?(?:enum|namespace)\s+\w/m],
  ["private by TypeScript, not by #", /^\s*(?:private|public)\s(?!constructor\b)/m],
  ["a default export", /^export default\b/m],
  ["syntax that Node 20 does not know", /^\s*(?:await )?using\s+\w+\s*=/m],
  ["a comparison that converts", /[^=!]==(?!=)(?!\s*null\b)|!=(?!=)(?!\s*null\b)/],
];

for (const [why, pattern] of FORBIDDEN) {
  test(`src/ is free of: ${why}`, () => {
    assertEquals(sources.filter((path) => pattern.test(readText(path))), []);
  });
}

for (const [why, pattern] of FORBIDDEN_CODE) {
  test(`the code of src/ is free of: ${why}`, () => {
    assertEquals(sources.filter((path) => pattern.test(readSource(readText(path)).code)), []);
  });
}

test("tests use the suite, and the APIs of a runtime only behind support/", () => {
  const own = [
    "tests/support/",
    "tests/run",
    "tests/meta/",
    "tests/full/",
    "tests/soak/",
    "tests/std/",
    "tests/runtime/",
  ];
  const wrong = listFiles("tests", "_test.ts").filter((path) => !own.some((folder) => path.startsWith(folder)))
    .filter((path) => {
      const { code, strings } = readSource(readText(path));
      // Node's modules and environment are on all three, by these names.
      return /\b(?:Deno|Bun)\s*\.|\bprocess\s*\.(?!getBuiltinModule\b|env\b)/.test(code) ||
        strings.some((string) => /^bun:\w+$/.test(string));
    });
  assertEquals(wrong, []);
});
