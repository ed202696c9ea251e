/** Runs the behaviour tests in workerd, one request per test, and a client that all requests share. */

import assert from "node:assert/strict";
import { Miniflare } from "miniflare";
import { startServer } from "./start_server.mjs";
import { bundleBehaviour, report } from "./bundle.mjs";

const server = await startServer("tests/support/origin_server.mjs");
const origin = { http: `http://127.0.0.1:${server.ports.http}` };
const contents = await bundleBehaviour("tests/runtime/worker.ts", origin);
const worker = new Miniflare({
  modules: [{ type: "ESModule", path: "worker.mjs", contents }],
  compatibilityDate: "2026-01-01",
});
const ask = async (path) => await (await worker.dispatchFetch(`http://worker.test${path}`)).json();

let code = 1;
try {
  const outcomes = [];
  const count = await ask("/");
  for (let index = 0; index < count; index++) outcomes.push(await ask(`/${index}`));

  // A request must not touch what another one made: a timer, a promise, a stream.
  const url = encodeURIComponent(`${origin.http}/cookies?c=a%3D1`);
  const probes = await Promise.all(Array.from({ length: 20 }, () => ask(`/probe?url=${url}`)));
  const again = await ask(`/probe?url=${url}`);
  assert.equal(probes.length, 20);
  assert.match(again.answer.headers.cookie, /a=1/);
  assert.equal(again.capabilities.transport, "fetch");
  assert.equal(again.capabilities.runtime, "edge");
  console.log(`workerd can: ${again.capabilities.options.join(", ")}`);
  code = report("workerd", outcomes, 1);
} finally {
  await worker.dispose();
  server.stop();
}
process.exit(code);
