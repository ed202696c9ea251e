/** Runs the behaviour tests in workerd, one request per test, and a client that all requests share. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { ROOT } from "../run/project.mjs";
import { startServer } from "./start_server.mjs";
import { bundleBehaviour, report } from "./bundle.mjs";
import { readRefusals } from "./edge_page.mjs";

const DIGEST_SERVER = "tests/support/digest_server.mjs";

const server = await startServer("tests/support/origin_server.mjs");
const digestServer = await startServer(DIGEST_SERVER);
const origin = {
  http: `http://127.0.0.1:${server.ports.http}`,
  servers: { [DIGEST_SERVER]: digestServer.ports },
};

/** A worker with these tests, all by default. */
async function start(flags, only) {
  const contents = await bundleBehaviour("tests/runtime/worker.ts", origin, only);
  return new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: flags,
  });
}

async function askOf(worker, path) {
  return await (await worker.dispatchFetch(`http://worker.test${path}`)).json();
}

/** How each test of a worker ended. */
async function run(worker) {
  const outcomes = [];
  const count = await askOf(worker, "/");
  for (let index = 0; index < count; index++) outcomes.push(await askOf(worker, `/${index}`));
  return outcomes;
}

const worker = await start([]);
// Digests need the flag, and nothing else does.
const withNode = await start(["nodejs_compat"], ["digest_test.ts"]);
const ask = (path) => askOf(worker, path);

let code = 1;
try {
  const outcomes = [...await run(worker), ...await run(withNode)];

  // A request must not touch what another one made: a timer, a promise, a stream.
  const url = encodeURIComponent(`${origin.http}/cookies?c=a%3D1`);
  const probes = await Promise.all(Array.from({ length: 20 }, () => ask(`/probe?url=${url}`)));
  const again = await ask(`/probe?url=${url}`);
  assert.equal(probes.length, 20);
  assert.match(again.answer.headers.cookie, /a=1/);
  assert.equal(again.capabilities.transport, "fetch");
  assert.equal(again.capabilities.runtime, "edge");
  // The page says what this very runtime refuses, no more and no less.
  const told = readRefusals(await readFile(join(ROOT, "docs/how-to/edge.md"), "utf8"));
  assert.deepEqual(again.capabilities.refused, told.everywhere);
  console.log(`workerd can: ${again.capabilities.options.join(", ")}`);
  code = await report("workerd", outcomes, 1);
} finally {
  await Promise.all([worker.dispose(), withNode.dispose()]);
  server.stop();
  digestServer.stop();
}
process.exit(code);
