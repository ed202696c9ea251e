/**
 * Nothing of Node is started on Deno by loading the library: to ask for `process` boots its Node layer.
 */

import { assertEquals } from "@std/assert";
import { runScript } from "../support/child.ts";
import { test } from "../support/suite.ts";

test("loading the library and a call without sockets leave process alone on Deno", async () => {
  const { code, stdout, stderr } = await runScript("tests/support/scripts/without_process.ts", {});
  assertEquals([code, stdout, stderr], [0, "ok 0\n", ""]);
});
