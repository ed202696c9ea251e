/**
 * Builds the site into `.build/site/`: the pages, and the API reference of each version under `api/<version>/`.
 *
 *   deno task site
 *
 * `SITE_BASE=/jetstream/` builds it for a folder of a host.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { BUILD, ensureTools, ROOT } from "../../tests/run/project.mjs";
import { findRuntime } from "../../tests/run/runtimes.mjs";
import { sitePages } from "./pages.mjs";
import { writeReferences } from "./reference.mjs";

const PAGES = join(BUILD, "site_pages");
const OUT = join(BUILD, "site");

function layOut() {
  rmSync(PAGES, { recursive: true, force: true });
  for (const [place, text] of sitePages(ROOT)) {
    const file = join(PAGES, place);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  cpSync(join(ROOT, "docs/.vitepress/home.md"), join(PAGES, "index.md"));
  cpSync(join(ROOT, "docs/.vitepress/icon.svg"), join(PAGES, "public/icon.svg"));
}

function run(binary, args) {
  const { status, error } = spawnSync(binary, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`Cannot build the site: ${args.join(" ")} failed${error ? `: ${error}` : ""}`);
}

ensureTools();
layOut();
run(findRuntime("node24"), ["node_modules/vitepress/bin/vitepress.js", "build", "docs"]);

writeReferences(ROOT, join(OUT, "api"), join(BUILD, "site_releases"), findRuntime("deno"));
console.log(`The site is in ${OUT}`);
process.exit(0);
