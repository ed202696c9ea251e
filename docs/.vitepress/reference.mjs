/**
 * The API reference of this version and of those released before, each under `api/<version>/`.
 * Must not know the pages. A release is a tag `v1.2.3`; where Git tells of none there is this version alone.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/** Of each minor version before `current` the newest patch, newest first; trial versions are left out. */
export function earlierReleases(tags, current) {
  const rank = (version) => version.split(".").map(Number);
  const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  const mine = rank(current.replace(/-.*$/, ""));
  const newest = new Map();
  for (const tag of tags) {
    const [, version] = /^v(\d+\.\d+\.\d+)$/.exec(tag) ?? [];
    if (version === undefined || compare(rank(version), mine) >= 0) continue;
    const minor = version.replace(/\.\d+$/, "");
    const known = newest.get(minor);
    if (known === undefined || compare(rank(known), rank(version)) < 0) newest.set(minor, version);
  }
  return [...newest.values()].filter((version) => !current.startsWith(version.replace(/\d+$/, "")))
    .sort((a, b) => compare(rank(b), rank(a)));
}

/** The version of a checkout, and the releases before it. */
export function versionsOf(root) {
  const { version } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
  const { stdout, status } = spawnSync("git", ["tag", "--list", "v*"], { cwd: root, encoding: "utf8" });
  return [version, ...earlierReleases(status === 0 ? stdout.split("\n") : [], version)];
}

function must(binary, args, cwd) {
  const { status, error } = spawnSync(binary, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${binary} ${args.join(" ")} failed${error ? `: ${error}` : ""}`);
}

/** Writes the references into a folder; earlier releases are unpacked below `scratch` for it. */
export function writeReferences(root, folder, scratch, deno) {
  const [current, ...earlier] = versionsOf(root);
  writeReference(root, join(folder, current), deno);
  for (const version of earlier) {
    const source = join(scratch, version);
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source, { recursive: true });
    must("git", ["archive", `--output=${source}.tar`, `v${version}`], root);
    must("tar", ["-xf", `${source}.tar`, "-C", source], root);
    writeReference(source, join(folder, version), deno);
  }
}

function writeReference(source, output, deno) {
  const { name, exports } = JSON.parse(readFileSync(join(source, "deno.json"), "utf8"));
  mkdirSync(dirname(output), { recursive: true });
  must(deno, ["doc", "--html", `--name=${name}`, `--output=${output}`, ...Object.values(exports)], source);
}
