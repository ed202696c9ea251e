/** How a release is made: its version, its notes, and the places that name it. */

import { assertEquals, assertThrows } from "@std/assert";
import { closeChangelog, isLater, notesOf, PLACES, setVersion } from "../../.ci/release.mjs";
import { readJson, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

const CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [1.0.0] - 2026-01-01\n\n- Zero.\n";

test("the version stands once in each place that names it", () => {
  const { version } = readJson("deno.json") as { version: string };
  for (const [path, write] of Object.entries(PLACES)) {
    assertEquals(setVersion(readText(path), write, version, version), readText(path), path);
  }
  assertThrows(
    () => setVersion("1.0.0 and 1.0.0", (text: string) => text, "1.0.0", "1.1.0"),
    Error,
    "found it 2 times",
  );
  assertEquals(setVersion('"1.0.0"', (text: string) => `"${text}"`, "1.0.0", "1.1.0"), '"1.1.0"');
});

test("isLater() orders versions, and a release after its trials", () => {
  const order = [
    "0.1.0",
    "0.9.9",
    "0.10.0",
    "1.0.0-alpha.9",
    "1.0.0-beta.1",
    "1.0.0-rc.2",
    "1.0.0-rc.10",
    "1.0.0",
    "1.0.1",
  ];
  for (const [at, version] of order.entries()) {
    for (const [other, than] of order.entries()) {
      assertEquals([version, than, isLater(version, than)], [version, than, at > other]);
    }
  }
  for (const wrong of ["1.0", "v1.0.0", "1.0.0-next", "01.0.0 ", ""]) {
    assertThrows(() => isLater(wrong, "0.1.0"), Error);
  }
});

test("closeChangelog() dates what was not released and opens the next section", () => {
  const closed = closeChangelog(CHANGELOG, "1.1.0", "2026-02-03");
  assertEquals(notesOf(closed, "1.1.0"), "### Added\n\n- One.");
  assertEquals(notesOf(closed, "1.0.0"), "- Zero.");
  assertThrows(() => closeChangelog(closed, "1.2.0", "2026-03-04"), Error, "nothing that is not released");
  assertThrows(() => closeChangelog(CHANGELOG, "1.0.0", "2026-03-04"), Error, "1.0.0 already");
  assertThrows(() => notesOf(CHANGELOG, "1.1.0"), Error, "says nothing of 1.1.0");
});
