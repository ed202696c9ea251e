/** How much the library is for the edge: what `mod.ts` needs at once, and all of it. */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The most that may be needed before anything is loaded lazily, minified: plain and compressed, in bytes. */
const BUDGET = { plain: 345_000, compressed: 118_000 };

export async function checkSize(project, { check }) {
  await check("the size for the edge", async () => {
    await project.write("all.mjs", 'export * from "@jetstream/client";\n');
    const { metafile, outputFiles } = await build({
      absWorkingDir: project.folder,
      entryPoints: ["all.mjs"],
      bundle: true,
      minify: true,
      splitting: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "neutral",
      outdir: "dist/size",
    });
    const needed = new Set();
    const follow = (path) => {
      if (needed.has(path)) return;
      needed.add(path);
      for (const each of metafile.outputs[path].imports) if (each.kind === "import-statement") follow(each.path);
    };
    follow("dist/size/all.js");
    const files = outputFiles.filter(({ path }) => [...needed].some((each) => path.endsWith(each)));
    const plain = files.reduce((sum, { contents }) => sum + contents.length, 0);
    const compressed = files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    const said =
      `${plain} bytes minified (at most ${BUDGET.plain}), ${compressed} compressed (at most ${BUDGET.compressed})`;
    if (plain > BUDGET.plain || compressed > BUDGET.compressed) throw new Error(said);
    return said;
  });
}
