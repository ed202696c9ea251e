/**
 * Owns running the lint plugin on a piece of source: what it reports, and the source after its fixes.
 * Must not know what is right. `runPlugin` is there under `deno test` alone, so these tests are meta tests.
 */

import { assertEquals } from "@std/assert";
import type { Fact, ObjectFact } from "../../../src/lint/facts.ts";
import plugin from "../../../src/lint/mod.ts";
import { test } from "../../support/suite.ts";

/** A value that is written as it is. */
export function literal(value: string | number | boolean | null): Fact {
  return { kind: "literal", value };
}

/** An object with these keys and no others. */
export function object(entries: Record<string, Fact>): ObjectFact {
  return { kind: "object", whole: true, entries: new Map(Object.entries(entries)) };
}

/** What one rule reports on a source: the text of each place, in the order of the source. */
export function placesOf(rule: string, source: string, file = "main.ts"): string[] {
  return reportsOf(rule, source, file).map(({ range: [start, end] }) => source.slice(start, end));
}

/** What one rule reports on a source. */
export function reportsOf(rule: string, source: string, file = "main.ts"): Deno.lint.Diagnostic[] {
  return Deno.lint.runPlugin(plugin, file, source).filter(({ id }) => id === `jetstream/${rule}`);
}

/** The source after every fix that a rule offers. */
export function fixed(rule: string, source: string): string {
  const fixes = reportsOf(rule, source).flatMap(({ fix = [] }) => fix);
  return fixes.toSorted((a, b) => b.range[0] - a.range[0])
    .reduce((text, { range: [start, end], text: put = "" }) => text.slice(0, start) + put + text.slice(end), source);
}

/** Registers one test per source that a rule lets pass. */
export function valid(rule: string, sources: Readonly<Record<string, string>>): void {
  for (const [name, source] of Object.entries(sources)) {
    test(`${rule} lets pass ${name}`, () => assertEquals(placesOf(rule, source), []));
  }
}

/** Registers one test per source in which a rule finds these places. */
export function invalid(
  rule: string,
  rows: Readonly<Record<string, readonly [source: string, ...places: string[]]>>,
): void {
  for (const [name, [source, ...places]] of Object.entries(rows)) {
    test(`${rule} flags ${name}`, () => assertEquals(placesOf(rule, source), places));
  }
}

/** Registers one test per source that a rule mends, each with what comes out; nothing is left to flag then. */
export function mends(rule: string, rows: Readonly<Record<string, readonly [source: string, after: string]>>): void {
  for (const [name, [source, after]] of Object.entries(rows)) {
    test(`${rule} mends ${name}`, () => {
      assertEquals(fixed(rule, source), after);
      assertEquals(placesOf(rule, after), []);
    });
  }
}
