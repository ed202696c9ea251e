/**
 * Owns the proof that a call can be aborted in every phase, thousands of times, and nothing is left.
 */

import { assert, assertEquals } from "@std/assert";
import { abortStorm, PHASES } from "../support/abort_storm.ts";
import { test } from "../support/suite.ts";

/** `tests/full/aborts.mjs` asks for more. */
const TOTAL = Number(process.env["JETSTREAM_ABORTS"] ?? 2_000);

test(`${TOTAL} calls aborted in all phases leave nothing behind`, { timeout: 120_000 }, async () => {
  const { counts, wrong, left, files, kept, milliseconds } = await abortStorm(TOTAL);
  const words = PHASES.map((phase) => `${phase} ${counts[phase]}`).join(", ");
  console.log(`aborted ${TOTAL} calls in ${Math.round(milliseconds)} ms: ${words}; open files ${files.join(" -> ")}`);
  if (kept > 0) console.log(`${kept} unanswered handshakes were kept until the peer closed`);
  // Only those may be: each was aborted while its handshake ran.
  assert(kept <= counts.tls, `${kept} descriptors were kept`);
  assertEquals(wrong, []);
  assertEquals(left, { calls: 0, busy: 0, queued: 0, dialling: 0 });
  for (const phase of PHASES) {
    assert(counts[phase] >= TOTAL / 20, `only ${counts[phase]} calls were aborted in the phase ${phase}`);
  }
  assert(files[1] <= files[0], `${files[1]} files are open after it, ${files[0]} before`);
});
