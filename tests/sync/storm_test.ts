/** Faults, early exits and dead workers leave nothing behind; `deno task ok:full` makes 10,000 calls. */

import { assert, assertEquals } from "@std/assert";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";
import { syncStorm } from "../support/sync_storm.ts";

const server = await origin();
const calls = Number(process.env["JETSTREAM_SYNC_CALLS"] ?? 200);
const MIB = 1024 * 1024;

test("many blocking calls with faults and dead workers leave no descriptor and little memory", {
  timeout: 300_000,
}, async () => {
  const result = await syncStorm(server.http, calls, 3);
  console.log(`made ${calls} blocking calls: ${JSON.stringify(result)}`);
  assertEquals([result.workers, result.failures], [3, calls * 4 / 10]);
  assert(result.descriptors <= 0, `${result.descriptors} descriptors were left`);
  // A short run is still growing its heaps: only the long one tells.
  if (calls >= 10_000) assert(result.memory <= 16 * MIB, `${result.memory / MIB} MiB were left`);
});
