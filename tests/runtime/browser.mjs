/** Owns headless Chromium: one page, in a profile of its own. Must not know what the page does. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether there is one on this machine. */
export function hasBrowser() {
  return spawnSync("chromium", ["--version"]).error === undefined;
}

/** Shows a page until `told` settles, at most `limit` milliseconds; resolves as that does. */
export async function showPage(url, told, limit) {
  const folder = await mkdtemp(join(tmpdir(), "jetstream-chromium-"));
  const failure = Promise.withResolvers();
  const browser = spawn("chromium", [...FLAGS, `--user-data-dir=${folder}`, url], { stdio: "ignore", detached: true });
  browser.on("error", failure.reject);
  const timer = setTimeout(() => failure.reject(new Error(`The page did not end within ${limit} ms`)), limit);
  try {
    return await Promise.race([told, failure.promise]);
  } finally {
    clearTimeout(timer);
    try {
      process.kill(-browser.pid, "SIGKILL");
    } catch {
      // It never started.
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
