/**
 * Measures how much of `src/` the suite runs, merged over Deno, Bun and Node.
 *
 *   deno task coverage              on all three: a few minutes
 *   deno task coverage node24       on this one anew; what the others told last time still counts
 *   deno task coverage h1/          only test files whose path contains a filter
 *   deno task coverage --again      nothing is run, what was told last is read
 *
 * A line counts as run when it ran on any of them. Branches come from V8 (Deno and Node; Bun tells lines
 * only): one of a line counts as missed when both miss as many there. What the runtimes tell stays in
 * `.build/coverage/`, the merged report is `.build/coverage/lcov.info`.
 */

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD, ensureTools, listFiles, ROOT, run, testEnvironment } from "./project.mjs";
import { findRuntime } from "./runtimes.mjs";
import { OWN_STEPS, runnerArguments } from "../run.mjs";

const FOLDER = join(BUILD, "coverage");

/** Milliseconds that the suite may take on one runtime, while what it runs is counted. */
const LIMIT = 20 * 60_000;

/** Files that are named at the end. */
const NAMED = 20;

/** What is known of a file: hits by line, and by line the branches in all and those missed. */
class FileCoverage {
  lines = new Map();
  branches = new Map();
}

function fileOf(coverage, path) {
  if (!coverage.has(path)) coverage.set(path, new FileCoverage());
  return coverage.get(path);
}

/** The path of a source below `src/`; `undefined` for anything else. */
function sourceOf(path) {
  const inside = relative(ROOT, path.startsWith("file:") ? fileURLToPath(path) : join(ROOT, path)).replaceAll(
    "\\",
    "/",
  );
  return inside.startsWith("src/") && inside.endsWith(".ts") ? inside : undefined;
}

/** Reads a report in the format of lcov. */
export function readLcov(text) {
  const coverage = new Map();
  let file;
  for (const line of text.split("\n")) {
    const [, word, rest] = /^([A-Z]+):(.*)$/.exec(line) ?? [];
    if (word === "SF") {
      const path = sourceOf(rest.startsWith("/") ? `file://${rest}` : rest);
      file = path === undefined ? undefined : fileOf(coverage, path);
    } else if (file === undefined) continue;
    else if (word === "DA") {
      const [number, hits] = rest.split(",").map(Number);
      file.lines.set(number, Math.max(hits, file.lines.get(number) ?? 0));
    } else if (word === "BRDA") {
      const [number, , , taken] = rest.split(",");
      const known = file.branches.get(Number(number)) ?? { all: 0, missed: 0 };
      const isMissed = taken === "-" || taken === "0";
      file.branches.set(Number(number), { all: known.all + 1, missed: known.missed + (isMissed ? 1 : 0) });
    }
  }
  return coverage;
}

/**
 * Adds what V8 says of one script in one process: `ran` has a byte for each character, 1 once it ran in any
 * process; `blocks` the places at which a branch begins.
 */
export function addScript({ ran, blocks }, functions) {
  const now = new Uint8Array(ran.length);
  // Outer functions come before inner ones, outer blocks before inner ones: the last word counts.
  for (const { ranges, isBlockCoverage } of functions) {
    ranges.forEach(({ startOffset, endOffset, count }, index) => {
      now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      if (isBlockCoverage && index > 0) blocks.add(startOffset);
    });
  }
  for (let at = 0; at < now.length; at++) ran[at] |= now[at];
}

/** Lines and branches of a source of which V8 said that these characters ran. */
export function coverageOf(text, { ran, blocks }) {
  const file = new FileCoverage();
  const numbers = new Uint32Array(text.length + 1);
  let number = 1;
  for (let at = 0; at < text.length; at++) {
    numbers[at] = number;
    if (!/\s/.test(text[at])) file.lines.set(number, Math.max(ran[at], file.lines.get(number) ?? 0));
    if (text[at] === "\n") number++;
  }
  for (const at of blocks) {
    const line = numbers[at];
    const known = file.branches.get(line) ?? { all: 0, missed: 0 };
    file.branches.set(line, { all: known.all + 1, missed: known.missed + (ran[at] ? 0 : 1) });
  }
  return file;
}

/** Reads what Node wrote, a file for each process and thread. */
async function readNode(folder) {
  const scripts = new Map();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), "utf8"));
    for (const { url, functions } of result) {
      const path = url.startsWith("file:") ? sourceOf(url.replace(/[?#].*$/, "")) : undefined;
      if (path === undefined) continue;
      if (!scripts.has(path)) {
        const text = await readFile(join(ROOT, path), "utf8");
        scripts.set(path, { text, ran: new Uint8Array(text.length), blocks: new Set() });
      }
      addScript(scripts.get(path), functions);
    }
  }
  return new Map([...scripts].map(([path, script]) => [path, coverageOf(script.text, script)]));
}

/** Numbers of the lines that hold code: types and comments are gone from what runs. */
async function codeLines(text) {
  const { transform } = await import("esbuild");
  const { code } = await transform(text, { loader: "ts", target: "esnext", sourcemap: false });
  return code.trim() === "" ? 0 : code.split("\n").filter((line) => line.trim() !== "").length;
}

/** Merges the runtimes: `lines` all of them, `branches` the first and the last. */
export function merge(path, { deno, bun, node }) {
  const known = [deno, bun, node].map((coverage) => coverage.get(path)).filter((file) => file !== undefined);
  // Deno and Bun list lines of code alone; Node's are all that are not blank.
  const listed = deno.get(path) ?? bun.get(path) ?? node.get(path);
  const merged = new FileCoverage();
  for (const line of listed?.lines.keys() ?? []) {
    merged.lines.set(line, Math.max(...known.map((file) => file.lines.get(line) ?? 0)));
  }
  const both = [deno.get(path), node.get(path)].filter((file) => file !== undefined);
  for (const line of new Set(both.flatMap((file) => [...file.branches.keys()]))) {
    const found = both.map((file) =>
      file.branches.get(line) ?? { all: 0, missed: file.lines.get(line) ? 0 : Infinity }
    );
    const all = Math.max(...found.map((each) => each.all));
    merged.branches.set(line, { all, missed: Math.min(all, ...found.map((each) => each.missed)) });
  }
  return merged;
}

const COLLECT = {
  deno: (folder) => ({ args: [`--coverage=${folder}`], env: {} }),
  bun: (folder) => ({ args: ["--coverage", "--coverage-reporter=lcov", `--coverage-dir=${folder}`], env: {} }),
  node24: (folder) => ({ args: [], env: { NODE_V8_COVERAGE: folder } }),
};

async function measure(id, files) {
  const folder = join(FOLDER, id);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { args, env } = COLLECT[id](folder);
  const [first, ...rest] = runnerArguments(id, files, join(FOLDER, `${id}.xml`));
  const { code, output, seconds } = await run(findRuntime(id), [first, ...args, ...rest], {
    env: testEnvironment(env),
    limit: LIMIT,
  });
  console.log(`${id}: ${seconds.toFixed(0)} s${code === 0 ? "" : `, and its tests ended with ${code}`}`);
  if (code !== 0) console.log(output.split("\n").slice(-15).join("\n"));
}

async function reports() {
  const lcov = join(FOLDER, "deno.lcov");
  const list = ["coverage", "--lcov", `--include=^file:.*/src/`, `--output=${lcov}`, join(FOLDER, "deno")];
  await run(findRuntime("deno"), list, { env: testEnvironment({ NO_COLOR: "1" }) });
  const bun = join(FOLDER, "bun", "lcov.info");
  return {
    deno: existsSync(lcov) ? readLcov(await readFile(lcov, "utf8")) : new Map(),
    bun: existsSync(bun) ? readLcov(await readFile(bun, "utf8")) : new Map(),
    node: existsSync(join(FOLDER, "node24")) ? await readNode(join(FOLDER, "node24")) : new Map(),
  };
}

function percent(part, whole) {
  return whole === 0 ? "100.0 %" : `${(part / whole * 100).toFixed(1)} %`;
}

async function main() {
  const words = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  const filters = words.filter((word) => !(word in COLLECT));
  // What the others told last is read again.
  const ids = Object.keys(COLLECT).filter((id) => words.length === filters.length || words.includes(id));
  ensureTools();
  await mkdir(FOLDER, { recursive: true });
  const files = await listFiles(
    "tests",
    (path) =>
      path.endsWith("_test.ts") && !OWN_STEPS.some((folder) => path.startsWith(folder)) &&
      (filters.length === 0 || filters.some((filter) => path.includes(filter))),
  );
  // What was measured can be read again.
  if (!process.argv.includes("--again")) {
    // The plugin is Deno's, and its tests are a part of another step.
    const plugin = await listFiles("tests/meta/lint", (path) => path.endsWith("_test.ts"));
    for (const id of ids) await measure(id, id === "deno" && filters.length === 0 ? [...files, ...plugin] : files);
  }
  const told = await reports();
  const rows = [];
  let lcov = "";
  for (const path of await listFiles("src", (path) => path.endsWith(".ts"))) {
    const { lines, branches } = merge(path, told);
    const numbers = [...lines].sort(([a], [b]) => a - b);
    const row = {
      path,
      lines: lines.size,
      ran: numbers.filter(([, hits]) => hits > 0).length,
      branches: [...branches.values()].reduce((sum, { all }) => sum + all, 0),
      missed: [...branches.values()].reduce((sum, { missed }) => sum + missed, 0),
      left: numbers.filter(([, hits]) => hits === 0).map(([number]) => number),
      halves: [...branches].filter(([, { missed }]) => missed > 0).map(([number]) => number).sort((a, b) => a - b),
    };
    // A file that no test loads has to count, unless it holds nothing but types.
    if (lines.size === 0) row.lines = await codeLines(await readFile(join(ROOT, path), "utf8"));
    rows.push(row);
    lcov += `SF:${path}\n${numbers.map(([number, hits]) => `DA:${number},${hits}\n`).join("")}end_of_record\n`;
  }
  await writeFile(join(FOLDER, "lcov.info"), lcov);
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  rows.sort((a, b) => (b.lines - b.ran + b.missed) - (a.lines - a.ran + a.missed));
  for (const { path, lines, ran, branches, missed, left, halves } of rows.slice(0, NAMED)) {
    console.log(
      `${path.padEnd(40)} lines ${percent(ran, lines).padStart(7)} branches ${
        percent(branches - missed, branches).padStart(7)
      }  ${left.join(" ").slice(0, 80)} | ${halves.join(" ").slice(0, 80)}`,
    );
  }
  console.log(`lines: ${percent(sum("ran"), sum("lines"))} of ${sum("lines")}`);
  console.log(`branches: ${percent(sum("branches") - sum("missed"), sum("branches"))} of ${sum("branches")}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
