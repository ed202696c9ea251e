/** Owns the list of contenders, in the order of the tables. */

import type { Contender, Setting, Start } from "./contender.ts";

/** A row of the tables. */
export interface Entry {
  readonly name: string;
  /** Runtimes it makes sense on. */
  readonly on: readonly string[];
  /** Whether it takes part only in the works that name it: it blocks its thread, or speaks HTTP/2. */
  readonly apart?: boolean;
  /** Loads only what this contender needs. */
  readonly start: (setting: Setting) => Promise<Contender>;
}

const ALL = ["deno", "bun", "node20", "node24"];
const NODE = ["node20", "node24"];

async function later(module: Promise<Start>, setting: Setting): Promise<Contender> {
  return await (await module)(setting);
}

/** Every contender. */
export const CONTENDERS: readonly Entry[] = [
  {
    name: "jetstream",
    on: ALL,
    start: (setting) => later(import("./jetstream.ts").then((m) => m.startJetstream), setting),
  },
  {
    name: "jetstream+",
    on: ALL,
    start: (setting) => later(import("./jetstream.ts").then((m) => m.startJetstreamFull), setting),
  },
  { name: "fetch", on: ALL, start: (setting) => later(import("./fetch.ts").then((m) => m.startFetch), setting) },
  {
    name: "node:http",
    on: ALL,
    start: (setting) => later(import("./node_http.ts").then((m) => m.startNodeHttp), setting),
  },
  // Bun replaces undici by its own fetch.
  {
    name: "undici",
    on: ["deno", ...NODE],
    start: (setting) => later(import("./packages.ts").then((m) => m.startUndici), setting),
  },
  { name: "got", on: ALL, start: (setting) => later(import("./packages.ts").then((m) => m.startGot), setting) },
  { name: "ky", on: ALL, start: (setting) => later(import("./packages.ts").then((m) => m.startKy), setting) },
  { name: "axios", on: ALL, start: (setting) => later(import("./packages.ts").then((m) => m.startAxios), setting) },
  {
    name: "jetstream/sync",
    on: ALL,
    apart: true,
    start: (setting) => later(import("./blocking.ts").then((m) => m.startBlocking), setting),
  },
  {
    name: "sync-fetch",
    on: NODE,
    apart: true,
    start: (setting) => later(import("./blocking.ts").then((m) => m.startSyncFetch), setting),
  },
  {
    name: "jetstream/h2",
    on: ALL,
    apart: true,
    start: (setting) => later(import("./jetstream.ts").then((m) => m.startJetstreamH2), setting),
  },
  // The fetch of Node speaks HTTP/1.1.
  {
    name: "fetch/h2",
    on: ["deno", "bun"],
    apart: true,
    start: (setting) => later(import("./fetch.ts").then((m) => m.startFetchH2), setting),
  },
  {
    name: "node:http2",
    on: ALL,
    apart: true,
    start: (setting) => later(import("./node_http2.ts").then((m) => m.startNodeHttp2), setting),
  },
  {
    name: "undici/h2",
    on: NODE,
    apart: true,
    start: (setting) => later(import("./packages.ts").then((m) => m.startUndiciH2), setting),
  },
  { name: "bare", on: ["deno"], start: (setting) => bare("openDeno", setting) },
  { name: "bare", on: ["bun"], start: (setting) => bare("openBun", setting) },
  { name: "bare", on: NODE, start: (setting) => bare("openNode", setting) },
];

async function bare(open: "openDeno" | "openBun" | "openNode", setting: Setting): Promise<Contender> {
  const [{ startBare }, wires] = await Promise.all([import("./bare.ts"), import("./wire.ts")]);
  return startBare(wires[open], setting);
}

/** The contender called `name` on a runtime. */
export function entryFor(name: string, runtime: string): Entry | undefined {
  return CONTENDERS.find((entry) => entry.name === name && entry.on.includes(runtime));
}
