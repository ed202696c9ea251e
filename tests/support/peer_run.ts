/**
 * Owns how a step in `tests/full/` runs its client's side on every runtime and adds up the results.
 * Must not know what the peers are.
 * Invariant: a client that ends badly without counting is one failure.
 */

import { ensureTools, inParallel, readTotals, run, totalsLine } from "../run/project.mjs";
import { findRuntime, RUNTIMES } from "../run/runtimes.mjs";
import { transpile, transpiledPath } from "../run/transpile.mjs";
import { Peers } from "./peer_process.ts";

/** How long all the cases of one runtime may take, in milliseconds. */
const LIMIT = 120_000;

/** What a step has started, and what of it is not installed. */
export interface PeerStart {
  /** Given to the client as JSON. */
  readonly settings: object;
  /** Programs that are missing; their cases are left out. */
  readonly missing: readonly string[];
}

/** The command line of a script on a runtime. */
function commandOn(id: string, script: string): string[] {
  if (id === "deno") return ["run", "-A", "--no-prompt", "--no-check", script];
  if (id === "bun") return ["run", script];
  if (id === "node20") return ["--enable-source-maps", transpiledPath(script)];
  return ["--import", "./tests/run/std_hooks.mjs", "--disable-warning=ExperimentalWarning", script];
}

/** How a step runs. */
export interface PeerStepOptions {
  /** Runtimes at a time: more than one where peers and client mostly wait. @default {1} */
  readonly lanes?: number;
  /** Files of the peers' folder to show after a failure. */
  readonly logs?: readonly string[];
}

/**
 * Starts peers, runs `script` against them on each runtime, ends them, prints the totals; resolves to
 * the exit code.
 */
export async function runPeerStep(
  script: string,
  start: (peers: Peers) => Promise<PeerStart>,
  { lanes = 1, logs = [] }: PeerStepOptions = {},
): Promise<number> {
  ensureTools();
  const failures = await transpile();
  if (failures.length > 0) throw new Error(`Cannot transpile ${failures[0].path}: ${failures[0].reason}`);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const peers = await Peers.create();
  try {
    const { settings, missing } = await start(peers);
    totals.skipped = missing.length;
    if (missing.length > 0) console.log(`Skipped, not installed: ${missing.join(", ")} (see .ci/packages)`);
    await inParallel(RUNTIMES, lanes, async ({ id }: { id: string }) => {
      const { code, output } = await run(findRuntime(id), [...commandOn(id, script), JSON.stringify(settings)], {
        limit: LIMIT,
      });
      const counts = readTotals(output) ?? { passed: 0, failed: 1, skipped: 0 };
      if (code !== 0) console.log(`\n[${id}]\n${output.slice(-8_000)}`);
      console.log(`${id}: ${totalsLine(counts)}`);
      totals.passed += counts.passed;
      totals.failed += counts.failed === 0 && code !== 0 ? 1 : counts.failed;
    });
    if (totals.failed > 0) console.log(await peers.report(logs));
  } finally {
    await peers.stop();
  }
  console.log(totalsLine(totals));
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}
