/** The guides for migrants name options and members that are there, on both sides. */

import { assert, assertEquals } from "@std/assert";
import { findBlocks } from "../../docs/.vitepress/markdown.mjs";
import { listFiles, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

const GUIDES = listFiles("docs/migrate", ".md").filter((path) => path.includes("/from-"));

/** Where each library declares what it has. Python's are not there everywhere, and the web's `fetch` is no package. */
const DECLARED: Record<string, readonly string[]> = {
  axios: ["node_modules/axios/index.d.ts"],
  got: listFiles("node_modules/got/dist/source", ".d.ts"),
  ky: listFiles("node_modules/ky/distribution", ".d.ts"),
};

const wordsOf = (text: string): Set<string> => new Set(text.match(/[A-Za-z_]\w*/g));

/** Words of the language, names of the system and the web, and what programs in a cell call values of their own. */
const FREE = wordsOf(`await new instanceof true false null undefined function Promise all URLSearchParams FormData
  DOMException AbortError ENOTFOUND ECONNRESET tough cookie client response url options schema value error fallback id
  f g r x jetstream user users base password host port`);

const ours = wordsOf(readText("tests/meta/api.txt"));
/** The cells of a column in the tables of a guide. */
function column(page: string, at: number): string[] {
  return readText(page).split("\n").filter((line) => /^\| (?!-)/.test(line))
    .map((line) => line.split(/(?<!\\)\|/)[at + 1] ?? "");
}

/** What stands in backticks, texts within it left out: names of options, members, classes. */
function namesIn(cells: readonly string[]): string[] {
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replace(/"[^"]*"|\d[\d_]*/g, ""))
  )
    .flatMap((code) => code.match(/[A-Za-z_]\w*/g) ?? []).filter((name) => !FREE.has(name));
}

for (const [library, files] of Object.entries(DECLARED)) {
  test(`the guide from ${library} names what ${library} has`, () => {
    assert(files.length > 0, `${library} is not installed`);
    const declared = wordsOf(files.map((path) => readText(path)).join("\n"));
    const names = namesIn(column(`docs/migrate/from-${library}.md`, 0));
    assert(names.length > 50, `only ${names.length} names were found`);
    assertEquals([...new Set(names.filter((name) => !declared.has(name)))], []);
  });
}

test("the guides name what this library has", () => {
  const unknown = GUIDES.flatMap((page) => {
    const names = namesIn(column(page, page.includes("requests") ? 2 : 1));
    assert(names.length > 30, `${page}: only ${names.length} names were found`);
    return names.filter((name) => !ours.has(name)).map((name) => `${page}: ${name}`);
  });
  assertEquals(unknown, []);
});

test("each task of a guide stands there for both libraries", () => {
  const alone = GUIDES.flatMap((page) => {
    const blocks: { heading: string; code: string }[] = findBlocks(readText(page));
    const headings = [...new Set(blocks.map(({ heading }) => heading))];
    assert(headings.length > 6, `${page} has only ${headings.length} tasks`);
    const isOurs = ({ code }: { code: string }): boolean => code.includes("@jetstream/client");
    return headings.filter((heading) => {
      const mine = blocks.filter((block) => block.heading === heading);
      return !mine.some(isOurs) || mine.every(isOurs);
    }).map((heading) => `${page}: ${heading}`);
  });
  assertEquals(alone, []);
});
