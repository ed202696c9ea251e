/**
 * Owns access to the project's own files and tools, for the tests that are about the tree itself.
 * Must not know what they look for.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The top folder of the project, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** Whether a file or folder of the project is there. */
export function exists(path: string): boolean {
  return existsSync(ROOT + path);
}

/** The text of a file of the project. */
export function readText(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

/** The JSON of a file of the project. */
export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readText(path)) as Record<string, unknown>;
}

/** Files below a folder of the project that end in `suffix`, as paths from the top; sorted. */
export function listFiles(folder: string, suffix = ""): string[] {
  if (!exists(folder)) return [];
  return readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(suffix) && path.slice(path.lastIndexOf("/")).includes("."))
    .sort();
}

/** What a command prints; throws when it fails. */
export function runCommand(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** What Deno prints, for the same Deno that runs. */
export function runDeno(args: readonly string[]): string {
  return runCommand(process.execPath, args);
}

/** Every file that Git knows or would take. */
export function listTracked(): string[] {
  return runCommand("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
    .split("\n").filter((path) => path !== "" && exists(path)).sort();
}
