/**
 * Packs the library for npm: JavaScript and types of what `deno.json` publishes, the JavaScript joined
 * into a few files, and a manifest that says what a registry shows and a package manager asks.
 *
 *   node .ci/pack.mjs [folder]     writes jetstream-client-<version>.tgz there, else into .build/
 */

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { BUILD, ROOT } from "../tests/run/project.mjs";
import { findRuntime } from "../tests/run/runtimes.mjs";
import { joinModules } from "./join.mjs";

/** What `deno pack` does not know. Node has `process.getBuiltinModule` from 20.16 on. */
const MANIFEST = {
  description: "HTTP client for Deno, Bun, Node, edge functions and browsers: one API, asynchronous and blocking",
  keywords: ["http", "client", "fetch", "request", "sync", "http2", "proxy", "retry", "deno", "bun"],
  engines: { node: ">=20.16" },
  // Importing it does nothing: a bundler may leave out what a program does not use.
  sideEffects: false,
};

/** `Symbol.dispose` and its like are named in the types, whatever `lib` a project has chosen. */
const LIBRARIES = '/// <reference lib="esnext.disposable" />\n';

function run(binary, args, cwd = ROOT) {
  const { status, stdout, stderr, error } = spawnSync(binary, args, { cwd, encoding: "utf8" });
  if (error !== undefined || status !== 0) {
    throw new Error(`Cannot pack: ${binary} ${args[0]} failed\n${error?.message ?? `${stdout}${stderr}`}`);
  }
  return stdout;
}

/** Puts a few joined files in the place of all modules of an unpacked package; types stay as they are. */
async function joinPackage(folder, exported) {
  const entries = exported.map((path) => path.replace(/^\.\/|\.js$/g, ""));
  const out = `${folder}-joined`;
  const joined = await joinModules(folder, entries, out);
  const modules = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".js"));
  await Promise.all(modules.map((path) => rm(join(folder, path))));
  for (const path of joined) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await rename(join(out, path), join(folder, path));
  }
}

/** Resolves with the path of the tarball, made in `folder`. */
export async function pack(folder) {
  const place = await mkdtemp(join(tmpdir(), "jetstream-pack-"));
  try {
    await mkdir(folder, { recursive: true });
    // Maps would be three quarters of it, for sources that differ by their types alone.
    const raw = join(place, "raw.tgz");
    run(findRuntime("deno"), ["pack", "--allow-dirty", "--no-source-maps", "--output", raw]);
    run("tar", ["-xzf", raw, "-C", place]);
    const at = (name) => join(place, "package", name);
    const { name, version, ...others } = JSON.parse(await readFile(at("package.json"), "utf8"));
    await writeFile(at("package.json"), `${JSON.stringify({ name, version, ...MANIFEST, ...others }, null, 2)}\n`);
    await joinPackage(at(""), Object.values(others.exports).map(({ import: path }) => path));
    for (const { types } of Object.values(others.exports)) {
      await writeFile(at(types), LIBRARIES + await readFile(at(types), "utf8"));
    }
    const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", resolve(folder)], at("")));
    return join(resolve(folder), filename);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
  console.log(await pack(process.argv[2] ?? BUILD));
}
