/**
 * Owns the proof that a fetched response which nobody reads or keeps gives its connection back.
 */

import { assertEquals } from "@std/assert";
import { behaviour } from "../support/behaviour.ts";
import { runScript } from "../support/child.ts";

behaviour("fetch() gives the connection of a response back that nobody keeps", async ({ origin }) => {
  const result = await runScript("tests/support/scripts/unread.ts", { args: [origin.http], gc: true });
  assertEquals([result.code, result.stderr, result.stdout], [0, "", '{"before":1,"after":0}\n']);
});
