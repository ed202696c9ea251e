/** The pages of the site, as far as they can be judged without building it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { sideBar, sitePages, titleOf } from "../../docs/.vitepress/pages.mjs";
import { earlierReleases } from "../../docs/.vitepress/reference.mjs";
import { listFiles, ROOT } from "../support/project.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { test } from "../support/suite.ts";

const pages: Map<string, string> = sitePages(ROOT);

test("every page and every example has its place on the site, and every link leads to one", () => {
  const wanted = listFiles("docs/how-to", ".md").map((path) => path.slice("docs/".length));
  assertEquals(wanted.filter((place) => !pages.has(place)), []);
  assertEquals(
    listFiles("examples", ".ts").filter((path) => !pages.has(path.replace(/^examples(.*)\.ts$/, "programs$1.md"))),
    [],
  );
  assert(pages.get("how-to/download.md")!.includes("](/programs/download)"));
  assert(pages.get("contents.md")!.includes("](/adrs/)"));
  assert(pages.get("adrs/index.md")!.includes("](/adrs/0001-record-decisions)"));
});

test("the side bar has every page about how to do something", () => {
  const links = sideBar(pages.get("contents.md")!).flatMap(({ items }: { items: { link: string }[] }) =>
    items.map(({ link }) => `${link.slice(1)}.md`)
  );
  assertEquals(listFiles("docs/how-to", ".md").filter((path) => !links.includes(path.slice("docs/".length))), []);
});

test("sideBar() keeps the order and the names of the index", () => {
  const contents = "[a](/before)\n## One\n| [`b` c](/x/b) | d |\n## Empty\n## Two\nfrom [e](/y) and [f](/adrs/1)\n";
  assertEquals(sideBar(contents), [
    { text: "One", items: [{ text: "<code>b</code> c", link: "/x/b" }] },
    { text: "Two", items: [{ text: "E", link: "/y" }] },
  ]);
});

test("sitePages() fails for a link to what is no page", (t) => {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  const root = folder.file("");
  for (const path of ["docs", "examples", "bench", "tests"]) mkdirSync(`${root}/${path}`);
  for (const path of ["CHANGELOG", "CODE_OF_CONDUCT", "CONTRIBUTING", "SECURITY", "bench/README", "tests/README"]) {
    writeFileSync(`${root}/${path}.md`, "# A\n");
  }
  writeFileSync(`${root}/LICENSE`, "text");
  writeFileSync(`${root}/docs/a.md`, "# A\n[b](b.md#c) [out](https://example.com/)\n");
  assertThrows(() => sitePages(root), Error, "docs/a.md has a link to b.md#c, which is no page of the site");
  writeFileSync(`${root}/docs/b.md`, "# B\n");
  assert(sitePages(root).get("a.md").includes("[b](/b#c) [out](https://example.com/)"));
});

test("titleOf() gives the first heading as text", () => {
  assertEquals(titleOf("text\n# A `b`\n## C\n"), "A b");
});

test("earlierReleases() gives the newest patch of each minor version before, newest first", () => {
  const tags = ["v0.9.0", "v0.10.0", "v0.10.2", "v0.10.11", "v1.0.0-rc.1", "v1.0.0", "v1.1.0", "v2.0.0", "other", ""];
  const rows: [string, string[]][] = [
    ["1.1.0", ["1.0.0", "0.10.11", "0.9.0"]],
    ["1.0.1", ["0.10.11", "0.9.0"]],
    ["1.0.0-rc.2", ["0.10.11", "0.9.0"]],
    ["0.10.2", ["0.9.0"]],
    ["0.1.0", []],
  ];
  for (const [current, wanted] of rows) assertEquals([current, earlierReleases(tags, current)], [current, wanted]);
});
