/** Half a minute of fuzzing with another seed each time; `deno task fuzz` goes on as long as told. */

import { run, testEnvironment } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";

const { code, output } = await run(
  findRuntime("deno"),
  ["run", "-A", "--no-prompt", "--no-check", "tests/fuzz/run.ts", "--minutes=0.5"],
  { env: testEnvironment() },
);
console.log(code === 0 ? output.trimEnd().split("\n").at(-1) : output);
process.exitCode = code;
