/** A worker of the blocking client that dies while a call waits, if `JETSTREAM_DEATH` says how; the next one lives. */

import "../../src/sync/worker.ts";

const { JETSTREAM_DEATH: death } = process.env;
delete process.env["JETSTREAM_DEATH"];

if (death !== undefined) {
  setTimeout(() => {
    if (death === "throw") throw new Error("the worker was killed");
    process.exit(1);
  }, 1_500);
}
