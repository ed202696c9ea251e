/** The behaviour tests in headless Chromium, as far as a page can show them. Needs Node, whatever runs this file. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { findRuntime } from "../run/runtimes.mjs";
import { hasBrowser } from "../runtime/browser.mjs";

if (!hasBrowser()) {
  console.log("chromium is not installed (.ci/packages)");
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
const { status } = spawnSync(findRuntime("node24"), ["tests/runtime/chromium.mjs"], { stdio: "inherit" });
process.exit(status ?? 1);
