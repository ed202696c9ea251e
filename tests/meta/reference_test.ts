/** The reference pages are made from the source, and the source says what they need. */

import { assertEquals } from "@std/assert";
import { exists, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";
import { CODES } from "./error_codes.ts";
import { codesInSource, GROUPS, type Page, readSymbols, referencePages } from "./reference.ts";

let pages: Page[] | undefined;

function pagesOnce(): Page[] {
  return pages ??= referencePages();
}

/** Lines of `text` that `other` lacks: they say more than the whole of both. */
function lessLines(text: string, other: string): string[] {
  const known = new Set(other.split("\n"));
  return text.split("\n").filter((line) => !known.has(line));
}

test("the reference pages are what the source says (deno task reference writes them anew)", () => {
  for (const { path, text } of pagesOnce()) {
    const found = exists(path) ? readText(path) : "";
    const changed = { path, missing: lessLines(text, found), outdated: lessLines(found, text) };
    assertEquals(changed, { path, missing: [], outdated: [] });
    assertEquals(found, text, path);
  }
});

test("every option has a description and a default, every field of an error a description", () => {
  const rows = pagesOnce().flatMap((page) => page.rows);
  assertEquals(rows.filter(({ fallback }) => fallback === undefined).map(({ path }) => `${path}: @default`), []);
  assertEquals(rows.filter(({ description }) => description === "").map(({ path }) => `${path}: description`), []);
});

test("every exported interface that holds options is on the page", () => {
  const names = [...readSymbols().keys()].filter((name) => /(?:Options|ByScheme|Codec|Init)$|^Hooks$/.test(name));
  assertEquals(names.sort(), GROUPS.map(({ name }) => name).sort());
});

test("every error code of the source is explained, and none besides", () => {
  assertEquals(codesInSource(), Object.keys(CODES).sort());
});
