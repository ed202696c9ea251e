/**
 * Owns the bundle of the behaviour tests for a place without files, processes and a test runner.
 * Must not know the place.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { rowsWithoutTest } from "../run/not_by_fetch.mjs";
import { ROOT } from "../run/project.mjs";

/** What the table of behaviours that no `fetch` shows calls a place. */
const PLACES = { workerd: "edge", chromium: "page" };

/** Modules of the tests that need a process, and what stands in for them. */
const STAND_INS = {
  "suite.ts": "suite.ts",
  "origin.ts": "given.ts",
  "env.ts": "given.ts",
  "inspect.ts": "given.ts",
  "leaks.ts": "given.ts",
  "runtime.ts": "given.ts",
  "server_process.ts": "given.ts",
};

/** Files of behaviour tests that a place without processes and files has nothing to hold to, and why. */
export const LEFT_OUT = {
  "digest_test.ts": "digests are those of node:crypto, which is there by a flag of the runtime alone",
  "download_test.ts": "there are no files",
  "file_test.ts": "there are no files",
  "http2_test.ts": "the runtime chooses the version of HTTP",
  "names_and_proxies_test.ts": "the runtime resolves names and chooses proxies",
  "proxy_test.ts": "the runtime chooses proxies",
};

/** The text of a module that runs `entry` with the behaviour tests against `origin`. */
export async function bundleBehaviour(entry, origin, only = undefined) {
  const folder = join(ROOT, "tests/behaviour");
  const all = (await readdir(folder)).filter((name) => name.endsWith("_test.ts")).sort();
  const gone = Object.keys(LEFT_OUT).filter((name) => !all.includes(name));
  if (gone.length > 0) throw new Error(`Tests that are left out are not there: ${gone.join(", ")}`);
  const files = only ?? all.filter((name) => !(name in LEFT_OUT));
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
export async function report(place, outcomes, passedBeside = 0) {
  const needless = await rowsWithoutTest([PLACES[place]], outcomes.map(({ name }) => name));
  if (needless.length > 0) {
    throw new Error(`No test is left for ${needless.join(", ")} in tests/support/not_by_fetch.ts`);
  }
  const failed = outcomes.filter(({ failure }) => failure !== undefined);
  const refused = outcomes.filter((outcome) => outcome.refused !== undefined);
  for (const { name, failure } of failed) console.log(`${place}: ${name}\n    ${failure}`);
  for (const outcome of refused) console.log(`${place} cannot: ${outcome.refused}`);
  for (const [file, reason] of Object.entries(LEFT_OUT)) console.log(`${place} leaves out ${file}: ${reason}`);
  const passed = outcomes.length - failed.length - refused.length + passedBeside;
  console.log(`${passed} passed, ${failed.length} failed, ${refused.length} skipped`);
  return failed.length === 0 ? 0 : 1;
}
