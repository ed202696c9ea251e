/** Bodies of any size pass in bounded memory, both ways. */

import { assert, assertEquals } from "@std/assert";
import { runScript } from "../support/child.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";

const server = await origin();
const MIB = 1024 * 1024;
const BYTES = 128 * MIB;

/** What both rings, the chunks in hand and a collector that was late may take: far from the body. */
const MAX_ADDED = 48 * MIB;

for (const way of ["download", "upload"]) {
  test(`a blocking ${way} of 128 MiB takes bounded memory`, { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await runScript("tests/support/scripts/sync_memory.ts", {
      args: [way, server.http, String(BYTES)],
      gc: true,
      heap: 32,
      limit: 110_000,
    });
    assertEquals([code, stderr], [0, ""]);
    const { before, peak } = JSON.parse(stdout) as { before: number; peak: number };
    console.log(`a blocking ${way} took ${((peak - before) / MIB).toFixed(1)} MiB`);
    assert(peak - before <= MAX_ADDED, `it took ${(peak - before) / MIB} MiB`);
  });
}
