/**
 * Owns how large a program gets by a client: all that it needs in one file, as a bundler makes it.
 * Must not know what clients do.
 *
 *   deno run -A bench/size.ts      (or bun, node)
 *
 * It fails when ours is larger than its budget; what grows it has to be worth that.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Bytes of ours at most, minified and compressed. */
const BUDGETS: { readonly [name: string]: number } = {
  "jetstream": 165 * 1024,
  "jetstream/sync": 185 * 1024,
};

/** What a small program says to each. */
const PROGRAMS: { readonly [name: string]: string } = {
  "jetstream": `import { get } from ${
    JSON.stringify(join(ROOT, "mod.ts"))
  }; console.log(await get("http://a").json());`,
  "jetstream/sync": `import { get } from ${
    JSON.stringify(join(ROOT, "sync.ts"))
  }; console.log(get("http://a").json());`,
  "ky": `import ky from "ky"; console.log(await ky("http://a").json());`,
  "axios": `import axios from "axios"; console.log((await axios.get("http://a")).data);`,
  "undici": `import { request } from "undici"; console.log(await (await request("http://a")).body.json());`,
  "got": `import got from "got"; console.log(await got("http://a").json());`,
};

/** Bytes of a program with all that it imports: minified, and compressed. */
async function sizeOf(name: string, program: string): Promise<{ readonly plain: number; readonly compressed: number }> {
  const { build } = await import("esbuild");
  const entry = join(ROOT, ".build/size", `${name.replace("/", "_")}.mjs`);
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, program);
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
  });
  const bytes = outputFiles[0]!.contents;
  return { plain: bytes.length, compressed: gzipSync(bytes, { level: 9 }).length };
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`.padStart(11);

console.log(`${"".padEnd(16)}   minified compressed`);
for (const [name, program] of Object.entries(PROGRAMS)) {
  const { plain, compressed } = await sizeOf(name, program);
  const budget = BUDGETS[name];
  const isOver = budget !== undefined && compressed > budget;
  console.log(`${name.padEnd(16)}${kib(plain)}${kib(compressed)}${budget === undefined ? "" : `  of${kib(budget)}`}`);
  if (isOver) process.exitCode = 1;
}
