/**
 * The long run: `deno task fuzz [--minutes=5] [--seed=1] [--keep] [target …]`.
 *
 * Targets take turns. What breaks a promise is printed, in its smallest form, and the run ends with
 * an exit code of 1. `--keep` adds to the corpus what told something new, up to a few dozen per target.
 */

import { escaped, readCorpus, writeCorpus } from "./corpus.ts";
import { TARGETS } from "./registry.ts";
import { Session } from "./session.ts";

/** Inputs in a file of the corpus. */
const MOST_IN_CORPUS = 40;

/** Longest input that is worth a place in the corpus. */
const LONGEST_IN_CORPUS = 300;

/** Inputs of one turn. */
const TURN = 200;

function option(name: string, fallback: number): number {
  const found = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return found === undefined ? fallback : Number(found.slice(name.length + 3));
}

const minutes = option("minutes", 5);
const seed = option("seed", Date.now() % 1_000_000);
const keep = process.argv.includes("--keep");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const targets = TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
if (targets.length === 0 || !(minutes > 0)) {
  throw new RangeError(`Cannot fuzz ${names.join(", ")}: there is no such target`);
}

console.log(`${targets.length} targets, ${minutes} minutes, seed ${seed}`);
const sessions = targets.map((target, index) => new Session(target, readCorpus(target.name), seed + index));
const end = performance.now() + minutes * 60_000;
const shown = new Map<Session, number>();

/** Prints what a session has found since. */
function show(session: Session): void {
  for (const finding of session.findings.slice(shown.get(session) ?? 0)) {
    console.log(`\n${finding.target}: ${finding.what}\n  ${escaped(finding.input.slice(0, 2_000))}`);
  }
  shown.set(session, session.findings.length);
}

sessions.forEach(show);
while (performance.now() < end && sessions.some(({ over }) => !over)) {
  for (const session of sessions) {
    // Said before: should an input never come to an end, this tells where.
    process.title = `fuzz ${session.target.name} ${session.tried}`;
    session.run(TURN);
    show(session);
  }
}

let findings = 0;
for (const session of sessions) {
  const { target, tried, forms, fresh } = session;
  console.log(
    `${target.name.padEnd(20)} ${String(tried).padStart(9)} inputs ${
      String(forms).padStart(6)
    } forms ${session.findings.length} findings`,
  );
  findings += session.findings.length;
  if (!keep) continue;
  const known = readCorpus(target.name);
  const short = fresh.filter((input) => input.length <= LONGEST_IN_CORPUS && !known.includes(input));
  writeCorpus(target.name, [...known, ...short].slice(0, MOST_IN_CORPUS));
}
const tried = sessions.reduce((sum, session) => sum + session.tried, 0);
console.log(`${tried} inputs, ${findings} findings, seed ${seed}`);
process.exitCode = findings === 0 ? 0 : 1;
