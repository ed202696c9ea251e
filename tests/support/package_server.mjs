/**
 * Serves the package from this checkout, as a registry does: the modules by HTTP, nothing else.
 * Prints its port as JSON; ends when its input does.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const ROOT = new URL("../../", import.meta.url);

const server = createServer(async (request, response) => {
  if (!/^\/(?:mod|sync|src\/[\w/]+)\.ts$/.test(request.url)) return response.writeHead(404).end();
  try {
    const text = await readFile(new URL(`.${request.url}`, ROOT));
    response.writeHead(200, { "Content-Type": "application/typescript" }).end(text);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ http: server.address().port })));
process.stdin.on("end", () => process.exit()).resume();
