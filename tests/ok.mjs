/**
 * The one command before a change lands.
 *
 *   deno task ok         form, types, rules of the tree, the suite on four runtimes, docs, packaging
 *   deno task ok:full    the long steps: every file in tests/full/ (real peers, soak, ...)
 *   npm test             both, on a machine with nothing but Node and npm
 *
 * Names of steps as arguments run only these: `deno task ok fmt lint`.
 */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exampleFilter, findExamples } from "./run/examples.mjs";
import { countOutcomes, readReport } from "./run/junit.mjs";
import {
  BUILD,
  ensureTools,
  inParallel,
  listFiles,
  readTotals,
  ROOT,
  run,
  testEnvironment,
  totalsLine,
} from "./run/project.mjs";
import { findRuntime, RUNTIMES } from "./run/runtimes.mjs";

/** After so many milliseconds a step of ok hangs; all of them together shall take ten minutes on a calm machine. */
const LIMIT = 15 * 60_000;

/** How long a step of ok:full may take, in milliseconds. */
const FULL_LIMIT = 20 * 60_000;

/** Steps that run side by side. */
const LANES = 2;

const RESULTS = join(BUILD, "results");

function present(paths) {
  return paths.filter((path) => existsSync(join(ROOT, path)));
}

/** The entry points that users import. */
async function entryPoints() {
  const { exports } = JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
  return present(Object.values(exports).map((path) => path.replace(/^\.\//, "")));
}

/** A step that passes when its command does. */
function command(name, binary, args) {
  return {
    name,
    async work() {
      const { code, output } = await run(binary, args, { limit: LIMIT });
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output };
    },
  };
}

/** A step that runs tests under Deno and counts them. */
function denoTests(name, deno, args) {
  return {
    name,
    async work() {
      const report = join(RESULTS, `${name}.${process.pid}.xml`);
      const { code, output } = await run(deno, ["test", "-A", "--no-prompt", `--junit-path=${report}`, ...args], {
        limit: LIMIT,
      });
      const tests = existsSync(report) ? readReport(await readFile(report, "utf8")) : [];
      await rm(report, { force: true });
      const counts = countOutcomes(tests);
      // Nothing ran, or something failed beside the tests.
      if (counts.failed === 0 && (code !== 0 || tests.length === 0)) counts.failed = 1;
      return { ...counts, output };
    },
  };
}

/**
 * Checks the types of every example, and runs those that need no server. To run one a file is loaded once for
 * each of its examples, so files with none to run are only checked.
 */
async function docsStep(deno, paths) {
  const examples = [];
  const checked = [];
  for (const path of new Set(paths)) {
    const lines = findExamples(await readFile(join(ROOT, path), "utf8"));
    if (lines.length === 0) checked.push(path);
    for (const line of lines) examples.push({ path: join(ROOT, path), line });
  }
  const run = [...new Set(examples.map(({ path }) => path))];
  const { work } = denoTests("docs", deno, ["--doc", `--filter=${exampleFilter(examples)}`, ...run]);
  return {
    name: "docs",
    async work() {
      const types = await command("docs", deno, ["check", "--doc-only", ...checked]).work();
      if (types.failed > 0) return types;
      // What the filter leaves out is reported as skipped; its types were checked all the same.
      const result = { ...await work(), skipped: 0 };
      const ran = result.passed + result.failed;
      if (result.failed > 0 || ran === examples.length) return result;
      return { ...result, failed: 1, output: `${result.output}\n${ran} examples ran, but ${examples.length} may run` };
    },
  };
}

/** A step that runs a script, which may count in its last line. */
function script(name, [binary, ...args], { limit, echo, env = {} }) {
  return {
    name,
    async work() {
      const { code, output } = await run(binary, args, { limit, echo, env: testEnvironment(env) });
      const totals = readTotals(output) ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
      if (code !== 0 && totals.failed === 0) totals.failed = 1;
      return { ...totals, output: echo ? "" : output };
    },
  };
}

/** The steps of ok, in groups: within one they run side by side. */
async function okSteps(deno) {
  const entries = await entryPoints();
  const code = present(["mod.ts", "sync.ts", "src", "tests", "examples", "bench"]);
  const papers = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "bench/README.md", "tests/README.md"];
  const documents = [...present(papers), ...await listFiles("docs", (path) => path.endsWith(".md"))];
  const withTypes = [];
  for (const path of code) {
    if (path.endsWith(".ts") || (await listFiles(path, (file) => file.endsWith(".ts"))).length > 0) {
      withTypes.push(path);
    }
  }
  return [
    [
      command("fmt", deno, ["fmt", "--check"]),
      command("lint", deno, ["lint"]),
      command("check", deno, ["check", ...withTypes]),
      command("doc-lint", deno, ["doc", "--lint", ...entries]),
      denoTests("meta", deno, ["--no-check", "tests/meta"]),
      command("publish", deno, ["publish", "--dry-run", "--allow-dirty"]),
    ],
    [script("suite", [...thisRuntime(), "tests/run.mjs"], { limit: 2 * LIMIT, echo: true })],
    [await docsStep(deno, [...entries, ...await listFiles("src", (path) => path.endsWith(".ts")), ...documents])],
  ];
}

/** The steps of ok:full: what stands in tests/full/, one after the other, for they measure and load. */
async function fullSteps(paths) {
  const folder = join(ROOT, "tests/full");
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => /\.(?:mjs|ts)$/.test(name)).sort() : [];
  const env = Object.fromEntries(RUNTIMES.map(({ id, variable }) => [variable, paths[id]]));
  return names.map((name) => {
    const file = `tests/full/${name}`;
    const line = name.endsWith(".ts") ? [paths.deno, "run", "-A", "--no-prompt", file] : [...thisRuntime(), file];
    return [script(`full/${name.replace(/\.\w+$/, "")}`, line, { limit: FULL_LIMIT, echo: true, env })];
  });
}

/** The command line that runs a script of this folder as this one is run. */
function thisRuntime() {
  return globalThis.Deno?.version ? [process.execPath, "run", "-A", "--no-prompt"] : [process.execPath];
}

function parse(args) {
  const options = { ok: true, full: false, steps: [] };
  for (const arg of args) {
    if (arg === "--full") options.full = true;
    else if (arg === "--only-full") Object.assign(options, { ok: false, full: true });
    else if (arg.startsWith("-")) throw new Error(`Unknown option "${arg}": choose from --full, --only-full`);
    else options.steps.push(arg);
  }
  return options;
}

async function runGroups(groups, wanted) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const failed = [];
  for (const group of groups) {
    const steps = group.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    await inParallel(steps, LANES, async ({ name, work }) => {
      const started = performance.now();
      const { output, ...counts } = await work();
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      if (counts.failed > 0) {
        failed.push(name);
        console.log(`\n--- ${name}\n${output.trimEnd().split("\n").slice(-200).join("\n")}\n---`);
      }
      console.log(
        `${counts.failed > 0 ? "FAILED" : "ok    "} ${name.padEnd(24)} ${seconds.padStart(7)} s   ${
          totalsLine(counts)
        }`,
      );
      for (const key of Object.keys(totals)) totals[key] += counts[key];
    });
  }
  return { totals, failed };
}

async function main() {
  const options = parse(process.argv.slice(2));
  ensureTools();
  await mkdir(RESULTS, { recursive: true });
  const paths = Object.fromEntries(RUNTIMES.map(({ id }) => [id, findRuntime(id)]));
  const groups = [...(options.ok ? await okSteps(paths.deno) : []), ...(options.full ? await fullSteps(paths) : [])];
  const names = groups.flat().map(({ name }) => name);
  const unknown = options.steps.filter((step) => !names.includes(step));
  if (unknown.length > 0) throw new Error(`Unknown step "${unknown.join('", "')}": choose from ${names.join(", ")}`);
  const { totals, failed } = await runGroups(groups, options.steps);
  console.log(failed.length > 0 ? `\nFailed: ${failed.join(", ")}` : "");
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
