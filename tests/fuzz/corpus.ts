/**
 * Owns the corpus on disk: a list of inputs per target, as JSON with one escaped text per line.
 * Must not know targets.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Every run of the project begins in its top folder, also where the tests were transpiled elsewhere. */
const FOLDER = "tests/fuzz/corpus";

function pathOf(name: string): string {
  return `${FOLDER}/${name}.json`;
}

/** The inputs of a target. */
export function readCorpus(name: string): string[] {
  return existsSync(pathOf(name)) ? JSON.parse(readFileSync(pathOf(name), "utf8")) as string[] : [];
}

/** Writes the inputs of a target. */
export function writeCorpus(name: string, inputs: readonly string[]): void {
  const lines = inputs.map((input) => `  ${escaped(input)}`);
  writeFileSync(pathOf(name), lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`);
}

/** JSON in ASCII. */
export function escaped(input: string): string {
  return JSON.stringify(input).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
