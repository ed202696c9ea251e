/** Where the project is, and the small questions that every tool of the tests asks. */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the project. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is built for the tests; ignored by Git. */
export const BUILD = join(ROOT, ".build");

/** All files below `folder` whose path, relative to the project, passes `wanted`; sorted. */
export async function listFiles(folder, wanted) {
  if (!existsSync(join(ROOT, folder))) return [];
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
    .filter((path) => wanted(path))
    .sort();
}

/** The environment of a test run: no colours, no proxy of this machine. */
export function testEnvironment(extra = {}) {
  const environment = { ...process.env, NO_COLOR: "1", ...extra };
  for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]) {
    delete environment[name];
    delete environment[name.toUpperCase()];
  }
  delete environment.FORCE_COLOR;
  delete environment.NODE_OPTIONS;
  return environment;
}

/** Some runtimes colour what they print even when they are asked not to. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** Runs a command; resolves to its exit code and all it printed. */
export function run(command, args, { cwd = ROOT, env = testEnvironment(), limit = 15 * 60_000, echo = false } = {}) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk) => {
      output += chunk;
      if (echo) process.stdout.write(chunk);
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    const timer = setTimeout(() => {
      output += `\nStopped: still running after ${limit / 1_000} s\n`;
      child.kill("SIGKILL");
    }, limit);
    const done = (code) => {
      clearTimeout(timer);
      resolve({ code, output: output.replace(COLOURS, ""), seconds: (performance.now() - started) / 1_000 });
    };
    child.on("error", (error) => {
      output += `${error.message}\n`;
      done(127);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Whether a package is there in that version. */
function isInstalled([name, version]) {
  const path = join(ROOT, "node_modules", name, "package.json");
  return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).version === version;
}

/** Installs the development tools of package.json when they are not there, or are others. */
export function ensureTools() {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (Object.entries(devDependencies).every(isInstalled)) return;
  const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", options, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("Cannot install the development tools: npm ci failed");
}

/** Runs `work` on each item, at most `limit` at a time; results in the order of the items. */
export async function inParallel(items, limit, work) {
  const results = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at], at);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

/** The plain line that ends every run. */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The totals, when the last line of a text gives them. */
export function readTotals(text) {
  const found = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(text.trimEnd().split("\n").at(-1) ?? "");
  return found ? { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) } : undefined;
}
