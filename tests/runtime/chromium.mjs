/** Runs the behaviour tests in a page of headless Chromium; its server passes all else on to that of the tests. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../run/project.mjs";
import { showPage } from "./browser.mjs";
import { bundleBehaviour, report } from "./bundle.mjs";
import { readRefusals } from "./edge_page.mjs";
import { servePages } from "./pages.mjs";
import { startServer } from "./start_server.mjs";

/** Milliseconds for all of it. */
const LIMIT = 300_000;

const server = await startServer("tests/support/origin_server.mjs");
const script = await bundleBehaviour("tests/runtime/page.ts", { http: `http://127.0.0.1:${server.ports.http}` });
const pages = await servePages({ "/page.js": script }, server.ports.http);

let code = 1;
try {
  const { outcomes, capabilities } = JSON.parse(await showPage(pages.url, pages.outcome, LIMIT));
  // The page of the docs says what this very page refuses, no more and no less.
  const told = readRefusals(await readFile(join(ROOT, "docs/how-to/edge.md"), "utf8"));
  assert.deepEqual(capabilities.refused, told.page);
  console.log(`chromium can: ${capabilities.options.join(", ")}`);
  code = await report("chromium", outcomes);
} finally {
  pages.close();
  server.stop();
}
process.exit(code);
