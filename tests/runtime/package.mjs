/** Packs the library for npm, installs that in an empty project, and uses it on each runtime and by each bundler. */

import process from "node:process";
import { pack } from "../../.ci/pack.mjs";
import { totalsLine } from "../run/project.mjs";
import { findRuntime } from "../run/runtimes.mjs";
import { checkBundlers, checkSyncBundles } from "./package/bundlers.mjs";
import { openChecks, Project, sizeOf } from "./package/project.mjs";
import { checkRuntimes } from "./package/runtimes.mjs";
import { checkSize } from "./package/size.mjs";
import { checkTypes } from "./package/types.mjs";
import { checkWorkers } from "./package/workers.mjs";

/** A class is printed by its name, which joining files must not change. `BlockingJar` is another name of `CookieJar`. */
const NAMES = `const exported = [await import("@jetstream/client"), await import("@jetstream/client/sync")];
const classes = exported.flatMap((all) => Object.entries(all)).filter(([name, value]) => name !== "BlockingJar" && /^class\\b/.test(value));
const wrong = classes.filter(([name, value]) => value.name !== name).map(([name, value]) => name + " is " + value.name);
if (classes.length < 40 || wrong.length > 0) throw new Error(classes.length + " classes, " + wrong.join(", "));
`;

const checks = openChecks();
const project = await Project.create();
try {
  let tarball = "";
  await checks.check("pack", async () => {
    tarball = await pack(project.path("pack"));
    return sizeOf(tarball);
  });
  await checks.check("what is packed", async () => {
    const files = (await project.run("tar", ["-tzf", tarball])).split("\n");
    const strange = files.filter((path) =>
      !/\.js$|\.d\.ts$|\/(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path)
    );
    if (strange.length > 0) throw new Error(`It has ${strange.join(", ")}`);
    return `${files.length} files`;
  });
  await checks.check("npm install", async () => {
    await project.run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball]);
  });
  await checks.check("what is exported keeps its name", async () => {
    await project.write("names.mjs", NAMES);
    return await project.run(findRuntime("node24"), ["names.mjs"]);
  });
  await project.copy("use.mjs", "use_sync.mjs");
  await checkRuntimes(project, checks, tarball);
  await checkTypes(project, checks);
  await checkBundlers(project, checks);
  await checkSyncBundles(project, checks);
  await checkWorkers(project, checks);
  await checkSize(project, checks);
} finally {
  await project.remove();
}
console.log(totalsLine(checks.counts));
process.exit(checks.counts.failed === 0 ? 0 : 1);
