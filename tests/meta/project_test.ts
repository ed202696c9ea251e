/** The top level, the manifests and what is checked in. */

import { tmpdir } from "node:os";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SKIPS } from "../skips.ts";
import { exists, listTracked, readJson, readText, ROOT, runCommand } from "../support/project.ts";
import { test } from "../support/suite.ts";

/** The top level of the project; dot-files come on top. */
const TOP_LEVEL = [
  "CHANGELOG.md",
  "CODE_OF_CONDUCT.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
  "bench",
  "bun.lock",
  "deno.json",
  "deno.lock",
  "docs",
  "examples",
  "jsr.json",
  "mod.ts",
  "package-lock.json",
  "package.json",
  "src",
  "sync.ts",
  "tests",
  "tsconfig.json",
];

const tracked = listTracked();

test("the top level holds what the design lists and nothing else", () => {
  const found = [...new Set(tracked.map((path) => path.split("/")[0]!))].filter((name) => !name.startsWith("."));
  assertEquals(found.filter((name) => !TOP_LEVEL.includes(name)), []);
});

test("deno.json and jsr.json say the same", () => {
  const deno = readJson("deno.json");
  const jsr = readJson("jsr.json");
  for (const field of ["name", "version", "license", "exports", "publish"]) {
    assertEquals<unknown>(jsr[field], deno[field], field);
  }
  assertEquals(Object.keys(jsr).sort(), ["exports", "license", "name", "publish", "version"]);
});

test("every export of deno.json is a file of the library", () => {
  const exports = readJson("deno.json")["exports"] as Record<string, string>;
  for (const [name, path] of Object.entries(exports)) {
    assert(exists(path), `${name}: ${path} is missing`);
    assert(/^\.\/(?:mod|sync|src\/[\w/]+)\.ts$/.test(path), `${name}: ${path} is no place for an export`);
  }
});

test("package.json is private and has development tools only, pinned", () => {
  const manifest = readJson("package.json");
  assertEquals(manifest["private"], true);
  for (const field of ["dependencies", "peerDependencies", "optionalDependencies", "bundledDependencies"]) {
    assertEquals(manifest[field], undefined, field);
  }
  for (const [name, version] of Object.entries(manifest["devDependencies"] as Record<string, string>)) {
    assert(/^\d+\.\d+\.\d+$/.test(version), `${name} ${version} is not pinned`);
  }
});

test("Bun finds the stand-ins that Deno links", () => {
  const links = readJson("deno.json")["links"] as string[];
  const paths = (readJson("tsconfig.json")["compilerOptions"] as { paths: Record<string, string[]> }).paths;
  assertEquals(Object.values(paths), links.map((link) => [`${link}/mod.ts`]));
  assertEquals(Object.keys(paths), links.map((link) => `@std/${link.slice(link.lastIndexOf("/") + 1)}`));
});

test("CHANGELOG.md has a place for what is not released, and the version", () => {
  const text = readText("CHANGELOG.md");
  assertStringIncludes(text, "## [Unreleased]");
});

test("README.md names the two commands", () => {
  const text = readText("README.md");
  assertStringIncludes(text, "npm test");
  assertStringIncludes(text, "npm run quickstart");
});

test("every row of tests/skips.ts gives a reason, and each test stands once per runtime", () => {
  for (const skip of SKIPS) {
    assert(skip.reason.length >= 20, `${skip.test}: say why`);
    assert(skip.on.length > 0, `${skip.test}: on no runtime`);
  }
  const keys = SKIPS.flatMap((skip) => skip.on.map((on) => `${on}: ${skip.test}`));
  assertEquals(keys.filter((key, at) => keys.indexOf(key) !== at), []);
});

/** Text files that Git knows, lock files aside: they name packages, not places. */
function texts(): (readonly [path: string, text: string])[] {
  return tracked.filter((path) => !/(?:^|\/)(?:package-lock\.json|deno\.lock|bun\.lock)$/.test(path))
    .map((path) => [path, readText(path)] as const).filter(([, text]) => !text.includes("\0"));
}

test("no checked-in file holds a path of this machine or the host of a registry", () => {
  // A checkout in the temporary folder says nothing: that folder is on every machine.
  const above = ROOT.slice(0, ROOT.lastIndexOf("/", ROOT.length - 2) + 1);
  const parent = above === `${tmpdir()}/` ? ROOT : above;
  const home = `${process.env["HOME"] ?? ""}/`;
  const registry = new URL(runCommand("npm", ["config", "get", "registry"]).trim().split("\n").pop() ?? "").host;
  const wanted = [parent, home, registry].filter((text) => text.length > 2);
  const wrong = texts().filter(([, text]) => wanted.some((each) => text.includes(each))).map(([path]) => path);
  assertEquals(wrong, []);
});

test("the lock file holds no address", () => {
  assertEquals(/"resolved":\s*"https?:/.test(readText("package-lock.json")), false);
});

test("what is published is the library and its papers", () => {
  const { include } = readJson("deno.json")["publish"] as { include: string[] };
  assertEquals(
    include.filter((path) => !/^(?:mod\.ts|sync\.ts|src\/|README\.md|LICENSE|CHANGELOG\.md)$/.test(path)),
    [],
  );
});
