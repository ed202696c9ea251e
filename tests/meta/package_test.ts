/** What comes with the package: nothing of others, and nothing that runs when it is installed. */

import { assertEquals } from "@std/assert";
import { listFiles, readJson, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

test("S45: the library depends on nothing, runs nothing when installed, and imports only itself", () => {
  const manifest = readJson("package.json");
  for (const name of ["dependencies", "peerDependencies", "optionalDependencies", "bundledDependencies", "bin"]) {
    assertEquals([name, manifest[name]], [name, undefined]);
  }
  const scripts = Object.keys(manifest.scripts as object);
  const atInstall = ["preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare"];
  assertEquals(scripts.filter((name) => atInstall.includes(name)), []);
  const foreign = ["mod.ts", ...listFiles("src", ".ts")].flatMap((path) =>
    [...readText(path).matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gm)]
      .map(([, from]) => from!)
      .filter((from) => !/^\.{1,2}\//.test(from))
      .map((from) => `${path}: ${from}`)
  );
  assertEquals(foreign, []);
  // Versions of tools are exact: what is installed tomorrow is what was tried today.
  const tools = Object.entries(manifest.devDependencies as Record<string, string>);
  assertEquals(tools.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)), []);
});
