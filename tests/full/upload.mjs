/** Sends a file of 1 GiB as a part of a form on each runtime, in flat memory; the suite does the same with 100 MiB. */

import { readTotals, run, testEnvironment, totalsLine } from "../run/project.mjs";

const { code, output } = await run(
  process.execPath,
  ["tests/run.mjs", "behaviour/file_test", "--jobs=1", "--verbose"],
  { env: testEnvironment({ JETSTREAM_UPLOAD_MIB: "1024" }) },
);
for (const line of output.split("\n")) if (line.includes("upload of 1024 MiB")) console.log(line.trim());
if (code !== 0) console.error(output);
console.log(totalsLine(readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 }));
process.exitCode = code;
