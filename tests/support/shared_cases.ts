/**
 * Owns access to the public test data beside the project, which is read in place and may be absent.
 * Must not know what it is.
 */

import { existsSync, readFileSync } from "node:fs";

/** Where the data is, from the project's top folder, in which every runner starts. */
const SHARED = "../shared/data";

/** The text of a file of the shared data; `undefined`, with a note on the console, when it is not there. */
export function readSharedText(path: string): string | undefined {
  const place = `${SHARED}/${path}`;
  if (existsSync(place)) return readFileSync(place, "utf8");
  // deno-lint-ignore no-console
  console.warn(`NOTE: ${place} is absent, its cases were not run`);
  return undefined;
}
