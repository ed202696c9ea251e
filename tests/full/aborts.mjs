/** Aborts 10,000 calls on each runtime, one runtime at a time; the suite does the same with fewer. */

import { readTotals, run, testEnvironment, totalsLine } from "../run/project.mjs";

const { code, output } = await run(
  process.execPath,
  ["tests/run.mjs", "acceptance/aborts_test", "--jobs=1", "--verbose"],
  { env: testEnvironment({ JETSTREAM_ABORTS: "10000" }) },
);
for (const line of output.split("\n")) if (line.includes("aborted 10000 calls")) console.log(line);
if (code !== 0) console.error(output);
console.log(totalsLine(readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 }));
process.exitCode = code;
