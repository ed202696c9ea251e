/**
 * A script as one writes it with `requests`: no `await`, a session, a form, a file, a stream.
 *
 *   deno run -A examples/sync_script.ts    bun examples/sync_script.ts    node examples/sync_script.ts (Node 24)
 *
 * The server is another process: one in this thread could not answer while the thread waits.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Client, get, HTTPError, TimeoutError } from "../sync.ts";

const server = spawn("node", [
  "-e",
  `
  const server = require("node:http").createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    if (request.url === "/missing") return response.writeHead(404).end("nothing here");
    if (request.url === "/slow") return;
    if (request.url === "/lines") return response.end("one\\ntwo\\nthree\\n");
    response.setHeader("Set-Cookie", "session=1; Path=/");
    response.end(JSON.stringify({ method: request.method, url: request.url, cookie: request.headers.cookie, text }));
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`,
], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = await once(server.stdout, "data");
const base = `http://127.0.0.1:${String(port).trim()}`;

// requests.get(url, params=…).json()
console.log(get(`${base}/users`, { params: { q: "ana" } }).json());

// with requests.Session() as session: …
const session = new Client({ baseUrl: base, cookies: true, timeout: 5_000 });
console.log(session.post("/login", { form: { user: "ana" } }).status);
console.log(session.get("/me").json());

// response.iter_lines()
const lines = session.stream("GET", "/lines");
for (const line of lines.iterLines()) console.log(line);

// raise_for_status(), and a timeout
try {
  session.get("/missing").raiseForStatus();
} catch (error) {
  if (error instanceof HTTPError) console.log(error.message, "-", error.bodySnippet);
}
const late = session.result.get("/slow", { timeout: 100, retry: false });
if (!late.ok && late.error instanceof TimeoutError) console.log(late.error.option, late.error.limit);

session.close();
server.kill();
