/** Every page is reached, every link leads somewhere, and every block of code says how it is checked. */

import { assert, assertEquals } from "@std/assert";
import { changeLinks, findBlocks, findHeadings, findLinks, slugOf } from "../../docs/.vitepress/markdown.mjs";
import { exists, listFiles, listTracked, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

/** The front page of the site is no page to read here. */
const DOCS = listFiles("docs", ".md").filter((path) => !path.startsWith("docs/.vitepress/"));
const PAGES = [...new Set([...listTracked().filter((path) => path.endsWith(".md")), ...DOCS])]
  .filter((path) => !path.includes("/testdata/"));

/** The file or folder that a link of a page leads to, and the anchor there. */
function resolve(page: string, target: string): [path: string, anchor: string] {
  const url = new URL(target, `file:///${page}`);
  return [decodeURIComponent(url.pathname.slice(1)), decodeURIComponent(url.hash.slice(1))];
}

const isOutside = (target: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(target);

const anchors = new Map(
  PAGES.map((path) => [path, findHeadings(readText(path)).map(({ anchor }: { anchor: string }) => anchor)]),
);

test("slugOf() makes the anchors that GitHub makes", () => {
  const rows: [string, string][] = [
    ["How to", "how-to"],
    ["`retry.backoff`", "retrybackoff"],
    ["`client.use(layer, …)`", "clientuselayer-"],
    ["What differs, and why", "what-differs-and-why"],
    ["A [link](x.md) in it", "a-link-in-it"],
    ["snake_case – dash", "snake_case--dash"],
  ];
  for (const [heading, wanted] of rows) assertEquals(slugOf(heading), wanted);
});

test("findHeadings(), findBlocks() and changeLinks() tell code from text", () => {
  const text = "# A\n\n```ts no-run\n# no\n[no](x)\n```\n\n## A\n[`b`](y#z) `[no](w)` ![c](d.png)\n";
  assertEquals(findHeadings(text).map(({ anchor }: { anchor: string }) => anchor), ["a", "a-1"]);
  assertEquals(findBlocks(text), [{ info: "ts no-run", line: 3, heading: "A", code: "# no\n[no](x)" }]);
  assertEquals(findLinks(text), ["y#z", "d.png"]);
  assertEquals(changeLinks("[a](b) `[a](b)`", (target: string) => `${target}!`), "[a](b!) `[a](b)`");
});

test("every link leads to a file, and its anchor to a heading there", () => {
  const broken: string[] = [];
  let seen = 0;
  for (const page of PAGES) {
    for (const target of findLinks(readText(page)).filter((target: string) => !isOutside(target))) {
      seen++;
      const [path, anchor] = resolve(page, target);
      if (!exists(path)) broken.push(`${page}: ${target} is not there`);
      else if (anchor !== "" && anchors.get(path)?.includes(anchor) !== true) {
        broken.push(`${page}: ${target} has no such heading`);
      }
    }
  }
  assertEquals(broken, []);
  assert(seen > 70, `only ${seen} links were found`);
});

test("every page of docs/ is reached from its index; a link to a folder reaches what is in it", () => {
  const reached = new Set<string>();
  const visit = (page: string): void => {
    if (reached.has(page)) return;
    reached.add(page);
    for (const target of findLinks(readText(page)).filter((target: string) => !isOutside(target))) {
      const [path] = resolve(page, target);
      if (path.endsWith("/")) DOCS.filter((each) => each.startsWith(path)).forEach(visit);
      else if (DOCS.includes(path)) visit(path);
    }
  };
  visit("docs/README.md");
  assertEquals(DOCS.filter((page) => !reached.has(page)), []);
});

test("README.md leads to the index", () => {
  assert(
    findLinks(readText("README.md")).some((target: string) => resolve("README.md", target)[0] === "docs/README.md"),
  );
});

/** What a block may be. `ts` is checked by the compiler, and run unless it is marked `no-run`. */
const KINDS = ["ts", "ts no-run", "sh", "python", "json", "text"];

test("every block of code says what it is, and none hides from the compiler", () => {
  const wrong = PAGES.flatMap((page) =>
    findBlocks(readText(page)).filter(({ info }: { info: string }) => !KINDS.includes(info))
      .map(({ info, line }: { info: string; line: number }) => `${page}:${line}: "${info}"`)
  );
  assertEquals(wrong, []);
});
