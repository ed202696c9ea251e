/**
 * Owns ratios of ours to the runtime's own `fetch`, measured in one run, and what moved between two runs.
 * Must not know how anything is measured.
 * Invariant: only ratios are compared, never times: those are the machine's.
 */

import type { Results } from "./results.ts";

/** The ratio by runtime and work, such as `deno get-16`: how many times as good as `fetch`. */
export type Ratios = { readonly [row: string]: number };

/** Ratios that are kept to compare with. */
export interface Baseline {
  readonly date: string;
  readonly machine: string;
  readonly ratios: Ratios;
}

/** One ratio that is not what it was. */
export interface Move {
  readonly row: string;
  readonly was: number | undefined;
  readonly is: number | undefined;
  /** The change as a share of what it was; `NaN` where one is missing. */
  readonly change: number;
}

/** Shares below this are noise. */
export const NOTABLE = 0.1;

/** The ratios of a run. `less` names the works where less is better. */
export function ratiosOf(results: Results, less: ReadonlySet<string>): Ratios {
  const ratios: Record<string, number> = {};
  for (const row of results.rows) {
    if (row.contender !== "jetstream") continue;
    const other = results.rows.find((each) =>
      each.contender === "fetch" && each.runtime === row.runtime && each.work === row.work
    );
    if (other === undefined || !(other.median > 0) || !(row.median > 0)) continue;
    const ratio = less.has(row.work) ? other.median / row.median : row.median / other.median;
    ratios[`${row.runtime} ${row.work}`] = Math.round(ratio * 1_000) / 1_000;
  }
  return ratios;
}

/** What moved by more than `notable`, the worst first; rows that only one side has come last. */
export function movesOf(was: Ratios, is: Ratios, notable: number = NOTABLE): Move[] {
  const moves: Move[] = [];
  for (const row of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [before, now] = [was[row], is[row]];
    const change = before === undefined || now === undefined ? NaN : now / before - 1;
    if (!(Math.abs(change) <= notable)) moves.push({ row, was: before, is: now, change });
  }
  const order = ({ change }: Move): number => Number.isNaN(change) ? Infinity : change;
  return moves.sort((a, b) => order(a) === order(b) ? a.row.localeCompare(b.row) : order(a) - order(b));
}

/** A move on one line. */
export function lineOf({ row, was, is, change }: Move): string {
  if (was === undefined) return `${row}: ${is!.toFixed(2)} × fetch, new`;
  if (is === undefined) return `${row}: was ${was.toFixed(2)} × fetch, not measured now`;
  const sign = change > 0 ? "+" : "−";
  return `${row}: ${was.toFixed(2)} → ${is.toFixed(2)} × fetch (${sign}${Math.abs(change * 100).toFixed(0)} %)`;
}
