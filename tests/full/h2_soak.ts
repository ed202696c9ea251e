/**
 * 10,000 calls over HTTP/2 on each runtime, to servers that are cut, go away, refuse streams and start
 * anew: no call is lost that could go out again, no POST is processed twice, nothing is left. Then 4,000
 * without any retries, to one that leaves requests unprocessed each time it goes away.
 * The cases stand in `tests/support/h2_soak_client.ts`.
 */

import { findRuntime } from "../run/runtimes.mjs";
import { Authority } from "../support/certificates.ts";
import { runPeerStep } from "../support/peer_run.ts";
import { startServer } from "../support/server_process.ts";

/** Calls to each port of the server whose connections break, and of the one that leaves requests. */
const CALLS = 5_000;
const LEFT_CALLS = 2_000;

async function start(): Promise<{ settings: object; missing: readonly string[] }> {
  const authority = await Authority.create("Soak CA");
  const tls = await authority.issue({ names: ["localhost"] });
  const node = findRuntime("node24");
  const ports = await startServer<object>("tests/support/h2_soak_server.mjs", { tls }, node);
  const leaving = await startServer<object>("tests/support/h2_leaving_server.ts", { tls }, node);
  return {
    settings: { ...ports, leaving: { ...leaving, calls: LEFT_CALLS }, ca: authority.cert, calls: CALLS },
    missing: [],
  };
}

Deno.exit(await runPeerStep("tests/support/h2_soak_client.ts", start));
