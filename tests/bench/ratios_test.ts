import { assertEquals } from "@std/assert";
import { lineOf, movesOf, ratiosOf } from "../../bench/ratios.ts";
import type { Row } from "../../bench/results.ts";
import { test } from "../support/suite.ts";

function row(runtime: string, work: string, contender: string, median: number): Row {
  return { runtime, work, contender, median, values: [median], spread: 0 };
}

test("ratiosOf() compares ours with fetch of the same runtime and work, and turns around where less is better", () => {
  const rows = [
    row("deno", "get", "fetch", 100),
    row("deno", "get", "jetstream", 250),
    row("bun", "get", "jetstream", 300),
    row("bun", "get", "fetch", 600),
    row("deno", "start", "jetstream", 10),
    row("deno", "start", "fetch", 5),
    row("deno", "alone", "jetstream", 1),
    row("deno", "broken", "jetstream", NaN),
    row("deno", "broken", "fetch", 1),
    row("deno", "get", "undici", 900),
  ];
  const results = { date: "2026-01-01", machine: "m", versions: {}, rounds: 1, milliseconds: 1, rows };
  assertEquals(ratiosOf(results, new Set(["start"])), { "deno get": 2.5, "bun get": 0.5, "deno start": 0.5 });
});

test("movesOf() tells what moved by more than a tenth, the worst first", () => {
  const was = { a: 2, b: 2, c: 2, d: 2, gone: 1 };
  const is = { a: 1.5, b: 2.19, c: 1.81, d: 3, fresh: 1 };
  assertEquals(movesOf(was, is).map(lineOf), [
    "a: 2.00 → 1.50 × fetch (−25 %)",
    "d: 2.00 → 3.00 × fetch (+50 %)",
    "fresh: 1.00 × fetch, new",
    "gone: was 1.00 × fetch, not measured now",
  ]);
  assertEquals(movesOf(was, was), []);
});
