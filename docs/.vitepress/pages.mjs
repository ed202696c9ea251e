/**
 * Makes the pages of the site out of those of the repository: where each goes, and links between them.
 * Must not know the generator. A link to what is no page of the site fails.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { changeLinks, findHeadings } from "./markdown.mjs";

/** Papers from outside of docs/, and where they go. */
const PAPERS = {
  "CHANGELOG.md": "changelog.md",
  "CODE_OF_CONDUCT.md": "code-of-conduct.md",
  "CONTRIBUTING.md": "contributing.md",
  "SECURITY.md": "security.md",
  "bench/README.md": "benchmarks.md",
  "tests/README.md": "tests.md",
};

function filesBelow(root, folder, suffix) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join(folder, path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(suffix) && !path.startsWith("docs/.")).sort();
}

/** Where a page of docs/ goes. The index gives way to the front page. */
function placeOf(path) {
  const place = path.slice("docs/".length);
  return place === "README.md" ? "contents.md" : place.replace(/README\.md$/, "index.md");
}

/** The first heading of a page, as text. */
export function titleOf(text) {
  return findHeadings(text)[0].title.replaceAll("`", "");
}

/** The index of a folder that has none: the titles of what is in it. */
function folderIndex(title, pages) {
  const lines = pages.map(({ place, text }) => `- [${titleOf(text)}](/${place.replace(/\.md$/, "")})`);
  return `# ${title}\n\n${lines.join("\n")}\n`;
}

function exampleText(path, code) {
  return `# \`${posix.basename(path)}\`\n\n\`\`\`ts\n${code.trimEnd()}\n\`\`\`\n`;
}

/** All pages, by the path that they go to, with links between them. */
export function sitePages(root) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const pages = [
    ...filesBelow(root, "docs", ".md").map((path) => ({ path, place: placeOf(path), text: read(path) })),
    ...Object.entries(PAPERS).map(([path, place]) => ({ path, place, text: read(path) })),
    ...filesBelow(root, "examples", ".ts").map((path) => ({
      path,
      place: path.replace(/\.ts$/, ".md").replace("examples/", "programs/"),
      text: exampleText(path, read(path)),
    })),
    { path: "LICENSE", place: "license.md", text: `# License\n\n\`\`\`text\n${read("LICENSE").trimEnd()}\n\`\`\`\n` },
  ];
  const records = pages.filter(({ path }) => path.startsWith("docs/adrs/"));
  pages.push({ path: "docs/adrs/", place: "adrs/index.md", text: folderIndex("Records of decisions", records) });

  const places = new Map(pages.map(({ path, place }) => [path, place]));
  return new Map(pages.map(({ path, place, text }) => [place, linked(path, text, places)]));
}

function linked(path, text, places) {
  return changeLinks(text, (target) => {
    if (/^(?:[a-z][a-z0-9+.-]*:|[#/])/i.test(target)) return target;
    const url = new URL(target, `file:///${path}`);
    const place = places.get(decodeURIComponent(url.pathname.slice(1)));
    if (place === undefined) throw new Error(`${path} has a link to ${target}, which is no page of the site`);
    return `/${place.replace(/(?:index)?\.md$/, "")}${url.hash}`;
  });
}

/** The side bar: each part of the index with its links, in order; single records of decisions are left out. */
export function sideBar(contents) {
  const groups = [];
  for (const line of contents.split("\n")) {
    const [, title] = /^## (.*)$/.exec(line) ?? [];
    if (title !== undefined) groups.push({ text: title, items: [] });
    for (const [, text, link] of line.matchAll(/\[([^\]]+)\]\((\/[^)]*)\)/g)) {
      if (groups.length === 0 || /^\/adrs\/./.test(link)) continue;
      const name = text[0].toUpperCase() + text.slice(1);
      groups.at(-1).items.push({ text: name.replace(/`([^`]+)`/g, "<code>$1</code>"), link });
    }
  }
  return groups.filter(({ items }) => items.length > 0);
}
