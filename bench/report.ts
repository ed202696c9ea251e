/**
 * Prints the results of a run, or puts them into the README.
 *
 *   deno run -A bench/report.ts <file of results>
 *   deno run -A bench/report.ts --readme <file of results> && deno fmt README.md
 */
// deno-lint-ignore-file no-console

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { Results, Row } from "./results.ts";
import { type Work, WORKS } from "./works.ts";

const RUNTIMES: { readonly [id: string]: string } = {
  deno: "Deno",
  bun: "Bun",
  node20: "Node 20",
  node24: "Node 24",
  python: "Python",
};

function format(value: number, { kind }: Work): string {
  if (Number.isNaN(value)) return "–";
  if (kind === "memory") return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (kind === "start") return `${value.toFixed(1)} ms`;
  if (kind === "transfer") return `${value.toFixed(0)} MB/s`;
  return value >= 10_000 ? `${(value / 1_000).toFixed(1)} k/s` : `${value.toFixed(0)} /s`;
}

/** How many times as good as the other: more requests, less memory, less time. */
function ratio(row: Row, other: Row | undefined, { kind }: Work): string {
  if (other === undefined || other === row || Number.isNaN(row.median) || Number.isNaN(other.median)) return "";
  if (row.contender === "empty" || other.median <= 0 || row.median <= 0) return "";
  const times = kind === "rate" || kind === "transfer" ? row.median / other.median : other.median / row.median;
  return times.toFixed(2);
}

/** A table of one work on one runtime. */
export function tableOf(work: Work, rows: readonly Row[]): string {
  const find = (name: string): Row | undefined => rows.find(({ contender }) => contender === name);
  const lines = rows.map((row) => [
    row.contender,
    format(row.median, work),
    row.values.length > 1 ? `±${(row.spread * 50).toFixed(0)} %` : "",
    ratio(row, find("fetch"), work),
    ratio(row, find("undici"), work),
    ratio(row, find("bare"), work),
    row.cpu === undefined ? "" : row.cpu.toFixed(1),
    row.latency === undefined ? "" : row.latency.map((each) => each.toFixed(2)).join(" / "),
    row.problem ?? row.note ?? "",
  ]);
  const head = ["", "median", "spread", "× fetch", "× undici", "× bare", "CPU µs", "p50 / p95 / p99 ms", ""];
  const widths = head.map((title, at) => Math.max(...[head, ...lines].map((line) => line[at]!.length), title.length));
  const print = (line: readonly string[]): string =>
    line.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join("  ").trimEnd();
  const runtime = RUNTIMES[rows[0]!.runtime] ?? rows[0]!.runtime;
  return `${runtime}: ${work.title}\n${[head, ...lines].map(print).join("\n")}\n`;
}

/** Works in which the README states ratios. */
const QUOTED = [
  "get-1",
  "get-16",
  "get-64",
  "tls-get-1",
  "tls-get-16",
  "tls-get-64",
  "body10k-16",
  "new-1",
  "download-stream",
  "download-buffered",
  "tls-download-stream",
  "upload-stream",
  "upload-bytes",
  "start",
];

type Find = (runtime: string, work: string, contender: string) => Row | undefined;

function grid(lines: readonly (readonly string[])[]): string {
  const [head, ...rest] = lines;
  const rule = head!.map((_, at) => at === 0 ? "---" : "---:");
  return [head!, rule, ...rest].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Each work on each runtime: Jetstream's figure, and how many times as good as fetch's it is. */
function byWork(runtimes: readonly string[], find: Find): string {
  const cell = (work: Work, runtime: string): string => {
    const ours = find(runtime, work.id, "jetstream");
    if (ours === undefined || Number.isNaN(ours.median)) return "–";
    const times = ratio(ours, find(runtime, work.id, "fetch"), work);
    return times === "" ? format(ours.median, work) : `${format(ours.median, work)} (**${times} ×**)`;
  };
  const ran = (work: Work): boolean => runtimes.some((runtime) => find(runtime, work.id, "jetstream") !== undefined);
  const works = WORKS.filter((work) => QUOTED.includes(work.id) && ran(work));
  return grid([
    ["", ...runtimes.map((id) => RUNTIMES[id]!)],
    ...works.map((work) => [work.title, ...runtimes.map((runtime) => cell(work, runtime))]),
  ]);
}

/** Every client at the work that is asked for most. */
function byClient(runtimes: readonly string[], rows: readonly Row[], find: Find): string {
  const work = WORKS.find(({ id }) => id === "get-16")!;
  const names = [...new Set(rows.filter((row) => row.work === work.id).map((row) => row.contender))];
  const titles: { readonly [name: string]: string } = {
    jetstream: "**Jetstream**",
    "jetstream+": "Jetstream with cookies, credentials and hooks",
    fetch: "the runtime's fetch",
    bare: "bare sockets (no client)",
  };
  const used = names.filter((name) => runtimes.some((runtime) => find(runtime, work.id, name) !== undefined));
  return grid([
    [`${work.title}, requests per second`, ...runtimes.map((id) => RUNTIMES[id]!)],
    ...used.map((name) => [
      titles[name] ?? name,
      ...runtimes.map((runtime) => {
        const median = find(runtime, work.id, name)?.median ?? NaN;
        return Number.isNaN(median) ? "–" : `${(median / 1_000).toFixed(1)} k`;
      }),
    ]),
  ]);
}

/** What the README says about speed. */
export function markdownOf({ rows, date, machine, rounds, versions }: Results): string {
  const find: Find = (runtime, work, contender) =>
    rows.find((row) => row.runtime === runtime && row.work === work && row.contender === contender);
  const runtimes = Object.keys(RUNTIMES).filter((id) =>
    rows.some((row) => row.runtime === id && row.contender === "jetstream")
  );
  return `Measured on ${date}: ${machine}; medians of ${rounds} rounds in which the clients take turns; TLS served by ` +
    `${versions["TLS server"]}. In brackets: how many times as fast as the runtime's own \`fetch\` in the same run ` +
    `(below 1 it is slower).\n\n${byWork(runtimes, find)}\n\n${byClient(runtimes, rows, find)}`;
}

const BEGIN = "<!-- figures: made by bench/report.ts -->";
const END = "<!-- end of figures -->";

/** Puts the figures between their marks. */
export function withFigures(readme: string, results: Results): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has no place for figures, expected ${BEGIN} and ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n\n${markdownOf(results)}\n\n${readme.slice(to)}`;
}

/** All tables. */
export function textOf(results: Results): string {
  const parts = [`${results.date}, ${results.machine}`, `${results.rounds} rounds of ${results.milliseconds} ms`];
  parts.push(Object.entries(results.versions).map(([name, version]) => `${name} ${version}`).join(", "), "");
  for (const work of WORKS) {
    for (const runtime of Object.keys(RUNTIMES)) {
      const rows = results.rows.filter((row) => row.work === work.id && row.runtime === runtime);
      if (rows.length > 0) parts.push(tableOf(work, rows));
    }
  }
  return parts.join("\n");
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const results = JSON.parse(readFileSync(args.find((arg) => !arg.startsWith("--"))!, "utf8")) as Results;
  const readme = new URL("../README.md", import.meta.url);
  if (args.includes("--readme")) writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), results));
  else console.log(textOf(results));
}
