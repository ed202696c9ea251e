/** Packs the library for npm, installs that in an empty project, and uses it on each runtime and by each bundler. */

import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { ROOT, totalsLine } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";

/** The most that `mod.ts` may take for the edge, minified and compressed, before anything is loaded lazily, in bytes. */
const SIZE_BUDGET = 120_000;

const counts = { passed: 0, failed: 0, skipped: 0 };

async function check(what, run) {
  try {
    const said = await run();
    counts.passed++;
    console.log(`ok     ${what}${said ? `: ${said}` : ""}`);
  } catch (error) {
    counts.failed++;
    console.log(`FAILED ${what}: ${error instanceof Error ? error.stack : error}`);
  }
}

function command(binary, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(binary, args, { cwd, encoding: "utf8", timeout: 120_000 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${binary} ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

function expectOk(text) {
  if (text.trim() !== "ok") throw new Error(`It said ${text}`);
}

const project = await mkdtemp(join(tmpdir(), "jetstream-package-"));
try {
  const tarball = join(project, "client.tgz");
  await check("deno pack", async () => {
    command(findRuntime("deno"), ["pack", "--allow-dirty", "--output", tarball], ROOT);
    return `${Math.round((await stat(tarball)).size / 1024)} KiB`;
  });
  await writeFile(join(project, "package.json"), '{ "type": "module", "private": true }');
  await check("npm install", () => {
    command("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], project);
  });
  await copyFile(join(ROOT, "tests/runtime/package_use.mjs"), join(project, "use.mjs"));
  await writeFile(join(project, "main.mjs"), 'import { use } from "./use.mjs";\nconsole.log(await use());\n');
  for (const [id, args] of [["node20", []], ["node24", []], ["bun", []], ["deno", ["run", "-A"]]]) {
    await check(id, () => expectOk(command(findRuntime(id), [...args, "main.mjs"], project)));
  }
  await check("types", async () => {
    const lines = [
      'import { Client, type ClientOptions, type HttpResponse } from "@jetstream/client";',
      "const options: ClientOptions = { timeout: { connect: 1 } };",
      "const response: Promise<HttpResponse> = new Client(options).get('http://a.test').then((response) => response);",
      "// @ts-expect-error: there is no such option",
      "new Client({ timeouts: 1 });",
      "console.log(response);",
    ];
    await writeFile(join(project, "types.ts"), lines.join("\n"));
    command(findRuntime("deno"), ["check", "types.ts"], project);
  });
  const bundle = async (platform, options = {}) => {
    const outdir = join(project, "dist", platform);
    await mkdir(outdir, { recursive: true });
    await build({
      absWorkingDir: project,
      entryPoints: ["main.mjs"],
      bundle: true,
      minify: true,
      format: "esm",
      platform,
      outdir,
      logLevel: "error",
      outExtension: { ".js": ".mjs" },
      ...options,
    });
    return join(outdir, "main.mjs");
  };
  for (const platform of ["browser", "neutral", "node"]) {
    await check(`esbuild ${platform}`, async () => {
      expectOk(command(findRuntime("node24"), [await bundle(platform)], project));
    });
  }
  await check("workerd", async () => {
    const lines = [
      'import { use } from "./use.mjs";',
      "export default { fetch: async () => new Response(await use()) };",
    ];
    await writeFile(join(project, "worker.mjs"), lines.join("\n"));
    const file = await bundle("neutral", { entryPoints: { main: "worker.mjs" } });
    const worker = new Miniflare({
      modules: [{ type: "ESModule", path: "worker.mjs", contents: await readFile(file, "utf8") }],
      compatibilityDate: "2026-01-01",
    });
    try {
      expectOk(await (await worker.dispatchFetch("http://worker.test/")).text());
    } finally {
      await worker.dispose();
    }
  });
  await check("the size for the edge", async () => {
    await writeFile(join(project, "all.mjs"), 'export * from "@jetstream/client";\n');
    const { metafile, outputFiles } = await build({
      absWorkingDir: project,
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
    const size = files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    const said = `${plain} bytes minified, ${size} compressed, at most ${SIZE_BUDGET}`;
    if (size > SIZE_BUDGET) throw new Error(said);
    return said;
  });
} finally {
  await rm(project, { recursive: true, force: true });
}
console.log(totalsLine(counts));
process.exit(counts.failed === 0 ? 0 : 1);
