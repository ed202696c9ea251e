/** Starts `run.ts` with the Deno that the tests use, on a machine that has only Node and npm. */

import { spawnSync } from "node:child_process";
import { ensureTools, ROOT } from "../tests/run/project.mjs";
import { findRuntime } from "../tests/run/runtimes.mjs";

ensureTools();
const line = ["run", "-A", "--no-prompt", "bench/run.ts", ...process.argv.slice(2)];
process.exitCode = spawnSync(findRuntime("deno"), line, { cwd: ROOT, stdio: "inherit" }).status ?? 1;
