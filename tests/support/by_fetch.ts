/**
 * Owns the run of the behaviour tests over the runtime's `fetch` in place of sockets.
 * Must not know a test; which ones cannot hold there stands in `NOT_BY_FETCH`, each with its reason.
 * Invariant: a test that meets an option which the runtime's `fetch` refuses says so and is counted
 * apart (`tests/full/fetch_behaviour.mjs`); any other failure is one.
 */

import { UnsupportedRuntimeError } from "../../mod.ts";
import { getEnv } from "./env.ts";
import { type RuntimeName, runtimeName } from "./runtime.ts";
import { NOT_BY_FETCH } from "./not_by_fetch.ts";

/** Whether the clients of the behaviour tests shall use the runtime's `fetch`. */
export const BY_FETCH: boolean = getEnv("JETSTREAM_TRANSPORT") === "fetch";

/** Runs a test, unless the runtime's `fetch` cannot pass it. */
export async function runByFetch(name: string, run: () => Promise<void>): Promise<void> {
  const here: RuntimeName = runtimeName();
  const reason = NOT_BY_FETCH.find(({ test, on }) => (on ?? [here]).includes(here) && test.test(name))?.reason;
  if (reason !== undefined) return console.log(`\nrefused: ${name}: ${reason}`);
  try {
    await run();
  } catch (error) {
    const refusal = [error, (error as Error).cause].find((each) => each instanceof UnsupportedRuntimeError);
    if (refusal === undefined) throw error;
    console.log(`\nrefused: ${name}: ${(refusal as Error).message.split("\n")[0]}`);
  }
}
