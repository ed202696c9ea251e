/**
 * Owns finding rows of `tests/support/not_by_fetch.ts` that no test is left for.
 * Must not know how the tests ran.
 */

import { loadTable } from "./transpile.mjs";

/** The patterns of rows for one of `places` that match none of these names of tests. */
export async function rowsWithoutTest(places, names) {
  const { NOT_BY_FETCH } = await loadTable("tests/support/not_by_fetch.ts");
  const here = NOT_BY_FETCH.filter(({ on }) => on === undefined || on.some((place) => places.includes(place)));
  return here.map(({ test }) => test).filter((test) => !names.some((name) => test.test(name)));
}
