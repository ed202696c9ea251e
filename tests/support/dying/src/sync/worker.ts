/**
 * A worker of the blocking client that dies while a call waits, if `JETSTREAM_DEATH` says how; the next one lives.
 * It stands where the library's own stands in its folder: no other module is taken for a worker.
 */

import "../../../../../src/sync/worker.ts";

const { JETSTREAM_DEATH: death } = process.env;
delete process.env["JETSTREAM_DEATH"];

if (death !== undefined) {
  setTimeout(() => {
    if (death === "throw") throw new Error("the worker was killed");
    process.exit(1);
  }, 1_500);
}
