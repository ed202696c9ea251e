/**
 * Owns the bundle of the behaviour tests for a place without files, processes and a test runner.
 * Must not know the place.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../run/project.mjs";

/** Modules of the tests that need a process, and what stands in for them. */
const STAND_INS = {
  "suite.ts": "suite.ts",
  "origin.ts": "given.ts",
  "env.ts": "given.ts",
  "leaks.ts": "given.ts",
  "runtime.ts": "given.ts",
};

/** Tests about files, processes and connections: they have nothing to hold to here. */
const LEFT_OUT = /^(?:connection_options|download|file|http2|names_and_proxies|proxy|digest|.*sync.*)_test\.ts$/;

/** The text of a module that runs `entry` with the behaviour tests against `origin`. */
export async function bundleBehaviour(entry, origin) {
  const folder = join(ROOT, "tests/behaviour");
  const files = (await readdir(folder)).filter((name) => name.endsWith("_test.ts") && !LEFT_OUT.test(name)).sort();
  const standIns = {
    name: "stand-ins",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^behaviour-tests$/ }, () => ({ path: "tests", namespace: "behaviour" }));
      onLoad({ filter: /.*/, namespace: "behaviour" }, () => ({
        contents: files.map((name) => `import ${JSON.stringify(join(folder, name))};`).join("\n"),
        resolveDir: ROOT,
      }));
      onResolve({ filter: /^@std\// }, ({ path }) => ({ path: join(ROOT, "tests/std", path.slice(5), "mod.ts") }));
      onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, importer }) => {
        const name = path.split("/").at(-1);
        const support = path.includes("support/") || importer.includes("/tests/support/");
        if (!support || !(name in STAND_INS)) return undefined;
        return { path: join(ROOT, "tests/runtime", STAND_INS[name]) };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    define: { ORIGIN: JSON.stringify({ unix: "/none", https: "https://none.test", ...origin }) },
    plugins: [standIns],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/** Prints what came of the tests; the last line counts them. Returns the exit code. */
export function report(place, outcomes, passedBeside = 0) {
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  const refused = outcomes.filter((outcome) => outcome.refused !== undefined);
  for (const { name, failure } of failed) console.log(`${place}: ${name}\n    ${failure}`);
  for (const outcome of refused) console.log(`${place} cannot: ${outcome.refused}`);
  const passed = outcomes.length - failed.length - refused.length + passedBeside;
  console.log(`${passed} passed, ${failed.length} failed, ${refused.length} skipped`);
  return failed.length === 0 ? 0 : 1;
}
