/**
 * Plants known bugs in a copy of the sources, one at a time; fuzz or soak must find each, and nothing
 * where none is planted. The list stands in `tests/soak/planted.mjs`. Words as arguments choose bugs by their names.
 */

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, run, testEnvironment, totalsLine } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";
import { BUGS, CALM } from "../soak/planted.mjs";

/** Milliseconds that a run may take; one that hangs has found something, too. */
const LIMIT = 90_000;

const COPIED = ["mod.ts", "sync.ts", "src", "tests", "deno.json", "package.json"];

const folder = await mkdtemp(join(tmpdir(), "jetstream-planted-"));
const totals = { passed: 0, failed: 0, skipped: 0 };

function note(ok, line, output = "") {
  totals[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok  " : "FAIL"} ${line}`);
  if (!ok) console.log(output);
}

async function find(args) {
  return await run(findRuntime("deno"), ["run", "-A", "--no-prompt", "--no-check", "--quiet", ...args], {
    cwd: folder,
    env: testEnvironment(),
    limit: LIMIT,
  });
}

try {
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const words = process.argv.slice(2);
  const bugs = BUGS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  for (const args of words.length === 0 ? CALM : []) {
    const { code, output } = await find(args);
    note(code === 0, `nothing is found by ${args.join(" ")}`, output);
  }
  for (const { name, changes, finder } of bugs) {
    const before = new Map();
    let fits = true;
    for (const [path, text, other] of changes) {
      const source = await readFile(join(folder, path), "utf8");
      if (!before.has(path)) before.set(path, source);
      if (source.split(text).length !== 2) {
        note(false, `${name}: the text to change does not stand in ${path} once`);
        fits = false;
      }
      await writeFile(join(folder, path), source.replace(text, () => other));
    }
    if (fits) {
      const { code, output } = await find(finder);
      const line = output.split("\n").find((each) => each.startsWith("WRONG") || /^\w+: /.test(each)) ?? "it hangs";
      note(code !== 0, `${name}: ${line.slice(0, 120)}`, output);
    }
    for (const [path, source] of before) await writeFile(join(folder, path), source);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(totalsLine(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;
