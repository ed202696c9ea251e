/**
 * Joins the modules of the library into a few files, as a program starts faster from: on Node the two
 * hundred files of `mod.ts` take three times as long to load as what this makes of them.
 * What is loaded only when needed stays a file of its own, and so does what the clients share.
 */

import { dirname, join, resolve } from "node:path";
import { rolldown } from "rolldown";

/** The entry of the blocking client's worker, which tells its own address: it must not become part of another file. */
const WORKER = "src/sync/worker";

/**
 * Writes into the folder `out` one file for each of the `entries` (paths without their ending) of the
 * library in `folder`, and what they share; returns the names of all files.
 */
export async function joinModules(folder, entries, out, ending = ".js") {
  const pathOf = (entry) => join(resolve(folder), `${entry}${ending}`);
  const worker = pathOf(WORKER);
  const build = await rolldown({
    input: Object.fromEntries([...entries, WORKER].map((entry) => [entry, pathOf(entry)])),
    platform: "neutral",
    external: /^node:/,
    plugins: [{
      name: "worker",
      resolveId(id, importer) {
        if (importer === undefined || resolve(dirname(importer), id) !== worker) return null;
        return { id: `./${WORKER}.js`, external: true };
      },
    }],
  });
  const { output } = await build.write({
    dir: out,
    format: "esm",
    chunkFileNames: ({ isDynamicEntry }) => `src/joined/${isDynamicEntry ? "[name]" : "shared"}.js`,
    comments: false,
  });
  for (const { fileName, imports } of output) {
    // Whoever imports the worker does so by a path from the top.
    if (imports.includes(`./${WORKER}.js`) && fileName.includes("/")) throw new Error(`${fileName} imports the worker`);
  }
  return output.map(({ fileName }) => fileName);
}
