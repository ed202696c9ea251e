/** The package in workerd: by `wrangler dev` as it comes, and as a bundle of esbuild in Miniflare. */

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { ROOT, testEnvironment } from "../../run/project.mjs";
import { findRuntime } from "../../run/runtimes.mjs";
import { endGroup } from "../process_group.mjs";
import { bundle } from "./bundlers.mjs";

const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");

/** The day whose behaviour of workerd is asked for. */
const DATE = "2026-01-01";

/** Milliseconds until a worker has to be there. */
const LIMIT = 60_000;

async function expectOk(response) {
  const said = await response.text();
  if (said !== "ok") throw new Error(`The worker said ${said}`);
}

export async function checkWorkers(project, { check }) {
  const worker = [
    'import { use } from "./use.mjs";',
    `export default { fetch: async () => new Response(await use(${JSON.stringify(project.base)})) };`,
  ];
  await project.write("worker.mjs", worker.join("\n"));
  await check("miniflare", () => useMiniflare(project, "worker.mjs", {}, async (ask) => expectOk(await ask("/"))));
  await check("the example of an edge function in miniflare", () => useExample(project));
  for (const flags of [[], ["--compatibility-flags", "nodejs_compat"]]) {
    await check(["wrangler dev", ...flags].join(" "), () => useWrangler(project, flags));
  }
}

/** Bundles a module, and lets `use` ask the worker that it is. */
async function useMiniflare(project, entry, options, use) {
  const file = await bundle(project, entry, entry.replace(/\.mjs$/, ""), { platform: "neutral" });
  const contents = await readFile(project.path(file), "utf8");
  const modules = [{ type: "ESModule", path: "worker.mjs", contents }];
  const place = new Miniflare({ modules, compatibilityDate: DATE, ...options });
  try {
    await use((path) => place.dispatchFetch(`http://worker.test${path}`));
  } finally {
    await place.dispose();
  }
}

/** The API of the example is what answers all that the worker sends out. */
async function useExample(project) {
  const path = join(ROOT, "examples/edge_function.ts");
  await project.write(
    "edge.mjs",
    `import { edgeFunction } from ${JSON.stringify(path)};\nexport default edgeFunction();\n`,
  );
  const outboundService = ({ url }) =>
    url === "https://api.example.com/users/ana" ? Response.json({ name: "Ana" }) : new Response(null, { status: 404 });
  await useMiniflare(project, "edge.mjs", { outboundService }, async (ask) => {
    const answers = await Promise.all([ask("/ana"), ask("/bob")]);
    const said = (await Promise.all(answers.map((answer) => answer.text()))).join(", ");
    if (said !== '{"hello":"Ana"}, No such user') throw new Error(`The function said ${said}`);
  });
}

/** Starts `wrangler dev`, asks the worker once, and ends it with all that it started. */
async function useWrangler(project, flags) {
  const args = [WRANGLER, "dev", "worker.mjs", "--ip=127.0.0.1", "--port=0", "--inspector-port=0"];
  const child = spawn(findRuntime("node24"), [...args, `--compatibility-date=${DATE}`, ...flags], {
    cwd: project.folder,
    env: testEnvironment({
      HOME: project.folder,
      CI: "true",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_LOG_SANITIZE: "true",
    }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers();
  let output = "";
  const listen = (part) => {
    output += part;
    const url = /Ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
    if (url !== undefined) resolve(url);
  };
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  child.on("error", reject);
  child.on("exit", () => reject(new Error(`wrangler dev ended\n${output}`)));
  const timer = setTimeout(() => reject(new Error(`wrangler dev is not ready\n${output}`)), LIMIT);
  try {
    await expectOk(await fetch(await ready, { signal: AbortSignal.timeout(LIMIT) }));
  } finally {
    clearTimeout(timer);
    endGroup(child, "SIGTERM");
  }
}
