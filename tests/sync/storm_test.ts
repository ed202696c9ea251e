/** Faults, early exits and dead workers leave nothing behind; `deno task ok:full` makes 10,000 calls. */

import { assert, assertEquals } from "@std/assert";
import { runScript } from "../support/child.ts";
import { getEnv } from "../support/env.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";
import type { StormResult } from "../support/sync_storm.ts";

const server = await origin();
const calls = Number(getEnv("JETSTREAM_SYNC_CALLS") ?? 200);
const kills = 6;
const MIB = 1024 * 1024;

test("many blocking calls with faults and dead workers leave no descriptor and no memory", {
  timeout: 300_000,
}, async () => {
  const { code, stdout, stderr } = await runScript("tests/support/scripts/sync_storm.ts", {
    args: [server.http, String(calls), String(kills)],
    gc: true,
    heap: 48,
    limit: 290_000,
  });
  assertEquals([code, stderr], [0, ""]);
  const result = JSON.parse(stdout) as StormResult;
  console.log(`made ${calls} blocking calls: ${JSON.stringify(result)}`);
  assertEquals([result.workers, result.failures], [kills, calls * 4 / 10]);
  assert(result.descriptors <= 0, `${result.descriptors} descriptors were left`);
  assert(result.memory <= 16 * MIB, `${result.memory / MIB} MiB were left`);
  assert(result.resident <= 16 * MIB, `${result.resident / MIB} MiB of resident memory were left`);
});
