/**
 * Owns the proof that streamed bodies take bounded memory both ways.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { AbortError } from "../../mod.ts";
import { awaitedBehaviour } from "../support/behaviour.ts";
import { runScript } from "../support/child.ts";

const MIB = 1024 * 1024;
const BODY = 100 * MIB;
const MOST = 32 * MIB;

for (const way of ["download", "upload"] as const) {
  awaitedBehaviour(`a streamed ${way} of 100 MiB takes less than 32 MiB of memory`, async ({ origin }) => {
    const args = [way, origin.http, String(BODY)];
    const result = await runScript("tests/support/scripts/memory.ts", { args, gc: true });
    assertEquals([result.code, result.stderr], [0, ""]);
    const { before, peak } = JSON.parse(result.stdout) as { before: number; peak: number };
    const added = (peak - before) / MIB;
    console.log(`${way} of 100 MiB: ${added.toFixed(1)} MiB more than the ${(before / MIB).toFixed(0)} before`);
    assert(peak - before < MOST, `it took ${added} MiB`);
  });
}

awaitedBehaviour(
  "a peer that never reads is offered 256 MiB and less than 8 MiB is pulled",
  async ({ client, url }) => {
    let pulled = 0;
    const body = function* (): Generator<Uint8Array> {
      const part = new Uint8Array(65_536);
      while (pulled < 256 * MIB) {
        pulled += part.length;
        yield part;
      }
    };
    const c = client({ retry: false });
    for (const streamed of [false, true]) {
      pulled = 0;
      const options = { body: body(), signal: AbortSignal.timeout(1_500) };
      await assertRejects(async () => {
        if (streamed) await c.stream("POST", url("/deaf"), options);
        else await c.post(url("/deaf"), options);
      }, AbortError);
      console.log(`pulled ${(pulled / MIB).toFixed(1)} MiB of 256 for a peer that never reads`);
      assert(pulled > 0 && pulled < 8 * MIB, `${pulled / MIB} MiB were pulled`);
    }
  },
);
