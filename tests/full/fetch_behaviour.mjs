/**
 * The behaviour tests with `transport: "fetch"` on every runtime, as far as its `fetch` can show them:
 * what it cannot is counted as skipped.
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { rowsWithoutTest } from "../run/not_by_fetch.mjs";
import { readTotals, totalsLine } from "../run/project.mjs";

const runner = globalThis.Deno?.version ? ["run", "-A", "--no-prompt", "tests/run.mjs"] : ["tests/run.mjs"];
const child = spawn(process.execPath, [...runner, "--verbose", "behaviour/"], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, JETSTREAM_TRANSPORT: "fetch" },
});

let output = "";
child.stdout.setEncoding("utf8");
child.stdout.on("data", (text) => output += text);
child.on("close", async (code) => {
  const totals = readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 };
  const refused = (output.match(/^.*refused: .*$/gm) ?? []).map((line) => line.replace(/^.*refused: /, ""));
  if (totals.failed > 0 || code !== 0) console.log(output.slice(-20_000));
  for (const line of new Set(refused)) console.log(`cannot: ${line}`);
  const needless = await rowsWithoutTest(["deno", "bun", "node"], refused);
  for (const row of needless) console.log(`No test is left for ${row} in tests/support/not_by_fetch.ts`);
  const counts = {
    passed: totals.passed - refused.length,
    failed: totals.failed + needless.length,
    skipped: totals.skipped + refused.length,
  };
  console.log(totalsLine(counts));
  process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
});
