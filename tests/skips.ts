/**
 * The one list of tests that do not run on a runtime, each with its reason. A test is skipped by
 * adding a row here and in no other way; a whole run fails when a row matches no test.
 */

import type { RuntimeId } from "./support/runtime.ts";

/** One test that a runtime cannot pass. */
export interface Skip {
  /** The name of the test, word for word. */
  readonly test: string;
  /** The runtimes that leave it out; `node` stands for both versions. */
  readonly on: readonly (RuntimeId | "node")[];
  /** Why, as a fact about the runtime. */
  readonly reason: string;
}

/** Every test that is left out somewhere. */
export const SKIPS: readonly Skip[] = [];
