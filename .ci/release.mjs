/**
 * Makes a release (CONTRIBUTING.md):
 *
 *   node .ci/release.mjs prepare 1.2.0     writes the version everywhere, and closes the section of the change log
 *   node .ci/release.mjs notes             prints what the change log says of the version
 *   node .ci/release.mjs publish           publishes the tagged commit to JSR and npm; what is there already stays
 */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { BUILD, ROOT } from "../tests/run/project.mjs";
import { findRuntime } from "../tests/run/runtimes.mjs";
import { pack } from "./pack.mjs";

/** Where the version stands, and how it is written there. */
export const PLACES = {
  "deno.json": (version) => `"version": "${version}"`,
  "jsr.json": (version) => `"version": "${version}"`,
  "src/client/prepare.ts": (version) => `"jetstream/${version}"`,
};

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-((?:alpha|beta|rc)\.\d+))?$/;

/** The parts of a version, in an order that compares; a release comes after its trials. */
function partsOf(version) {
  const [, major, minor, patch, trial] = VERSION.exec(version) ?? [];
  if (major === undefined) throw new Error(`Cannot read the version "${version}", expected 1.2.3 or 1.2.3-rc.1`);
  const [stage, count] = trial?.split(".") ?? ["release", "0"];
  return [
    Number(major),
    Number(minor),
    Number(patch),
    ["alpha", "beta", "rc", "release"].indexOf(stage),
    Number(count),
  ];
}

/** Whether a version comes after another. */
export function isLater(version, than) {
  const [these, those] = [partsOf(version), partsOf(than)];
  const at = these.findIndex((part, index) => part !== those[index]);
  return at >= 0 && these[at] > those[at];
}

/** The text of the section of the change log with that title. */
function sectionOf(changelog, title) {
  const start = changelog.indexOf(`\n## [${title}]`);
  if (start < 0) return undefined;
  const body = changelog.indexOf("\n", start + 1);
  const end = changelog.indexOf("\n## [", body);
  return changelog.slice(body, end < 0 ? undefined : end).trim();
}

/** What the change log says of a version. */
export function notesOf(changelog, version) {
  const notes = sectionOf(changelog, version);
  if (!notes) throw new Error(`CHANGELOG.md says nothing of ${version}, expected a section "## [${version}]"`);
  return notes;
}

/** The change log with what was not released under the version, and an empty section above it. */
export function closeChangelog(changelog, version, date) {
  if (!sectionOf(changelog, "Unreleased")) throw new Error("CHANGELOG.md has nothing that is not released");
  if (sectionOf(changelog, version) !== undefined) throw new Error(`CHANGELOG.md has ${version} already`);
  return changelog.replace("## [Unreleased]", `## [Unreleased]\n\n## [${version}] - ${date}`);
}

/** A text with the version set, which has to stand there once. */
export function setVersion(text, write, from, to) {
  const parts = text.split(write(from));
  if (parts.length !== 2) throw new Error(`Expected ${write(from)} once, found it ${parts.length - 1} times`);
  return parts.join(write(to));
}

const read = (path) => readFileSync(join(ROOT, path), "utf8");

function run(binary, args, { quiet = false } = {}) {
  const stdio = quiet ? "pipe" : "inherit";
  const { status, stdout, error } = spawnSync(binary, args, { cwd: ROOT, encoding: "utf8", stdio });
  if (error !== undefined) throw error;
  return { ok: status === 0, text: stdout?.trim() ?? "" };
}

function must(binary, args) {
  if (!run(binary, args).ok) throw new Error(`Cannot publish: ${binary} ${args.join(" ")} failed`);
}

function prepare(version, current) {
  // The same version is right when it was never released: then the change log has no section for it.
  if (isLater(current, version)) throw new Error(`Cannot release ${version}: ${current} comes after it`);
  const changelog = closeChangelog(read("CHANGELOG.md"), version, new Date().toISOString().slice(0, 10));
  const texts = Object.entries(PLACES).map(([path, write]) => [path, setVersion(read(path), write, current, version)]);
  for (const [path, text] of [["CHANGELOG.md", changelog], ...texts]) writeFileSync(join(ROOT, path), text);
  console.log(`${version} is written. Look at the change, then:\n`);
  console.log(
    `  git commit -am "Release ${version}" && git tag -s v${version} -m v${version} && git push --follow-tags`,
  );
}

async function publish(name, version) {
  notesOf(read("CHANGELOG.md"), version);
  const { text: changed } = run("git", ["status", "--porcelain"], { quiet: true });
  if (changed !== "") throw new Error(`Cannot publish what is not committed:\n${changed}`);
  const { text: tags } = run("git", ["tag", "--points-at", "HEAD"], { quiet: true });
  if (!tags.split("\n").includes(`v${version}`)) throw new Error(`Cannot publish: this commit has no tag v${version}`);
  const tarball = await pack(BUILD);
  // A version that is there already is passed over, so that a release that broke off can be gone on with.
  must(findRuntime("deno"), ["publish"]);
  const there = run("npm", ["view", `${name}@${version}`, "version"], { quiet: true });
  if (there.ok && there.text === version) return console.log(`npm has ${version} already`);
  must("npm", ["publish", tarball, "--access", "public", "--tag", version.includes("-") ? "next" : "latest"]);
}

async function main([action, wanted]) {
  const { name, version } = JSON.parse(read("deno.json"));
  if (action === "prepare" && wanted !== undefined) return prepare(wanted, version);
  if (action === "notes") return console.log(notesOf(read("CHANGELOG.md"), version));
  if (action === "publish") return await publish(name, version);
  throw new Error("Choose from: prepare <version>, notes, publish");
}

if (process.argv[1] && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
