/** Builds the site and looks at it in headless Chromium. Needs Node, whatever runs this file. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { findRuntime } from "../run/runtimes.mjs";
import { hasBrowser } from "../runtime/browser.mjs";

if (!hasBrowser()) {
  console.log("chromium is not installed (.ci/packages)");
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
for (const script of ["docs/.vitepress/build.mjs", "tests/runtime/site.mjs"]) {
  const { status } = spawnSync(findRuntime("node24"), [script], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
