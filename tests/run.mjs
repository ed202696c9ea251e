/**
 * Runs the suite on Deno, Bun, Node 20 and Node 24.
 *
 *   node tests/run.mjs                     everything, on all four
 *   node tests/run.mjs bun node20          on these ("node" means both versions)
 *   node tests/run.mjs deno h1/framing     only test files whose path contains a filter
 *   --jobs=N   runtimes at a time (2)      --verbose   print all that the runners print
 */

import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkSkips, countOutcomes, readReport } from "./run/junit.mjs";
import { BUILD, ensureTools, inParallel, listFiles, run, testEnvironment, totalsLine } from "./run/project.mjs";
import { findRuntime, RUNTIMES } from "./run/runtimes.mjs";
import { loadTable, transpile, transpiledPath } from "./run/transpile.mjs";

/** Folders whose tests do not concern a runtime, or have steps of their own. */
export const OWN_STEPS = ["tests/meta/", "tests/full/", "tests/soak/", "tests/runtime/"];

const RESULTS = join(BUILD, "results");

/** Node starts a process for each file: with what it compiled kept, it takes half the time of the processor. */
const COMPILED = join(BUILD, "compiled");

/** Splits the command line. */
export function parseArguments(args) {
  const options = { runtimes: [], filters: [], jobs: 2, verbose: false };
  for (const arg of args) {
    const jobs = /^--jobs=([1-9]\d*)$/.exec(arg);
    if (jobs) options.jobs = Number(jobs[1]);
    else if (arg === "--verbose") options.verbose = true;
    else if (arg.startsWith("-")) throw new Error(`Unknown option "${arg}": choose from --jobs=N, --verbose`);
    else if (arg === "all") options.runtimes.push(...RUNTIMES.map(({ id }) => id));
    else if (arg === "node") options.runtimes.push("node20", "node24");
    else if (RUNTIMES.some(({ id }) => id === arg)) options.runtimes.push(arg);
    else options.filters.push(arg.replace(/^\.\//, ""));
  }
  const chosen = new Set(options.runtimes);
  options.runtimes = RUNTIMES.map(({ id }) => id).filter((id) => chosen.size === 0 || chosen.has(id));
  return options;
}

/** The command line of a runner. */
export function runnerArguments(id, files, report, verbose = false) {
  switch (id) {
    case "deno":
      // Quiet, it keeps what tests print to itself.
      return [
        "test",
        "-A",
        "--no-prompt",
        "--no-check",
        ...(verbose ? [] : ["--quiet"]),
        `--junit-path=${report}`,
        ...files,
      ];
    case "bun":
      return [
        "test",
        "--timeout=60000",
        "--reporter=junit",
        `--reporter-outfile=${report}`,
        ...files.map((file) => `./${file}`),
      ];
    default: {
      const preload = id === "node24"
        ? ["--import", "./tests/run/std_hooks.mjs", "--disable-warning=ExperimentalWarning"]
        : ["--enable-source-maps"];
      const paths = id === "node20" ? files.map((file) => transpiledPath(file)) : files;
      const reporters = [
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
      ];
      return [...preload, "--test", ...reporters, ...paths];
    }
  }
}

async function runOn(id, files, skips, { verbose, whole }) {
  const report = join(RESULTS, `${id}.${process.pid}.xml`);
  const result = { id, passed: 0, failed: 0, skipped: 0, seconds: 0, problems: [] };
  try {
    const path = findRuntime(id);
    const { code, output, seconds } = await run(path, runnerArguments(id, files, report, verbose), {
      echo: verbose,
      env: testEnvironment({ NODE_COMPILE_CACHE: COMPILED }),
    });
    const tests = existsSync(report) ? readReport(await readFile(report, "utf8")) : [];
    Object.assign(result, countOutcomes(tests), { seconds });
    const failures = tests.filter(({ outcome }) => outcome === "failed");
    for (const { name, file, message } of failures) result.problems.push(`${file} > ${name}\n${message}`);
    let unclear = failures.some(({ wholeFile }) => wholeFile);
    // A runner may fail beside its tests: a file that does not load, a rejection that nobody handled.
    if (tests.length === 0 || (code !== 0 && failures.length === 0)) {
      result.problems.push(`exit code ${code} after ${tests.length} tests, of which none failed`);
      unclear = true;
    }
    if (unclear && !verbose) result.problems.push(`what it printed last:\n${output.split("\n").slice(-60).join("\n")}`);
    if (whole) result.problems.push(...checkSkips(id, tests, skips));
    if (result.problems.length > 0) result.failed = Math.max(1, result.failed);
  } catch (error) {
    result.failed = 1;
    result.problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(report, { force: true });
  }
  return result;
}

function printTable(results) {
  const row = (cells) =>
    console.log(cells.map((cell, i) => i === 0 ? `${cell}`.padEnd(8) : `${cell}`.padStart(9)).join(""));
  row(["runtime", "passed", "failed", "skipped", "seconds"]);
  for (const { id, passed, failed, skipped, seconds } of results) {
    row([id, passed, failed, skipped, seconds.toFixed(1)]);
  }
}

async function main() {
  const options = parseArguments(process.argv.slice(2));
  const whole = options.filters.length === 0;
  ensureTools();
  await mkdir(RESULTS, { recursive: true });
  const files = await listFiles(
    "tests",
    (path) =>
      path.endsWith("_test.ts") && !OWN_STEPS.some((folder) => path.startsWith(folder)) &&
      (whole || options.filters.some((filter) => path.includes(filter))),
  );
  if (files.length === 0) throw new Error(`No test file matches ${options.filters.join(" ")}`);
  const failures = options.runtimes.includes("node20") ? await transpile() : [];
  for (const { path, reason } of failures) console.error(`Cannot transpile ${path}: ${reason}`);
  const { SKIPS } = await loadTable("tests/skips.ts");
  const results = await inParallel(
    options.runtimes,
    options.jobs,
    (id) => runOn(id, files, SKIPS, { verbose: options.verbose, whole }),
  );
  for (const { id, problems } of results) for (const problem of problems) console.error(`\n[${id}] ${problem}`);
  console.log();
  printTable(results);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) for (const key of Object.keys(totals)) totals[key] += result[key];
  if (whole) {
    totals.failed += failures.length;
    const summary = { files: files.length, totals, runtimes: results.map(({ problems: _, ...counts }) => counts) };
    await writeFile(join(RESULTS, "suite.json"), `${JSON.stringify(summary, null, 2)}\n`);
  }
  console.log(totalsLine(totals));
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.log(totalsLine({ passed: 0, failed: 1, skipped: 0 }));
    process.exitCode = 1;
  }
}
