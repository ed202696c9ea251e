/**
 * Runs the behaviour tests by another transport than they have in the suite, on every runtime: what
 * they say they cannot show there is counted as skipped.
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { readTotals, totalsLine } from "./project.mjs";

/**
 * Runs them with JETSTREAM_TRANSPORT set to `transport`, and ends the process. `judge` is told the
 * tests that were refused and says what is wrong with that.
 */
export function runBehaviourBy(transport, judge = () => []) {
  const runner = globalThis.Deno?.version ? ["run", "-A", "--no-prompt", "tests/run.mjs"] : ["tests/run.mjs"];
  const child = spawn(process.execPath, [...runner, "--verbose", "behaviour/"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, JETSTREAM_TRANSPORT: transport },
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => output += text);
  child.on("close", async (code) => {
    const totals = readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 };
    const refused = (output.match(/^.*refused: .*$/gm) ?? []).map((line) => line.replace(/^.*refused: /, ""));
    if (totals.failed > 0 || code !== 0) console.log(output.slice(-20_000));
    for (const line of new Set(refused)) console.log(`cannot: ${line}`);
    const wrong = await judge(refused);
    for (const line of wrong) console.log(line);
    const counts = {
      passed: totals.passed - refused.length,
      failed: totals.failed + wrong.length,
      skipped: totals.skipped + refused.length,
    };
    console.log(totalsLine(counts));
    process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
  });
}
