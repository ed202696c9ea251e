/** The package as it is, on every runtime, with both clients; and as JSR would give it to Deno. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../run/project.mjs";
import { findRuntime } from "../../run/runtimes.mjs";
import { RUNTIMES } from "./project.mjs";

/** What the script of the blocking client prints. */
export const SYNC_OK = "begun\nok";

/** What uses the package: a module, and a script with each client. */
const SCRIPTS = ["use.mjs", "main.mjs", "use_sync.mjs"];

export async function checkRuntimes(project, { check }, tarball) {
  await project.write(
    "main.mjs",
    'import { use } from "./use.mjs";\nuse(globalThis.process.argv[2]).then(console.log);\n',
  );
  for (const id of Object.keys(RUNTIMES)) {
    await check(id, () => project.expect(id, "main.mjs"));
    await check(`${id}, blocking`, () => project.expect(id, "use_sync.mjs", SYNC_OK));
  }
  const net = ["run", "--no-prompt", `--allow-net=${new URL(project.base).host}`];
  await check("deno with leave to connect and nothing else", () => project.expect("deno", "main.mjs", "ok", net));
  await check("deno, blocking, with leave to connect and to read the package", () => {
    const read = `--allow-read=${project.path("node_modules")}`;
    return project.expect("deno", "use_sync.mjs", SYNC_OK, [...net, read]);
  });
  await check("bun, installed by it", async () => {
    await project.write("by_bun/package.json", '{ "type": "module", "private": true }\n');
    await project.copyTo("by_bun", SCRIPTS);
    await project.run(findRuntime("bun"), ["add", "--no-summary", tarball], { cwd: project.path("by_bun") });
    await project.expect("bun", "by_bun/main.mjs");
    await project.expect("bun", "by_bun/use_sync.mjs", SYNC_OK);
  });
  await check("deno with the files that JSR gets", () => useFromJsr(project));
}

/** A project without `node_modules`, in which a folder with what is published stands for the registry. */
async function useFromJsr(project) {
  const manifest = JSON.parse(await readFile(join(ROOT, "jsr.json"), "utf8"));
  await project.copyPublished("jsr/package", manifest.publish);
  await project.write("jsr/package/deno.json", JSON.stringify(manifest));
  const config = { links: ["./package"], imports: { [manifest.name]: `jsr:${manifest.name}@^${manifest.version}` } };
  await project.write("jsr/deno.json", JSON.stringify(config));
  await project.copyTo("jsr", SCRIPTS);
  await project.expect("deno", "jsr/main.mjs", "ok", ["run", "-A", "--no-prompt", "--config=jsr/deno.json"]);
  await project.expect("deno", "jsr/use_sync.mjs", SYNC_OK, ["run", "-A", "--no-prompt", "--config=jsr/deno.json"]);
}
