/** Makes 10,000 blocking calls with faults on each runtime, one at a time; the suite does the same with fewer. */

import { readTotals, run, testEnvironment, totalsLine } from "../run/project.mjs";

const { code, output } = await run(
  process.execPath,
  ["tests/run.mjs", "sync/storm_test", "--jobs=1", "--verbose"],
  { env: testEnvironment({ JETSTREAM_SYNC_CALLS: "10000" }) },
);
for (const line of output.split("\n")) if (line.includes("made 10000 blocking calls")) console.log(line);
if (code !== 0) console.error(output);
console.log(totalsLine(readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 }));
process.exitCode = code;
