/**
 * Measures Jetstream beside other clients, on each runtime, against servers on this machine.
 *
 *   deno task bench                                      everything: about an hour
 *   deno task bench --runtime=deno --work=get            works whose name begins with "get", on Deno
 *   deno task bench --contender=jetstream,fetch,bare --rounds=3 --ms=300
 *   npm run bench -- --work=download                     the same with nothing but Node
 *   --out=path   where the results go (.build/bench/results.json)
 *
 * It needs a C compiler; with nginx installed TLS is served by nginx, and HTTP/2 is measured too, beside
 * h2load if that is installed.
 */
// deno-lint-ignore-file no-console

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { BUILD, ensureTools, ROOT, testEnvironment } from "../tests/run/project.mjs";
import { findRuntime, RUNTIMES } from "../tests/run/runtimes.mjs";
import { transpile, transpiledPath } from "../tests/run/transpile.mjs";
import { CONTENDERS } from "./contenders/all.ts";
import { runH2load } from "./h2load.ts";
import { tableOf } from "./report.ts";
import type { Results, Row } from "./results.ts";
import { runMemory, runRounds, type Team } from "./rounds.ts";
import { startServers } from "./server/start.ts";
import { runStart } from "./start_up.ts";
import { pickWorks, type Work } from "./works.ts";

const FOLDER = join(BUILD, "bench");
const PYTHON = ["requests", "httpx"];

interface Options {
  readonly runtimes: readonly string[];
  readonly works: readonly Work[];
  readonly contenders: readonly string[];
  readonly rounds: number;
  readonly milliseconds: number;
  readonly out: string;
}

function readOptions(args: readonly string[]): Options {
  const given = new Map<string, string>();
  for (const arg of args) {
    const found = /^--(runtime|work|contender|rounds|ms|out)=(.+)$/.exec(arg);
    if (!found) {
      throw new TypeError(`Unknown option "${arg}": choose from --runtime, --work, --contender, --rounds, --ms, --out`);
    }
    given.set(found[1]!, found[2]!);
  }
  const list = (name: string): string[] => given.get(name)?.split(",") ?? [];
  const number = (name: string, standard: number): number => {
    const value = Number(given.get(name) ?? standard);
    if (!(value >= 1)) throw new RangeError(`Cannot use --${name}=${given.get(name)}: expected a number from 1`);
    return value;
  };
  const ids = [...RUNTIMES.map((runtime: { id: string }) => runtime.id), "python"];
  const runtimes = list("runtime");
  for (const id of runtimes) {
    if (!ids.includes(id)) throw new RangeError(`Unknown runtime "${id}": choose from ${ids.join(", ")}`);
  }
  return {
    runtimes: ids.filter((id) => runtimes.length === 0 || runtimes.includes(id)),
    works: pickWorks(list("work")),
    contenders: list("contender"),
    rounds: number("rounds", 5),
    milliseconds: number("ms", 800),
    out: given.get("out") ?? join(FOLDER, "results.json"),
  };
}

/** How a runtime starts a script of this project. */
function launchOf(id: string): string[] {
  const path = findRuntime(id);
  if (id === "deno") return [path, "run", "-A", "--no-prompt", "--no-check", "--quiet"];
  return id === "bun" ? [path, "run"] : [path];
}

/** What a runtime runs: sources as they are, on Node what is made of them. */
function sourceOf(id: string, path: string): string {
  return join(ROOT, id.startsWith("node") ? transpiledPath(path) : path);
}

function python(): string | undefined {
  const works = (path: string): boolean => spawnSync(path, ["-c", "import httpx, requests"]).status === 0;
  return ["python3", "/usr/bin/python3"].find(works);
}

function teamOf(id: string, { among }: Work, options: Options, env: NodeJS.ProcessEnv): Team | undefined {
  const wanted = (name: string): boolean =>
    (options.contenders.length === 0 || options.contenders.includes(name)) && (among?.includes(name) ?? true);
  if (id === "python") {
    const path = python();
    const script = join(ROOT, "bench/contenders/python_client.py");
    const contenders = PYTHON.filter(wanted);
    if (path === undefined || contenders.length === 0) return undefined;
    return { runtime: id, contenders, env, command: (name) => [path, script, name] };
  }
  const contenders = CONTENDERS.filter(({ name, on, apart = false }) =>
    on.includes(id) && wanted(name) && (among !== undefined || !apart)
  ).map(({ name }) => name);
  const launch = launchOf(id);
  return { runtime: id, contenders, env, command: (name) => [...launch, sourceOf(id, "bench/worker.ts"), id, name] };
}

function versionsOf(options: Options, tlsServer: string): { [name: string]: string } {
  const versions: { [name: string]: string } = { "TLS server": tlsServer };
  for (const { id, version } of RUNTIMES) if (options.runtimes.includes(id)) versions[id] = version;
  return versions;
}

/** Measures, and saves what it has after each work: a run is long, and may be stopped. */
async function measureAll(options: Options): Promise<void> {
  const servers = await startServers(ROOT, FOLDER, findRuntime("node24"));
  // Each runtime reads the CA from a variable of its own.
  const env: NodeJS.ProcessEnv = testEnvironment({
    BENCH_CA: servers.ca,
    DENO_CERT: servers.ca,
    NODE_EXTRA_CA_CERTS: servers.ca,
  });
  const { rounds, milliseconds } = options;
  const machine = `${os.availableParallelism()} shared cores, loopback`;
  const versions = versionsOf(options, servers.tlsServer);
  const rows: Row[] = [];
  const save = (): void => {
    const date = new Date().toISOString().slice(0, 10);
    const results: Results = { date, machine, versions, rounds, milliseconds, rows };
    mkdirSync(dirname(resolve(options.out)), { recursive: true });
    writeFileSync(options.out, `${JSON.stringify(results, null, 1)}\n`);
  };
  try {
    for (const work of options.works) {
      for (const id of options.runtimes) {
        const team = teamOf(id, work, options, env);
        if (team === undefined || (id === "python" && (work.kind !== "rate" || work.path === "/once"))) continue;
        const base = work.http2 ? servers.h2 : work.tls ? servers.https : servers.http;
        if (base === undefined) continue;
        const found = work.kind === "start"
          ? await runStart(base + work.path, work.id, team, options, {
            folder: FOLDER,
            library: sourceOf(id, "mod.ts"),
            launch: launchOf(id),
          })
          : work.kind === "memory"
          ? await runMemory(work, base, team, options)
          : await runRounds(work, base, team, options);
        if (work.http2 && options.contenders.length === 0) found.push(runH2load(work, base, id, options));
        rows.push(...found);
        if (found.length > 0) console.log(tableOf(work, found));
      }
      save();
    }
  } finally {
    servers.stop();
  }
}

const options = readOptions(process.argv.slice(2));
ensureTools();
if (options.runtimes.some((id) => id.startsWith("node"))) {
  for (const { path, reason } of await transpile()) console.error(`Cannot transpile ${path}: ${reason}`);
}
await measureAll(options);
process.exit();
