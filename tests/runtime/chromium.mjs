/** Runs the behaviour tests in a page of headless Chromium; its server passes all else on to that of the tests. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleBehaviour, report } from "./bundle.mjs";
import { startServer } from "./start_server.mjs";

/** Milliseconds for all of it. */
const LIMIT = 300_000;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const server = await startServer("tests/support/origin_server.mjs");
const script = await bundleBehaviour("tests/runtime/page.ts", { http: `http://127.0.0.1:${server.ports.http}` });

function pass(request, response) {
  const { method, url: path, headers } = request;
  const onward = forward({ host: "127.0.0.1", port: server.ports.http, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

const outcome = Promise.withResolvers();
const pages = createServer((request, response) => {
  if (request.url === "/") {
    response.setHeader("content-type", "text/html");
    return response.end('<!doctype html><title>Tests</title><script type="module" src="/page.js"></script>');
  }
  if (request.url === "/page.js") {
    response.setHeader("content-type", "text/javascript");
    return response.end(script);
  }
  if (request.url !== "/outcomes") return pass(request, response);
  let text = "";
  request.setEncoding("utf8").on("data", (part) => text += part).on("end", () => {
    response.end();
    outcome.resolve(JSON.parse(text));
  });
});
await new Promise((done) => pages.listen(0, "127.0.0.1", done));

const folder = await mkdtemp(join(tmpdir(), "jetstream-chromium-"));
const url = `http://127.0.0.1:${pages.address().port}/`;
const browser = spawn("chromium", [...FLAGS, `--user-data-dir=${folder}`, url], { stdio: "ignore", detached: true });
browser.on("error", outcome.reject);
const timer = setTimeout(() => outcome.reject(new Error(`The page did not end within ${LIMIT} ms`)), LIMIT);

let code = 1;
try {
  const { outcomes, capabilities } = await outcome.promise;
  console.log(`chromium can: ${capabilities.options.join(", ")}`);
  code = report("chromium", outcomes);
} finally {
  clearTimeout(timer);
  try {
    process.kill(-browser.pid, "SIGKILL");
  } catch {
    // It never started.
  }
  pages.closeAllConnections();
  server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(code);
