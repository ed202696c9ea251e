/**
 * Owns how long a program takes from its start to its end: import, one local GET, exit.
 * Must not know contenders beyond the line that imports them.
 * Invariant: the empty script runs in the same rounds; what is told is the time over it.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { timeProcess } from "./processes.ts";
import type { Row } from "./results.ts";
import type { Pace, Team } from "./rounds.ts";
import { median, spread } from "./statistics.ts";

/** Starts take turns at least so often: each is short, and noisy. */
const ROUNDS = 9;

/**
 * Milliseconds over the empty script that ours should stay within on two shared cores. What passes
 * them is told, and what grew has to be worth it; no machine is slow enough to fail for it.
 */
const BUDGETS: { readonly [contender: string]: { readonly [runtime: string]: number } } = {
  "jetstream, bundled": { deno: 50, bun: 70, node20: 70, node24: 70 },
  "jetstream/sync, bundled": { deno: 150, bun: 130, node20: 230, node24: 230 },
};

/** The script of a contender: what it imports, and one request. */
function scripts(url: string, entry: string, joined: string): { readonly [contender: string]: string } {
  const given = JSON.stringify(url);
  const blocking = (module: string): string =>
    `import { get } from ${JSON.stringify(module)};\nif (get(${given}).json().id !== 1) throw 1;`;
  const ours = (module: string): string =>
    `import { get } from ${JSON.stringify(module)};\nif ((await get(${given})).json().id !== 1) throw 1;`;
  return {
    empty: "export const value = 1;",
    "jetstream/sync": blocking(entry.replace(/mod\.([jt]s)$/, "sync.$1")),
    "jetstream/sync, bundled": blocking(`${joined}/sync.js`),
    "sync-fetch": `import fetch from "sync-fetch";\nif (fetch(${given}).json().id !== 1) throw 1;`,
    jetstream: ours(entry),
    "jetstream, bundled": ours(`${joined}/mod.js`),
    fetch: `if ((await (await fetch(${given})).json()).id !== 1) throw 1;`,
    "node:http": `import { get } from "node:http";\n` +
      `await new Promise((done) => get(${given}, (r) => r.resume().on("end", done)));`,
    undici: `import { request } from "undici";\nif ((await (await request(${given})).body.json()).id !== 1) throw 1;`,
    got: `import got from "got";\nif ((await got(${given}).json()).id !== 1) throw 1;`,
    ky: `import ky from "ky";\nif ((await ky.get(${given}).json()).id !== 1) throw 1;`,
    axios: `import axios from "axios";\nif ((await axios.get(${given})).data.id !== 1) throw 1;`,
  };
}

/** The library in a few files, as its package for npm brings it or a bundler makes it. Returns the folder. */
async function joined(library: string, folder: string): Promise<string> {
  const { joinModules } = await import("../.ci/join.mjs");
  const out = join(folder, "joined");
  await joinModules(dirname(library), ["mod", "sync"], out, extname(library));
  // Its files are modules, whatever stands above them.
  writeFileSync(join(out, "package.json"), '{ "type": "module" }\n');
  return pathToFileURL(out).href;
}

/** Times the scripts of a team; `library` is the module that its runtime imports. */
export async function runStart(
  url: string,
  work: string,
  team: Team,
  pace: Pace,
  { folder, library, launch }: {
    readonly folder: string;
    readonly library: string;
    readonly launch: readonly string[];
  },
): Promise<Row[]> {
  mkdirSync(folder, { recursive: true });
  const wanted = Object.entries(scripts(url, pathToFileURL(library).href, await joined(library, folder)))
    .filter(([name]) => name === "empty" || team.contenders.includes(name.replace(/,.*/, "")));
  const times = new Map(wanted.map(([name]) => [name, [] as number[]]));
  const problems = new Map<string, string>();
  const paths = new Map<string, string>();
  for (const [name, text] of wanted) {
    const path = join(folder, `start_${name.replace(/[:/]/, "_")}.mjs`);
    writeFileSync(path, `${text}\n`);
    paths.set(name, path);
  }
  for (let round = -1; round < Math.max(ROUNDS, pace.rounds); round++) {
    for (const [name] of wanted) {
      if (problems.has(name)) continue;
      try {
        const time = await timeProcess([...launch, paths.get(name)!], team.env);
        // The first start of all fills caches.
        if (round >= 0) times.get(name)!.push(time);
      } catch (error) {
        problems.set(name, (error as Error).message);
      }
    }
  }
  const empty = median(times.get("empty")!);
  return wanted.map(([contender]) => {
    const values = times.get(contender)!.map((time) => contender === "empty" ? time : time - empty);
    const problem = problems.get(contender);
    const row = { runtime: team.runtime, work, contender };
    if (problem !== undefined) return { ...row, values: [], median: NaN, spread: 0, problem };
    const time = median(values);
    const budget = BUDGETS[contender]?.[team.runtime];
    const note = budget === undefined
      ? {}
      : { note: `${time > budget ? "over" : "within"} its budget of ${budget} ms` };
    return { ...row, ...note, values, median: time, spread: spread(times.get(contender)!) };
  });
}
