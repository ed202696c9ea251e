/**
 * 10,000 calls over HTTP/2 on each runtime, to servers that are cut, go away, refuse streams and start
 * anew: no call is lost that could go out again, no POST is processed twice, nothing is left.
 * The cases stand in `tests/support/h2_soak_client.ts`.
 */

import { findRuntime } from "../run/runtimes.mjs";
import { Authority } from "../support/certificates.ts";
import { runPeerStep } from "../support/peer_run.ts";
import { startServer } from "../support/server_process.ts";

/** Calls to each of the two servers. */
const CALLS = 5_000;

async function start(): Promise<{ settings: object; missing: readonly string[] }> {
  const authority = await Authority.create("Soak CA");
  const tls = await authority.issue({ names: ["localhost"] });
  const ports = await startServer<object>("tests/support/h2_soak_server.mjs", { tls }, findRuntime("node24"));
  return { settings: { ...ports, ca: authority.cert, calls: CALLS }, missing: [] };
}

Deno.exit(await runPeerStep("tests/support/h2_soak_client.ts", start));
