/** Runs the behaviour tests in a page of headless Chromium; its server passes all else on to that of the tests. */

import process from "node:process";
import { showPage } from "./browser.mjs";
import { bundleBehaviour, report } from "./bundle.mjs";
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
  console.log(`chromium can: ${capabilities.options.join(", ")}`);
  code = report("chromium", outcomes);
} finally {
  pages.close();
  server.stop();
}
process.exit(code);
