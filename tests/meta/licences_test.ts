/** The licences of everything that the project is developed with. */

import { assert, assertEquals } from "@std/assert";
import { readJson } from "../support/project.ts";
import { test } from "../support/suite.ts";
import { idleExceptions, type LockedPackage, meets, refusedLicences } from "./licences.ts";

const locked = readJson("package-lock.json")["packages"] as Record<string, LockedPackage>;

test("every development dependency, and all that it brings, has a licence that is allowed", () => {
  assert(Object.keys(locked).length > 50, "the lock file names hardly a package");
  assertEquals(refusedLicences(locked), []);
  assertEquals(idleExceptions(locked), []);
});

test("a licence that is not allowed is told with the package that has it", () => {
  const wrong = refusedLicences({
    "": {},
    "node_modules/fine": { license: "MIT" },
    "node_modules/a/node_modules/@b/c": { license: "GPL-3.0-only" },
    "node_modules/none": {},
    "node_modules/other": { license: "MPL-2.0" },
    "node_modules/lightningcss-linux-x64-gnu": { license: "MPL-2.0" },
  });
  assertEquals(wrong.map((line) => line.replace(/, expected .*/, "")), [
    "@b/c has the licence GPL-3.0-only",
    "none has no licence",
    "other has the licence MPL-2.0",
  ]);
});

test("meets() reads expressions: AND binds closer than OR, parentheses group", () => {
  const allowed = (licence: string): boolean => licence === "MIT" || licence === "ISC";
  const cases: [string, boolean][] = [
    ["MIT", true],
    ["GPL-3.0-only", false],
    ["(MIT OR GPL-3.0-only)", true],
    ["MIT AND GPL-3.0-only", false],
    ["MIT AND ISC", true],
    ["GPL-3.0-only OR MIT AND ISC", true],
    ["(GPL-3.0-only OR MIT) AND BSD", false],
    ["MIT WITH something", false],
    ["", false],
  ];
  for (const [expression, expected] of cases) {
    assertEquals([expression, meets(expression, allowed)], [expression, expected]);
  }
});
