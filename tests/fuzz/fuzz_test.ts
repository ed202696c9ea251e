import { assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { escaped, readCorpus } from "./corpus.ts";
import { TARGETS } from "./registry.ts";
import { Session } from "./session.ts";

/** Inputs made per target: the long run is a task of its own. */
const INPUTS = 300;

test("fuzz: every target holds its promises on its corpus and on what is made of it", () => {
  for (const target of TARGETS) {
    const session = new Session(target, readCorpus(target.name), 1);
    session.run(INPUTS);
    const found = session.findings.map(({ target, input, what }) => `${target}: ${what} ${escaped(input)}`);
    assertEquals(found, []);
    assertEquals(session.tried >= INPUTS + target.seeds.length, true);
  }
});

test("fuzz: every target tells inputs apart, and has a name of its own", () => {
  assertEquals(new Set(TARGETS.map(({ name }) => name)).size, TARGETS.length);
  for (const target of TARGETS) {
    const session = new Session(target, [], 1);
    assertEquals([target.name, session.forms > 1], [target.name, true]);
  }
});
