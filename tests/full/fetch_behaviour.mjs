/**
 * The behaviour tests with `transport: "fetch"` on every runtime, as far as its `fetch` can show them:
 * what it cannot is counted as skipped.
 */

import { runBehaviourBy } from "../run/behaviour_by.mjs";
import { rowsWithoutTest } from "../run/not_by_fetch.mjs";

runBehaviourBy("fetch", async (refused) => {
  const needless = await rowsWithoutTest(["deno", "bun", "node"], refused);
  return needless.map((row) => `No test is left for ${row} in tests/support/not_by_fetch.ts`);
});
