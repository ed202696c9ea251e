/**
 * The guides in `docs/migrate/`: all programs under one heading do the same. Each is run against one server
 * on every runtime that it is for; what they print and what they send has to be equal. Then what each
 * library does unless told is measured, and compared with the table of `docs/migrate/README.md`.
 */

import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { findBlocks } from "../../docs/.vitepress/markdown.mjs";
import { BUILD, listFiles, ROOT, testEnvironment, totalsLine } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";
import { startServer } from "../runtime/start_server.mjs";

const FOLDER = join(BUILD, "migrate");

/** How each runs a TypeScript file. */
const LINES = {
  deno: ["run", "-A", "--no-prompt", "--no-check"],
  bun: ["run"],
  node24: ["--disable-warning=ExperimentalWarning"],
};

const counts = { passed: 0, failed: 0, skipped: 0 };

function judge(what, found, wanted) {
  if (found === wanted) return counts.passed++;
  counts.failed++;
  console.log(`FAILED ${what}\n  wanted ${wanted}\n  found  ${found}`);
}

/** A Python that can import a module, if there is one. */
function pythonWith(module) {
  return ["python3", "/usr/bin/python3"].find((each) => spawnSync(each, ["-c", `import ${module}`]).status === 0);
}

const server = await startServer("tests/support/migrate_server.mjs", {}, findRuntime("node24"));
const base = `http://127.0.0.1:${server.ports.http}`;

/** What a runner prints in its last line, as JSON. */
function runAll(binary, args) {
  const { stdout, stderr, error } = spawnSync(binary, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: testEnvironment(),
    timeout: 120_000,
  });
  try {
    return JSON.parse(stdout.trimEnd().split("\n").at(-1));
  } catch {
    throw new Error(`${binary} ${args.slice(0, 6).join(" ")} failed: ${error ?? ""}\n${stdout}${stderr}`);
  }
}

/** The runtimes that a program is for: axios and got are made for Node. */
function runtimesOf({ info, code }) {
  if (info === "python") return [/^import (httpx|requests)$/m.exec(code)[1]];
  return /from "(?:axios|got)"/.test(code) ? ["node24"] : Object.keys(LINES);
}

/** All programs of the guides, each written into a file of its own. */
async function readPrograms() {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const programs = [];
  for (const page of await listFiles("docs/migrate", (path) => path.endsWith(".md"))) {
    for (const block of findBlocks(await readFile(join(ROOT, page), "utf8"))) {
      const suffix = block.info === "python" ? "py" : "ts";
      const file = join(FOLDER, `${page.replace(/^.*\//, "").replace(".md", "")}_${block.line}.${suffix}`);
      const code = block.code.replaceAll("https://api.example.com", base)
        .replaceAll(/"@jetstream\/client(\/sync)?"/g, (_, sync) => `"../../${sync ? "sync" : "mod"}.ts"`);
      await writeFile(file, `${code}\n${suffix === "ts" ? "export {};\n" : ""}`);
      programs.push({ ...block, page, file, task: `${page}: ${block.heading}`, runtimes: runtimesOf(block) });
    }
  }
  return programs;
}

function runOn(runtime, files) {
  if (LINES[runtime] !== undefined) {
    return runAll(findRuntime(runtime), [...LINES[runtime], "tests/support/migrate_run.ts", base, ...files]);
  }
  const python = pythonWith(runtime);
  return python && runAll(python, ["tests/support/migrate_run.py", base, ...files]);
}

async function checkPairs() {
  const programs = await readPrograms();
  const outcomes = [];
  for (const runtime of new Set(programs.flatMap(({ runtimes }) => runtimes))) {
    const mine = programs.filter(({ runtimes }) => runtimes.includes(runtime));
    const found = runOn(runtime, mine.map(({ file }) => file));
    if (found === undefined) {
      console.log(`${mine.length} programs of ${runtime} are left out: no Python here can import it`);
      counts.skipped += mine.length;
    } else mine.forEach((program, at) => outcomes.push({ ...program, ...found[at], runtime }));
  }
  for (const task of new Set(programs.map(({ task }) => task))) {
    const all = outcomes.filter((outcome) => outcome.task === task);
    const [first] = all;
    const lines = new Set(all.map(({ line }) => line));
    const complete = lines.size > 1 && first.printed.length > 0 && !first.printed[0].startsWith("failed:");
    judge(`${task}: there is a program to compare with, and it prints`, complete, true);
    for (const { page, line, runtime, printed, sent } of all) {
      const [found, wanted] = [{ printed, sent }, { printed: first.printed, sent: first.sent }].map((each) =>
        JSON.stringify(each)
      );
      judge(`${page}:${line} on ${runtime}`, found, wanted);
    }
  }
  console.log(`${programs.length} programs, ${new Set(programs.map(({ task }) => task)).size} tasks`);
}

/** The rows of the table of habits: what each column says of it. */
async function readTable() {
  const text = await readFile(join(ROOT, "docs/migrate/README.md"), "utf8");
  const [head, , ...rows] = text.split("\n").filter((line) => line.startsWith("|") && line.split("|").length > 7)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const names = head.map((name) => name.replaceAll("`", ""));
  return new Map(rows.map(([row, ...cells]) => [row, new Map(cells.map((cell, at) => [names[at + 1], cell]))]));
}

async function checkHabits() {
  const table = await readTable();
  const found = runAll(findRuntime("node24"), [...LINES.node24, "tests/support/migrate_habits.ts", base]);
  for (const module of ["requests", "httpx"]) {
    const python = pythonWith(module);
    if (python === undefined) counts.skipped++;
    else Object.assign(found, runAll(python, ["tests/support/migrate_habits.py", base, module]));
  }
  for (const [name, habits] of Object.entries(found)) {
    for (const [row, value] of Object.entries(habits)) {
      judge(`docs/migrate/README.md: ${name}, ${row}`, table.get(row)?.get(name), value);
    }
  }
}

try {
  await checkPairs();
  await checkHabits();
} catch (error) {
  counts.failed++;
  console.log(error);
}
server.stop();
console.log(totalsLine(counts));
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
