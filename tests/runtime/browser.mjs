/** Owns headless Chromium: one page, in a profile of its own. Must not know what the page does. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endGroup } from "./process_group.mjs";

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

/** Starts it with further arguments; `stop` ends it and removes its profile. */
export async function startBrowser(args, stdio = "ignore") {
  const folder = await mkdtemp(join(tmpdir(), "jetstream-chromium-"));
  const child = spawn("chromium", [...FLAGS, `--user-data-dir=${folder}`, ...args], { stdio, detached: true });
  async function stop() {
    endGroup(child, "SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return { child, stop };
}

/** Shows a page until `told` settles, at most `limit` milliseconds; resolves as that does. */
export async function showPage(url, told, limit) {
  const { child, stop } = await startBrowser([url]);
  const failure = Promise.withResolvers();
  child.on("error", failure.reject);
  const timer = setTimeout(() => failure.reject(new Error(`The page did not end within ${limit} ms`)), limit);
  try {
    return await Promise.race([told, failure.promise]);
  } finally {
    clearTimeout(timer);
    await stop();
  }
}
