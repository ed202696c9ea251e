/**
 * A minute of soak on each runtime, two side by side; `deno task soak` goes on as long as told.
 * A process that does not end by itself after its report counts as failed.
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BUILD, inParallel, run, testEnvironment, totalsLine } from "../run/project.mjs";
import { findRuntime, RUNTIMES } from "../run/runtimes.mjs";
import { transpile } from "../run/transpile.mjs";

/** Seconds of work on each runtime. */
const SECONDS = 60;

/** Milliseconds for all of it. */
const LIMIT = (SECONDS + 120) * 1_000;

const COMMANDS = {
  deno: ["run", "-A", "--no-prompt", "--no-check", "--quiet", "tests/soak/soak.ts"],
  bun: ["tests/soak/soak.ts"],
  node20: [".build/node20/tests/soak/soak.js"],
  node24: ["--disable-warning=ExperimentalWarning", "tests/soak/soak.ts"],
};

const folder = join(BUILD, "soak");
await mkdir(folder, { recursive: true });
await transpile();
const codes = await inParallel(RUNTIMES.map(({ id }) => id), 2, async (id) => {
  const options = [`--seconds=${SECONDS}`, "--lanes=18", `--svg=${join(folder, `${id}.svg`)}`];
  const { code, output } = await run(findRuntime(id), [...COMMANDS[id], ...options], {
    env: testEnvironment(),
    limit: LIMIT,
  });
  const lines = output.trimEnd().split("\n");
  console.log(
    code === 0 ? lines.filter((line) => line.startsWith(`${id}: `)).join("\n") : `${id} ended with ${code}\n${output}`,
  );
  return code;
});
const failed = codes.filter((code) => code !== 0).length;
console.log(totalsLine({ passed: codes.length - failed, failed, skipped: 0 }));
process.exitCode = failed === 0 ? 0 : 1;
