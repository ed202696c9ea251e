/** Streams a body one way by blocking calls and prints how much memory that took: `download|upload base bytes`. */

import { Client } from "../../../sync.ts";
import { collect } from "../collect.ts";

interface Files {
  readFileSync(path: string, encoding: string): string;
  writeFileSync(path: string, text: string): void;
}

const { readFileSync, writeFileSync } = process.getBuiltinModule("node:fs") as unknown as Files;
const [way, base, length] = process.argv.slice(2) as [string, string, string];
const MIB = 1024 * 1024;
const COLLECT_EACH = 8 * MIB;
const client = new Client();
let moved = 0;

/** A field of the process's status, in bytes. */
function status(name: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))![1]) * 1024;
}

/** Counts bytes on their way; collects now and then what this thread let go. */
function passed(bytes: number): void {
  if (Math.floor(moved / COLLECT_EACH) !== Math.floor((moved += bytes) / COLLECT_EACH)) collect();
}

function* parts(bytes: number): Generator<Uint8Array, void> {
  // One part for all: garbage of this script is not what is measured.
  const part = new Uint8Array(65_536);
  for (let sent = 0; sent < bytes; sent += part.length) {
    passed(part.length);
    yield part;
  }
}

function run(bytes: number): void {
  let done = 0;
  if (way === "download") {
    for (const chunk of client.stream("GET", `${base}/bytes/${bytes}`).iterBytes()) {
      done += chunk.length;
      passed(chunk.length);
    }
  } else done = (client.post(`${base}/echo`, { body: parts(bytes) }).json() as { length: number }).length;
  if (done !== bytes) throw new Error(`${done} bytes passed of ${bytes}`);
}

// What the runtime takes for the first bodies it keeps for all.
for (let turn = 0; turn < 3; turn++) run(16 * MIB);
collect();
const before = status("VmRSS");
writeFileSync("/proc/self/clear_refs", "5");
run(Number(length));
console.log(JSON.stringify({ before, peak: status("VmHWM") }));
client.close();
