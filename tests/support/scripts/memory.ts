/** Streams a body one way and prints how much memory that took: `download|upload base bytes`. */

import { Client } from "../../../mod.ts";
import { collect } from "../collect.ts";

interface Files {
  readFileSync(path: string, encoding: string): string;
  writeFileSync(path: string, text: string): void;
}

const { readFileSync, writeFileSync } = process.getBuiltinModule("node:fs") as unknown as Files;
const [way, base, length] = process.argv.slice(2) as [string, string, string];
const MIB = 1024 * 1024;
const COLLECT_EACH = 8 * MIB;

/** A field of the process's status, in bytes. */
function status(name: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
}

const client = new Client();

let moved = 0;

/** Counts bytes on their way; collects now and then. */
function passed(bytes: number): void {
  if (Math.floor(moved / COLLECT_EACH) !== Math.floor((moved += bytes) / COLLECT_EACH)) collect();
}

async function run(bytes: number): Promise<void> {
  if (way === "download") {
    let got = 0;
    const response = await client.stream("GET", `${base}/bytes/${bytes}`);
    for await (const chunk of response.iterBytes()) {
      got += chunk.length;
      passed(chunk.length);
    }
    if (got !== bytes) throw new Error(`got ${got} bytes of ${bytes}`);
    return;
  }
  const body = async function* (): AsyncGenerator<Uint8Array> {
    // One part for all: garbage of this script is not what is measured.
    const part = new Uint8Array(65_536);
    for (let sent = 0; sent < bytes; sent += part.length) {
      passed(part.length);
      yield part;
    }
  };
  const echo = await client.post(`${base}/echo`, { body: body() }).json() as { length: number };
  if (echo.length !== bytes) throw new Error(`sent ${echo.length} bytes of ${bytes}`);
}

// What the runtime takes for the first bodies it keeps for all.
for (let turn = 0; turn < 3; turn++) await run(16 * MIB);
collect();
const before = status("VmRSS");
writeFileSync("/proc/self/clear_refs", "5");
await run(Number(length));
const peak = status("VmHWM");
console.log(JSON.stringify({ before, peak }));
await client.close();
