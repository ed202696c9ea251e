import { assertEquals } from "@std/assert";
import { keepUntil } from "../../src/engine/keep_alive.ts";
import type { KeepAliveHint } from "../../src/protocol/h1/persistence.ts";
import { test } from "../support/suite.ts";

const ROWS: readonly (readonly [name: string, hint: KeepAliveHint, until: number])[] = [
  ["nothing", { timeout: undefined, max: undefined }, Infinity],
  ["five seconds", { timeout: 5_000, max: undefined }, 104_000],
  ["a second", { timeout: 1_000, max: 10 }, 100_500],
  ["no time at all", { timeout: 0, max: undefined }, 100_000],
  ["one more request", { timeout: undefined, max: 1 }, Infinity],
  ["no more requests", { timeout: 60_000, max: 0 }, 100_000],
];

test("keepUntil() leaves a margin to what the server says", () => {
  for (const [name, hint, until] of ROWS) assertEquals(keepUntil(hint, 100_000), until, name);
});
