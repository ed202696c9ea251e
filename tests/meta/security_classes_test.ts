/** Every class of attack that the library stands against has a test that is named for it. */

import { assert, assertEquals } from "@std/assert";
import { listFiles, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

/** The classes that need a test under tests/hostile/, each in a few words. */
const CLASSES: Readonly<Record<string, string>> = {
  S1: "control characters in heads",
  S2: "part heads of multipart bodies",
  S3: "boundaries that can be guessed",
  S4: "framing of requests",
  S5: "smuggled responses, lax parsing",
  S6: "poisoned queue of responses",
  S7: "reuse of a wrong connection",
  S8: "credentials across redirects",
  S9: "state of a login across origins",
  S10: "netrc and user info",
  S11: "tokens to third parties",
  S12: "redirects to other schemes",
  S13: "domains of cookies",
  S14: "prefixes, paths and bytes of cookies",
  S15: "floods of cookies",
  S16: "files written by foreign names",
  S17: "leaving the base URL",
  S18: "addresses inside, and names that change",
  S19: "unix sockets that nobody asked for",
  S20: "NO_PROXY and the environment of CGI",
  S21: "replies of proxies",
  S22: "names and chains of TLS",
  S23: "bombs of compression",
  S24: "chains of codings",
  S25: "limits that one path forgets",
  S26: "endless heads, trailers, extensions",
  S27: "quadratic work",
  S28: "regular expressions that backtrack",
  S29: "prototypes and magic names",
  S34: "loops of redirects, retries, logins",
  S35: "waits that a server sets",
  S38: "exhausted pool and queue",
  S39: "comparing in full",
  S40: "secrets in texts",
  S42: "two parsers for one URL",
  S43: "throwing where nobody catches",
  S44: "fields of one hop, and of a gateway",
  S45: "what comes with the package",
};

/** What the tree itself promises stands here. */
const PACKAGE = "tests/meta/package_test.ts";

/** The opening of a test's name, also of one that is made in a loop: `test("S21, S43: …`. */
const NAMED = /\btest\(\s*["'`]((?:[SL]\d+, )*[SL]\d+):? /g;

/** Which classes have how many tests in a text. */
function classesIn(text: string): string[] {
  return [...text.matchAll(NAMED)].flatMap((match) => match[1]!.split(", "));
}

test("the reader of names finds every form of them", () => {
  const text =
    'test("S1: a", () => {});\n  test(`S2, L3: ${b}`, fn);\ntest(\n  "S4: c",\n);\nconst d = "S5: e";\nlatest("S6: f");';
  assertEquals(classesIn(text), ["S1", "S2", "L3", "S4"]);
});

test("every class of attack has a test that is named for it", () => {
  const found = new Set(
    [...listFiles("tests/hostile", "_test.ts"), PACKAGE].flatMap((path) => classesIn(readText(path))),
  );
  assert(found.size > 0);
  const missing = Object.keys(CLASSES).filter((id) => !found.has(id));
  assertEquals(missing.map((id) => `${id}: ${CLASSES[id]}`), []);
});
