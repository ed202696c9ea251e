/**
 * A process with one contender in it: reads commands as lines of JSON, answers each with one.
 *
 *   <runtime> bench/worker.ts <runtime id> <contender>
 */
// deno-lint-ignore-file no-console

import { entryFor } from "./contenders/all.ts";
import { type Command, measure } from "./measure.ts";

/** Not by `process` on Deno: asking for it boots its Node layer, which would be measured too. */
const host: { readonly args: readonly string[]; readonly input: AsyncIterable<string>; ca: string | undefined } =
  "Deno" in globalThis
    ? {
      args: Deno.args,
      input: Deno.stdin.readable.pipeThrough(new TextDecoderStream()),
      ca: Deno.env.get("BENCH_CA"),
    }
    : {
      args: process.argv.slice(2),
      input: process.stdin.setEncoding("utf8") as AsyncIterable<string>,
      ca: process.env["BENCH_CA"],
    };

async function readCa(path: string): Promise<string> {
  return "Deno" in globalThis
    ? await Deno.readTextFile(path)
    : process.getBuiltinModule("node:fs").readFileSync(path, "utf8");
}

const [runtime = "", name = ""] = host.args;
const entry = entryFor(name, runtime);
if (entry === undefined) throw new RangeError(`No contender "${name}" on "${runtime}"`);
const contender = await entry.start({ ca: host.ca === undefined ? undefined : await readCa(host.ca) });
console.log("ready");

let text = "";
for await (const part of host.input) {
  text += part;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
    const command = JSON.parse(text.slice(0, end)) as Command;
    text = text.slice(end + 1);
    try {
      console.log(JSON.stringify(await measure(contender, command) ?? { unsupported: true }));
    } catch (error) {
      console.log(JSON.stringify({ error: error instanceof Error ? `${error.name}: ${error.message}` : `${error}` }));
    }
  }
}
await contender.close?.();
