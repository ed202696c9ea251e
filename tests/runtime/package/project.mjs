/**
 * Owns the empty project that the checks of the package work in: the package from its tarball, a few
 * files that use it, and what they say. Must not know a bundler.
 */

import { copyFile, cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT, run, testEnvironment } from "../../run/project.mjs";
import { findRuntime } from "../../run/runtimes.mjs";
import { startServer } from "../start_server.mjs";

/** The runtimes and what stands before a script of theirs. */
export const RUNTIMES = { node20: [], node24: [], bun: [], deno: ["run", "-A", "--no-prompt"] };

/** Runs checks one after the other, says what came of each, and counts. */
export function openChecks() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  return {
    counts,
    /** Runs one; what it returns is printed behind its name. */
    async check(what, work) {
      const started = performance.now();
      const tell = (word, said) => {
        const seconds = ((performance.now() - started) / 1_000).toFixed(1);
        console.log(`${word} ${what} (${seconds} s)${said ? `: ${said}` : ""}`);
      };
      try {
        tell("ok    ", await work());
        counts.passed++;
      } catch (error) {
        tell("FAILED", error instanceof Error ? error.stack : error);
        counts.failed++;
      }
    },
    /** Says what was left out, and why. */
    skip(what, reason) {
      console.log(`skip   ${what}: ${reason}`);
      counts.skipped++;
    },
  };
}

/** A project in a folder of its own, and a server for it. */
export class Project {
  /** Where it is. */
  folder;
  /** The server, such as `http://127.0.0.1:8080`. */
  base;
  #server;

  /** Makes the folder, with nothing but a manifest in it, and starts the server. */
  static async create() {
    const project = new Project();
    project.folder = await mkdtemp(join(tmpdir(), "jetstream-package-"));
    await project.write("package.json", '{ "name": "app", "type": "module", "private": true }\n');
    project.#server = await startServer("tests/support/origin_server.mjs");
    project.base = `http://127.0.0.1:${project.#server.ports.http}`;
    return project;
  }

  /** The path of a file in it. */
  path(...names) {
    return join(this.folder, ...names);
  }

  /** Writes a file. */
  async write(name, text) {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  /** Copies a file of this folder. */
  async copy(...names) {
    for (const name of names) await copyFile(join(ROOT, "tests/runtime/package", name), this.path(name));
  }

  /** Copies files of it into one of its folders. */
  async copyTo(folder, names) {
    for (const name of names) await copyFile(this.path(name), this.path(folder, name));
  }

  /** Copies what is published, and nothing else, of the tree. */
  async copyPublished(target, { include, exclude }) {
    for (const path of include) await cp(join(ROOT, path), this.path(target, path), { recursive: true });
    for (const path of exclude) await rm(this.path(target, path));
  }

  /** Runs a command here; resolves with what it printed. */
  async run(binary, args, { env = {}, cwd = this.folder } = {}) {
    // Some tools keep files of their own at home.
    const environment = testEnvironment({ HOME: this.folder, ...env });
    const { code, output } = await run(binary, args, { cwd, limit: 120_000, env: environment });
    if (code !== 0) throw new Error(`${binary} ${args.join(" ")} ended with ${code}\n${output}`);
    return output.trim();
  }

  /** Runs a script with the server as its argument, which has to say `expected`. */
  async expect(runtime, script, expected = "ok", before = RUNTIMES[runtime]) {
    const said = await this.run(findRuntime(runtime), [...before, script, this.base]);
    if (said !== expected) throw new Error(`It said ${said}, expected ${expected}`);
  }

  /** Ends the server and removes the folder. */
  async remove() {
    this.#server.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The size of a file, to be read. */
export async function sizeOf(path) {
  return `${Math.round((await stat(path)).size / 1024)} KiB`;
}
