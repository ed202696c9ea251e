/** What the pages say of the source is what the source says. */

import { assert, assertEquals } from "@std/assert";
import { refusedOptions } from "../../src/client/capabilities.ts";
import { resolveClient } from "../../src/client/resolve.ts";
import { Stack } from "../../src/client/stack.ts";
import type { Settings } from "../../src/core/settings.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { decideRedirect } from "../../src/policy/redirect_decision.ts";
import { RUNTIMES } from "../run/runtimes.mjs";
import { readRefusals } from "../runtime/edge_page.mjs";
import { exists, listFiles, readJson, readText } from "../support/project.ts";
import { liveResponse } from "../support/responses.ts";
import { test } from "../support/suite.ts";
import { GROUPS, optionsPage, readSymbols } from "./reference.ts";

const PAGES = ["README.md", ...listFiles("docs", ".md")];

/** The names of all layers, outermost first. */
function layerNames(): string[] {
  const runtime = detectRuntime();
  const options = {
    raiseForStatus: true,
    hooks: {},
    timeout: { attempt: 1 },
    onDownloadProgress: () => {},
    compress: "gzip",
    auth: ["a", "b"],
    cookies: true,
  };
  const layer = (): never => {
    throw new Error("Nothing is sent here");
  };
  const settings = {
    ...resolveClient(options, { runtime, baseUrl: null, request: false }),
    callLayers: [layer],
    networkLayers: [layer],
    save: layer,
  } as unknown as Settings;
  return new Stack(runtime).names(settings, false);
}

test("the order of the layers on the page is that of the stack", () => {
  const page = readText("docs/how-to/hooks-and-middleware.md");
  const part = page.slice(page.indexOf("## The order of the layers"), page.indexOf("## Rules for layers"));
  const listed = [...part.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, name]) => name!);
  assertEquals(listed, layerNames());
  const record = readText("docs/adrs/0004-layers-and-their-order.md").replace(/\s+/g, " ");
  assert(record.includes(`${layerNames().join(" → ")} → transport`), "the record of the decision says otherwise");
});

test("the fields that the page lets go to another origin are those that do", () => {
  const page = readText("docs/how-to/redirects.md");
  const [, text = ""] = /gets these fields and no others:\n\n([\s\S]*?)\n\n/.exec(page) ?? [];
  const listed = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  const others = ["Authorization", "Cookie", "Origin", "Referer", "X-Api-Key", "If-None-Match", "From", "Via", "DNT"];
  const headers = HeaderList.from([...listed, ...others].map((name) => [name, "1"] as const));
  const request = new HttpRequest("GET", new RequestUrl("https://a.example/"), headers);
  const decision = decideRedirect(
    request,
    liveResponse(null, { status: 302, headers: { Location: "https://b.example/" } }),
    new URL("https://b.example/"),
    resolveRedirect(undefined)!,
    [],
  );
  assert("next" in decision);
  assertEquals(decision.next.headers.pairs.map(([name]) => name), listed);
  const source = readText("src/policy/redirect_decision.ts");
  const [, set = ""] = /const HARMLESS[^[]*\[([\s\S]*?)\]/.exec(source) ?? [];
  assertEquals([...set.matchAll(/"([^"]+)"/g)].map(([, name]) => name), listed.map((name) => name.toLowerCase()));
});

test("the defaults on the pages are those of the reference", () => {
  const prefixes = new Map(GROUPS.map(({ name, title }) => [name, /^`(\w[\w.]*)`/.exec(title)?.[1]]));
  const rows = optionsPage(readSymbols()).rows;
  const known = new Map<string, string>();
  for (const { path, name, fallback = "" } of rows) {
    const prefix = prefixes.get(path.slice(0, path.indexOf(".")));
    known.set(prefix === undefined ? name : `${prefix}.${name}`, fallback.replaceAll("`", ""));
  }
  const wrong: string[] = [];
  let seen = 0;
  for (const path of listFiles("docs/how-to", ".md")) {
    for (const [, name, shown] of readText(path).matchAll(/^\| `([a-zA-Z][\w.]*)` +\| (.*?) +\|/gm)) {
      const wanted = known.get(name!);
      if (!name!.includes(".") || wanted === undefined) continue;
      seen++;
      if (shown!.replaceAll("`", "") !== wanted) wrong.push(`${path}: ${name} is ${wanted}, the page says ${shown}`);
    }
  }
  assertEquals(wrong, []);
  assert(seen > 40, `only ${seen} defaults were found`);
});

test("the options that the page on edge runtimes says are refused are those that capabilities tell of", () => {
  const open = { showsRedirects: true, showsCookies: true, streamsUploads: true, decodes: true };
  const closed = { showsRedirects: false, showsCookies: false, streamsUploads: false, decodes: true };
  const told = readRefusals(readText("docs/how-to/edge.md"));
  assertEquals(told, { everywhere: refusedOptions(open), page: refusedOptions(closed) });
});

test("every test that a promise of security names is there", () => {
  const rows = [...readText("docs/design/security.md").matchAll(/^\| (.+?) +\| `(tests\/\S+)` +\| (.+?) +\|$/gm)];
  assert(rows.length > 30, `only ${rows.length} promises were found`);
  const missing = rows.filter(([, , file, title]) => !exists(file!) || !readText(file!).includes(`"${title}"`));
  assertEquals(missing.map(([, promise]) => promise), []);
});

test("every file that a page names is there", () => {
  const broken: string[] = [];
  for (const page of PAGES) {
    for (const [, path] of readText(page).matchAll(/`((?:src|tests)\/[\w/.]+\.(?:ts|mjs))`/g)) {
      if (!exists(path!)) broken.push(`${page}: ${path}`);
    }
  }
  assertEquals(broken, []);
});

test("every page is on the index, records of decisions aside", () => {
  const index = readText("docs/README.md");
  const pages = listFiles("docs", ".md").filter((path) =>
    path !== "docs/README.md" && !/^docs\/(?:adrs|\.vitepress)\//.test(path)
  );
  assertEquals(pages.filter((path) => !index.includes(`(${path.slice("docs/".length)})`)), []);
});

test("the versions on the page are those under test", () => {
  const page = readText("docs/versions.md");
  const { miniflare } = readJson("package.json")["devDependencies"] as { miniflare: string };
  const wanted = [...RUNTIMES.map(({ version }: { version: string }) => version), miniflare];
  assertEquals(wanted.filter((version) => !page.includes(`| ${version} `)), []);
});

test("every example is on its page, and run by a test", () => {
  const page = readText("docs/examples.md");
  const runs = readText("tests/acceptance/examples_test.ts");
  const examples = listFiles("examples", ".ts");
  assertEquals(examples.filter((path) => !page.includes(`(../${path})`) || !runs.includes(path)), []);
});

test("every option of a client or a request is on a page about how to do something", () => {
  const pages = listFiles("docs/how-to", ".md").map((path) => readText(path)).join("\n");
  const options = optionsPage(readSymbols()).rows
    .filter(({ path }) => /^(?:Shared|Client|Request|Download)Options\./.test(path)).map(({ name }) => name);
  assert(options.length > 30, `only ${options.length} options were found`);
  assertEquals(options.filter((name) => !new RegExp(`\`${name}[\`:.]|\\b${name}:`).test(pages)), []);
});
