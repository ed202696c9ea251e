/**
 * Owns the limit that the works about HTTP/2 are seen against: h2load over one connection.
 * Must not know the contenders.
 */

import { spawnSync } from "node:child_process";
import type { Row } from "./results.ts";
import type { Pace } from "./rounds.ts";
import { median, spread } from "./statistics.ts";
import type { Work } from "./works.ts";

/** Bytes of a megabyte as h2load counts, in megabytes as the tables do. */
const MEBI = 1.048576;

/** Transfers of one round. */
const TRANSFERS = 5;

/** Runs h2load as often as contenders get rounds. */
export function runH2load(work: Work, base: string, runtime: string, pace: Pace): Row {
  const values: number[] = [];
  let problem: string | undefined;
  for (let round = 0; round < pace.rounds && problem === undefined; round++) {
    const value = once(work, base);
    if (typeof value === "number") values.push(value);
    else problem = value;
  }
  const range = values.length === 0 ? 0 : spread(values);
  const row = { runtime, work: work.id, contender: "h2load", values, spread: range };
  return (problem === undefined ? { ...row, median: median(values) } : { ...row, median: NaN, problem });
}

/** What it reports, or why it cannot. */
function once({ kind, concurrency, path }: Work, base: string): number | string {
  const amount = kind === "rate" ? ["-D", "1"] : ["-n", `${TRANSFERS}`, "-w", "24", "-W", "24"];
  const args = [...amount, "-c", "1", "-m", `${concurrency}`, base + path];
  const { status, stdout, error } = spawnSync("h2load", args, { encoding: "utf8" });
  if (error !== undefined) return "not installed";
  const found = /finished in [^,]+, ([\d.]+) req\/s, ([\d.]+)(G|M|K)?B\/s/.exec(stdout);
  if (status !== 0 || found === null) return `ended with ${status}`;
  if (kind === "rate") return Number(found[1]);
  return Number(found[2]) * MEBI * ({ G: 1_024, M: 1, K: 1 / 1_024 }[found[3] as "G" | "M" | "K"] ?? 0);
}
