/**
 * Shows the library at work against a server in this very process, over HTTP and over HTTPS.
 *
 *   deno task quickstart                          npm run quickstart (needs Node and npm only)
 *   deno task quickstart https://example.com      fetches that URL instead
 *   bun examples/quickstart.ts                    node examples/quickstart.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import process from "node:process";
import { CertificateError, Client, get, JetstreamError, TimeoutError } from "../mod.ts";
import { Authority } from "../tests/support/certificates.ts";
import { startServer } from "./local_server.ts";

/** Goes through the main things that a client does. */
async function tour(client: Client): Promise<void> {
  // A response is complete when it is there: reading its body needs no `await`.
  const response = await client.get("/users", { params: { page: 1 } });
  show("GET /users", `${response.status} in ${response.timings.total.toFixed(1)} ms: ${response.text()}`);

  // A shortcut raises an error unless the status is 2xx.
  const created = await client.post("/users", { json: { name: "Zoe" } }).json();
  show("POST /users", JSON.stringify(created));

  // With `stream()` the body stays on the wire and is read as it comes.
  await using log = await client.stream("GET", "/log");
  let lines = 0;
  for await (const _line of log.iterLines()) lines++;
  show("GET /log", `${lines} lines, ${log.received} bytes, streamed`);

  // All of that went over one connection.
  const { busy, idle } = client.stats();
  show("the pool", `${busy} busy and ${idle} idle connections`);

  // Every failure has a class and a code, and says what was being done and which option set the limit.
  try {
    await client.get("/slow", { timeout: { head: 100 }, retry: false });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    show("GET /slow", `${error.name} ${error.code}: ${error.message}`);
  }
}

async function overHttp(): Promise<void> {
  await using server = await startServer();
  await using client = new Client({ baseUrl: server.url });
  console.log(`\nOver ${server.url}`);
  await tour(client);
}

async function overHttps(): Promise<void> {
  const authority = await Authority.create("Quickstart CA");
  await using server = await startServer(await authority.issue({ names: ["localhost"] }));
  console.log(`\nOver ${server.url}, verified against a CA made on the spot`);
  await using client = new Client({ baseUrl: server.url, tls: { ca: authority.cert } });
  await tour(client);

  // Who does not know the CA does not get through.
  await using stranger = new Client();
  try {
    await stranger.get(`${server.url}/users`);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    show("without CA", `${error.name} ${error.code}: ${error.message}`);
  }
}

async function fetchOne(url: string): Promise<void> {
  const response = await get(url);
  console.log(`${response.status} ${response.statusText} (HTTP/${response.httpVersion}) from ${response.url}\n`);
  for (const [name, value] of response.headers) console.log(`${name}: ${value}`);
  console.log(`\n${response.content.length} bytes. Milliseconds:`, response.timings);
}

function show(what: string, came: string): void {
  console.log(`  ${what.padEnd(12)} ${came}`);
}

const [url] = process.argv.slice(2);
try {
  if (url === undefined) {
    await overHttp();
    await overHttps();
  } else await fetchOne(url);
} catch (error) {
  if (!(error instanceof JetstreamError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
