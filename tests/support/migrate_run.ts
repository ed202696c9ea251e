/**
 * Runs programs one after the other: each is a file that talks to `base`. Prints one line of JSON for
 * all of them: what each printed, and what the server was sent.
 *
 *   migrate_run.ts <base> <file> …
 */

import { pathToFileURL } from "node:url";

const [base, ...files] = process.argv.slice(2) as [string, ...string[]];
const print = console.log;

interface Outcome {
  readonly file: string;
  readonly printed: readonly string[];
  readonly sent: unknown;
}

async function sent(): Promise<unknown> {
  return await (await fetch(`${base}/_seen`)).json();
}

async function outcome(file: string): Promise<Outcome> {
  const printed: string[] = [];
  console.log = (...values: unknown[]) => {
    printed.push(values.map((value) => typeof value === "string" ? value : JSON.stringify(value)).join(" "));
  };
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    printed.push(`failed: ${error instanceof Error ? error.stack : error}`);
  }
  return { file, printed, sent: await sent() };
}

await sent();
const outcomes: Outcome[] = [];
for (const file of files) outcomes.push(await outcome(file));
print(JSON.stringify(outcomes));
process.exit(0);
