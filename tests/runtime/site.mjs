/**
 * The site as readers meet it: every link of every page leads somewhere, and in headless Chromium the pages
 * load without a complaint and the search finds what is asked for.
 *
 *   node tests/runtime/site.mjs [folder for pictures]
 */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { BUILD, totalsLine } from "../run/project.mjs";
import { openBrowser } from "./devtools.mjs";

const SITE = join(BUILD, "site");
const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  json: "application/json",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** Anchors that `deno doc` links to and does not make: parameters of mapped types. */
const MISSING = /^type_param_/;

/** Words, and the page that the search has to offer for them. */
const SEARCHES = [
  ["Idempotency-Key", "/how-to/retries"],
  ["unix socket", "/how-to/names-and-addresses"],
  ["axios", "/migrate/from-axios"],
];

const [pictures] = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };

function judge(what, wrong) {
  if (wrong.length === 0) return counts.passed++;
  counts.failed++;
  console.log(`FAILED ${what}\n  ${wrong.slice(0, 20).join("\n  ")}`);
}

const files = (await readdir(SITE, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(SITE.length));
const known = new Set(files);

/** The file that a path of the site is served from. */
function fileOf(path) {
  return [path, `${path}index.html`, `${path}.html`].find((each) => known.has(each));
}

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** What an attribute says. */
function plain(text) {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot));/gi,
    (_, hex, decimal, name) =>
      name !== undefined ? NAMED[name] : String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
  );
}

/** Links and anchors of a page; what stands in a script is none. */
function readPage(html) {
  const text = html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, "");
  const attributes = (name) =>
    Array.from(
      text.matchAll(new RegExp(`<[a-z][^<>]*?\\s${name}=(?:"([^"]*)"|'([^']*)')`, "g")),
      ([, a, b]) => plain(a ?? b),
    );
  return { links: [...attributes("href"), ...attributes("src")], anchors: new Set(attributes("id")) };
}

async function checkLinks() {
  const pages = new Map();
  for (const path of files.filter((file) => file.endsWith(".html"))) {
    pages.set(path, readPage(await readFile(join(SITE, path), "utf8")));
  }
  const dead = [];
  let seen = 0;
  for (const [page, { links }] of pages) {
    for (const link of links) {
      const url = new URL(link, `http://site.test${page}`);
      if (url.host !== "site.test") continue;
      seen++;
      const file = fileOf(decodeURIComponent(url.pathname));
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (file === undefined) dead.push(`${page}: ${link}`);
      else if (MISSING.test(anchor) && page.startsWith("/api/")) continue;
      else if (anchor !== "" && pages.get(file)?.anchors.has(anchor) !== true) dead.push(`${page}: ${link} (anchor)`);
    }
  }
  judge("every link leads to a page and its anchor", dead);
  judge("there are links", seen > 1_000 ? [] : [`only ${seen}`]);
  console.log(`${pages.size} pages, ${seen} links`);
  return [...pages.keys()];
}

const server = createServer(async (request, response) => {
  const file = fileOf(decodeURIComponent(new URL(request.url, "http://site.test").pathname));
  if (file === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[file.replace(/^.*\./, "")] ?? "application/octet-stream" });
  response.end(await readFile(join(SITE, file)));
});

async function checkPages(browser, base, pages) {
  for (const page of pages) {
    browser.complaints.length = 0;
    await browser.open(base + page);
    const text = await browser.evaluate("document.title && document.body.innerText");
    // Every browser asks for this one where a page names no icon: those of `deno doc` do not.
    const complaints = browser.complaints.filter((complaint) => !complaint.endsWith("/favicon.ico"));
    judge(`${page} loads`, [...complaints, ...(text.length < 100 ? ["it is empty"] : [])]);
  }
}

async function checkSearch(browser, base) {
  await browser.open(`${base}/`);
  for (const [words, wanted] of SEARCHES) {
    await browser.until("document.querySelector('.DocSearch-Button')");
    await browser.evaluate("document.querySelector('.DocSearch-Button').click()");
    await browser.until("document.querySelector('#localsearch-input')");
    await browser.evaluate(`(() => {
      const input = document.querySelector("#localsearch-input");
      input.value = ${JSON.stringify(words)};
      input.dispatchEvent(new Event("input"));
    })()`);
    await browser.until("document.querySelector('#localsearch-list li a')");
    const path = JSON.stringify(wanted);
    const found = `[...document.querySelectorAll('#localsearch-list a')].find((a) => a.pathname.startsWith(${path}))`;
    await browser.until(found);
    await picture(browser, `search_${words.replace(/\W/g, "_")}`);
    await browser.evaluate(`${found}.click()`);
    await browser.until(`location.pathname.startsWith(${path}) && document.querySelector("h1")`);
    judge(`"${words}" is found and leads to ${wanted}`, []);
  }
}

async function picture(browser, name) {
  if (pictures === undefined) return;
  const { data } = await browser.send("Page.captureScreenshot", { format: "png" });
  await writeFile(join(pictures, `${name}.png`), data, "base64");
}

let code = 1;
let browser;
try {
  const pages = await checkLinks();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${server.address().port}`;
  browser = await openBrowser();
  const own = pages.filter((page) => !page.startsWith("/api/") && page !== "/404.html");
  const reference = pages.filter((page) => /^\/api\/[^/]+\/(?:index|all_symbols)\.html$/.test(page));
  judge("the API reference is there", reference.length > 0 && reference.length % 2 === 0 ? [] : reference);
  await checkPages(browser, base, [...own, ...reference]);
  await checkSearch(browser, base);
  for (
    const page of pictures === undefined
      ? []
      : ["/", "/how-to/retries", "/migrate/from-axios", "/start-here", ...reference]
  ) {
    await browser.open(base + page);
    await picture(browser, page.replaceAll("/", "_"));
  }
  code = counts.failed === 0 ? 0 : 1;
} catch (error) {
  counts.failed++;
  console.log(error);
} finally {
  await browser?.close();
  server.close();
}
console.log(totalsLine(counts));
process.exit(code);
