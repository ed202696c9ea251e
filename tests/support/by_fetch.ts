/**
 * Owns the run of the behaviour tests over the runtime's `fetch` in place of sockets.
 * Must not know a test; which ones cannot hold there stands in `NOT_BY_FETCH`, each with its reason.
 * Invariant: a test that meets an option which the runtime's `fetch` refuses says so and is counted
 * apart (`tests/full/fetch_behaviour.mjs`); any other failure is one.
 */

import { Client, type ClientOptions, UnsupportedRuntimeError } from "../../mod.ts";
import { getEnv } from "./env.ts";
import { type RuntimeName, runtimeName } from "./runtime.ts";
import { NOT_BY_FETCH } from "./not_by_fetch.ts";

/** The option of every client of these tests. */
export const OVER_FETCH: ClientOptions = { transport: "fetch" };

/** Whether the clients of the behaviour tests shall use the runtime's `fetch`. */
export const BY_FETCH: boolean = getEnv("JETSTREAM_TRANSPORT") === "fetch";

/** What clients refuse here. */
const REFUSED: Readonly<Record<string, string>> = BY_FETCH ? new Client(OVER_FETCH).capabilities.refused : {};

/** What each refusal is about: an option by name, or what the client cannot do without an option. */
const SUBJECTS: readonly (readonly [message: RegExp, option: string | null])[] = [
  [/^Cannot (?:preconnect|purge)\b/, "pool"],
  [/Cannot follow the redirect: this runtime hides where it leads/, "redirect"],
  [/Cannot use the option "([\w.]+)" with the runtime's fetch/, null],
];

/** Whether a refusal is one of those that `client.capabilities` tells of; any other is a failure. */
export function isTold({ message }: Error, refused: Readonly<Record<string, string>>): boolean {
  return SUBJECTS.some(([pattern, option]) => {
    const found = pattern.exec(message);
    return found !== null && (option ?? found[1]!) in refused;
  });
}

/** Runs a test, unless the runtime's `fetch` cannot pass it. */
export async function runByFetch(name: string, run: () => Promise<void>): Promise<void> {
  const here: RuntimeName = runtimeName();
  const reason = NOT_BY_FETCH.find(({ test, on }) => (on ?? [here]).includes(here) && test.test(name))?.reason;
  if (reason !== undefined) return console.log(`\nrefused: ${name}: ${reason}`);
  try {
    await run();
  } catch (error) {
    const refusal = [error, (error as Error).cause].find((each) => each instanceof UnsupportedRuntimeError);
    if (!(refusal instanceof Error) || !isTold(refusal, REFUSED)) throw error;
    console.log(`\nrefused: ${name}: ${refusal.message.split("\n")[0]}`);
  }
}
