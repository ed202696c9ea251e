/**
 * Owns the rounds of one work on one runtime.
 * Must not know the contenders.
 * Invariant: each contender has a process of its own, and they take turns, so that what slows the
 * machine down slows all of them; while one is measured the others sleep.
 */

import type { Command, Measured } from "./measure.ts";
import { type Answer, Worker } from "./processes.ts";
import type { Row } from "./results.ts";
import { median, spread } from "./statistics.ts";
import type { Work } from "./works.ts";

/** How a runtime starts a contender. */
export interface Team {
  readonly runtime: string;
  readonly contenders: readonly string[];
  readonly command: (contender: string) => readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How long and how often. */
export interface Pace {
  readonly rounds: number;
  readonly milliseconds: number;
}

/** A row whose bare loop varies more than this is measured again. */
const STEADY = 0.2;

/** Milliseconds before the first round, for each: compilers still work on what a program does in its first second. */
const WARM_UP = 1_500;

/** Times that a work is measured at most. */
const ATTEMPTS = 3;

interface Runner {
  readonly contender: string;
  readonly worker: Worker;
  readonly measured: Measured[];
  readonly cpu: number[];
  problem: string | undefined;
}

/** Runs a work until the bare loop is steady, and gives the steadiest rows. */
export async function runRounds(work: Work, base: string, team: Team, pace: Pace): Promise<Row[]> {
  let best: Row[] = [];
  let least = Infinity;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const rows = await runOnce(work, base, team, pace);
    const bare = rows.find(({ contender }) => contender === "bare");
    const range = bare === undefined || bare.values.length < 2 ? 0 : bare.spread;
    if (range < least) [best, least] = [rows, range];
    if (range <= STEADY) break;
  }
  return best;
}

async function runOnce(work: Work, base: string, team: Team, pace: Pace): Promise<Row[]> {
  const runners = await start(team);
  const { operation, concurrency, path } = work;
  const command: Command = { operation, concurrency, url: base + path, milliseconds: pace.milliseconds };
  try {
    for (const runner of runners) await turn(runner, { ...command, milliseconds: WARM_UP }, false);
    for (let round = 0; round < pace.rounds; round++) {
      // Another one begins each time.
      for (let i = 0; i < runners.length; i++) await turn(runners[(i + round) % runners.length]!, command, true);
    }
  } finally {
    for (const { worker } of runners) worker.stop();
  }
  return runners.map((runner) => rowOf(work, team.runtime, runner));
}

async function start(team: Team): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const contender of team.contenders) {
    const worker = new Worker(team.command(contender), team.env);
    runners.push({ contender, worker, measured: [], cpu: [], problem: await worker.ready() });
  }
  return runners;
}

async function turn(runner: Runner, command: Command, counts: boolean): Promise<void> {
  if (runner.problem !== undefined) return;
  const before = runner.worker.cpu();
  const answer: Answer = await runner.worker.ask(command);
  if (answer.error !== undefined) runner.problem = answer.error;
  else if (answer.unsupported) runner.problem = "cannot do this";
  else if (counts) {
    runner.measured.push(answer);
    runner.cpu.push((runner.worker.cpu() - before) * 1_000 / answer.count);
  }
}

function rowOf({ id, kind }: Work, runtime: string, { contender, measured, cpu, problem }: Runner): Row {
  if (problem !== undefined || measured.length === 0) {
    return { runtime, work: id, contender, values: [], median: NaN, spread: 0, problem: problem ?? "no rounds" };
  }
  const perSecond = measured.map((each) =>
    kind === "rate" ? each.count * 1_000 / each.milliseconds : each.bytes / each.milliseconds / 1_000
  );
  return {
    runtime,
    work: id,
    contender,
    values: perSecond,
    median: median(perSecond),
    spread: spread(perSecond),
    ...(kind === "rate" && !cpu.some(Number.isNaN) ? { cpu: median(cpu) } : {}),
    ...(kind === "rate" ? { latency: [0, 1, 2].map((at) => median(measured.map((each) => each.latency[at]!))) } : {}),
  };
}

/** What a process has at its peak, over what it had after one small request; a fresh process for each value. */
export async function runMemory(work: Work, base: string, team: Team, pace: Pace): Promise<Row[]> {
  const rows: Row[] = [];
  for (const contender of team.contenders) {
    const values: number[] = [];
    let problem: string | undefined;
    for (let round = 0; round < Math.min(3, pace.rounds) && problem === undefined; round++) {
      const worker = new Worker(team.command(contender), team.env);
      try {
        problem = await worker.ready() ?? await once(worker, work, base, values);
      } finally {
        worker.stop();
      }
    }
    rows.push({
      runtime: team.runtime,
      work: work.id,
      contender,
      values,
      median: values.length === 0 ? NaN : median(values),
      spread: values.length === 0 ? 0 : spread(values),
      ...(problem === undefined ? {} : { problem }),
    });
  }
  return rows;
}

/** Adds one value; returns why it cannot. */
async function once(worker: Worker, work: Work, base: string, values: number[]): Promise<string | undefined> {
  const command = { concurrency: 1, milliseconds: 0 };
  const warm = await worker.ask({ ...command, operation: "json", url: `${base}/small`, milliseconds: 50 });
  if (warm.error !== undefined) return warm.error;
  const before = worker.memory();
  if (before === undefined) return "this system does not tell";
  worker.forgetPeak();
  const answer = await worker.ask({ ...command, operation: work.operation, url: base + work.path });
  if (answer.error !== undefined) return answer.error;
  if (answer.unsupported) return "cannot do this";
  values.push(worker.memory()!.peak - before.resident);
  return undefined;
}
