/**
 * Makes JavaScript of the sources for Node 20, file by file and never bundled, so that what is
 * tested there is the module graph that users get: `src/a.ts` becomes `.build/node20/src/a.js`.
 */

import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { BUILD, inParallel, listFiles, ROOT } from "./project.mjs";

const OUTPUT = join(BUILD, "node20");

/** The stand-ins for packages of the standard library. */
export const STD = {
  "@std/assert": "tests/std/assert/mod.ts",
  "@std/http": "tests/std/http/mod.ts",
  "@std/streams": "tests/std/streams/mod.ts",
};

/** What a specifier becomes in the file that stands at `from`, a path relative to the project. */
export function rewriteSpecifier(specifier, from) {
  const standard = STD[specifier];
  if (standard) {
    const path = relative(dirname(from), standard).replaceAll("\\", "/");
    return `${path.startsWith(".") ? "" : "./"}${path}`.replace(/\.ts$/, ".js");
  }
  return /^\.\.?\//.test(specifier) ? specifier.replace(/\.ts$/, ".js") : specifier;
}

/** The sources that the tests can reach. */
async function listSources() {
  const nested = await Promise.all(["src", "tests", "bench", "examples"].map((folder) => listFiles(folder, isSource)));
  return [...["mod.ts", "sync.ts"].filter((path) => existsSync(join(ROOT, path))), ...nested.flat()];
}

function isSource(path) {
  return !path.includes("/node_modules/") && !path.startsWith("tests/full/") && !path.startsWith("tests/run/");
}

async function modified(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

/** Other runs may read at the same time: a file is there whole or not at all. */
async function writeWhole(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const place = `${path}.${process.pid}.tmp`;
  await writeFile(place, content);
  await rename(place, path);
}

/** Brings `.build/node20` up to date. Returns the files that could not be transpiled, with the reason. */
export async function transpile() {
  const { transform } = await import("esbuild");
  const { init, parse } = await import("es-module-lexer");
  await init;
  const failures = [];
  const sources = await listSources();
  const outputs = new Set();
  await inParallel(sources, 8, async (path) => {
    const from = join(ROOT, path);
    const to = join(OUTPUT, path.replace(/\.ts$/, ".js"));
    outputs.add(relative(ROOT, to));
    if (await modified(to) > await modified(from)) return;
    if (!path.endsWith(".ts")) return await writeWhole(to, await readFile(from));
    try {
      const { code } = await transform(await readFile(from, "utf8"), {
        loader: "ts",
        format: "esm",
        target: "node20",
        sourcemap: "inline",
        sourcesContent: false,
        sourcefile: from,
        tsconfigRaw: {
          compilerOptions: { verbatimModuleSyntax: true, target: "ESNext", useDefineForClassFields: true },
        },
      });
      let rewritten = "";
      let at = 0;
      for (const found of parse(code)[0]) {
        // A dynamic import is rewritten when it names its module by a plain literal.
        if (typeof found.specifier !== "string") continue;
        const quote = found.type === "dynamic" ? 1 : 0;
        rewritten += code.slice(at, found.start + quote) + rewriteSpecifier(found.specifier, path);
        at = found.end - quote;
      }
      await writeWhole(to, rewritten + code.slice(at));
    } catch (error) {
      failures.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  });
  await writeWhole(join(OUTPUT, "package.json"), `{"type":"module"}\n`);
  await removeStale(outputs);
  return failures;
}

async function removeStale(outputs) {
  const kept = (path) => path.endsWith(".tmp") || path.endsWith("node20/package.json") || outputs.has(path);
  for (const path of await listFiles(relative(ROOT, OUTPUT), (path) => !kept(path))) {
    await rm(join(ROOT, path), { force: true });
  }
}

/** Where the transpiled form of a source stands, relative to the project. */
export function transpiledPath(path) {
  return join(relative(ROOT, OUTPUT), path.replace(/\.ts$/, ".js"));
}

/** The exports of one self-contained TypeScript file (types aside), for the tools of the tests. */
export async function loadTable(path) {
  const { transform } = await import("esbuild");
  const { code } = await transform(await readFile(join(ROOT, path), "utf8"), { loader: "ts", format: "esm" });
  return await import(`data:text/javascript,${encodeURIComponent(code)}`);
}
