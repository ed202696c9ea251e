/**
 * Compares the ratios of ours to `fetch` with those that were kept, and prints what moved by more than 10 %.
 *
 *   deno task bench:check                       measures a few works on Deno, Bun and Node (a minute or two)
 *   deno task bench:check --work=get --ms=500   options of `bench` that say what is measured, and how long
 *   deno task bench:check --results=path        compares a file of results instead
 *   deno task bench:check --keep                writes the ratios into bench/baseline.json
 *
 * It tells, and judges nothing: whatever moved, it ends with 0.
 */
// deno-lint-ignore-file no-console

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { BUILD, ROOT } from "../tests/run/project.mjs";
import { findRuntime } from "../tests/run/runtimes.mjs";
import { type Baseline, lineOf, movesOf, NOTABLE, ratiosOf } from "./ratios.ts";
import type { Results } from "./results.ts";
import { WORKS } from "./works.ts";

const KEPT = join(ROOT, "bench/baseline.json");
const OUT = join(BUILD, "bench", "check.json");

/** What is measured unless the command line says otherwise. */
const STANDARD: readonly (readonly [name: string, value: string])[] = [
  ["runtime", "deno,bun,node24"],
  ["work", "get-1,get-16,get-64,tls-get-16,body10k-16,download-buffered,upload-bytes"],
  ["contender", "jetstream,fetch"],
  ["rounds", "3"],
  ["ms", "300"],
];

function measure(args: readonly string[]): string {
  const given = args.filter((arg) => /^--(?:runtime|work|contender|rounds|ms)=/.test(arg));
  const rest = STANDARD.filter(([name]) => !given.some((arg) => arg.startsWith(`--${name}=`)))
    .map(([name, value]) => `--${name}=${value}`);
  const command = [
    "run",
    "-A",
    "--no-prompt",
    "--no-check",
    join(ROOT, "bench/run.ts"),
    ...given,
    ...rest,
    `--out=${OUT}`,
  ];
  const { status } = spawnSync(findRuntime("deno"), command, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`The bench ended with ${status}`);
  return OUT;
}

const args = process.argv.slice(2);
const path = args.find((arg) => arg.startsWith("--results="))?.slice(10) ?? measure(args);
const results = JSON.parse(readFileSync(path, "utf8")) as Results;
const less = new Set(WORKS.filter(({ kind }) => kind === "memory" || kind === "start").map(({ id }) => id));
const ratios = ratiosOf(results, less);
const kept = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) as Baseline : undefined;
if (args.includes("--keep")) {
  const baseline: Baseline = { date: results.date, machine: results.machine, ratios: { ...kept?.ratios, ...ratios } };
  writeFileSync(KEPT, `${JSON.stringify(baseline, null, 2)}\n`);
  console.log(`${Object.keys(ratios).length} ratios are kept in bench/baseline.json`);
} else {
  // A part of the works is no news about the others.
  const known = Object.entries(kept?.ratios ?? {}).filter(([row]) => args.length === 0 || row in ratios);
  const moves = movesOf(Object.fromEntries(known), ratios);
  console.log(
    `${Object.keys(ratios).length} ratios, kept on ${kept?.date ?? "no day"}; moved by more than ${NOTABLE * 100} %:`,
  );
  console.log(moves.length === 0 ? "  none" : moves.map((move) => `  ${lineOf(move)}`).join("\n"));
}
