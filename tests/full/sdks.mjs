/** Real packages that take a `fetch`, given that of a client, on every runtime. The calls stand in `tests/support/sdk_calls.ts`. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { readTotals, totalsLine } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";
import { startServer } from "../runtime/start_server.mjs";

const SCRIPT = "tests/support/sdk_calls.ts";

/** Node 20 is left out: three of the packages ask for a later one. */
const LINES = {
  deno: ["run", "-A", "--no-prompt", "--no-check", SCRIPT],
  bun: ["run", SCRIPT],
  node24: ["--disable-warning=ExperimentalWarning", SCRIPT],
};

const all = { passed: 0, failed: 0, skipped: 0 };
for (const [id, line] of Object.entries(LINES)) {
  const server = await startServer("tests/support/sdk_server.mjs", {}, findRuntime("node24"));
  const { stdout, stderr } = spawnSync(findRuntime(id), [...line, `http://127.0.0.1:${server.ports.http}`], {
    encoding: "utf8",
    timeout: 60_000,
  });
  server.stop();
  const totals = readTotals(stdout) ?? { passed: 0, failed: 1, skipped: 0 };
  if (totals.failed > 0) console.log(`${id}\n${stdout}${stderr}`);
  console.log(`${id.padEnd(8)} ${totalsLine(totals)}`);
  for (const key of Object.keys(all)) all[key] += totals[key];
}
console.log(totalsLine(all));
process.exit(all.failed === 0 && all.passed > 0 ? 0 : 1);
