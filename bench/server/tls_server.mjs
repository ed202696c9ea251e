/**
 * The server for TLS where there is no nginx: two paths of server.c over `node:https`.
 *
 *   node bench/server/tls_server.mjs <folder with cert.pem and key.pem> <seconds to live>
 */
// deno-lint-ignore-file no-console

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

const [folder, seconds] = process.argv.slice(2);
const block = Buffer.alloc(1024 * 1024, "b");
const small = Buffer.from('{"id":1,"name":"hello"}');

function sendBig(response) {
  response.writeHead(200, { "content-length": 100 * block.length });
  let left = 100;
  const go = () => {
    while (left > 0 && !response.destroyed) if (--left, !response.write(block)) return;
    response.end();
  };
  response.on("drain", go);
  go();
}

const server = createServer({
  cert: readFileSync(join(folder, "cert.pem")),
  key: readFileSync(join(folder, "key.pem")),
}, (request, response) => {
  if (request.url === "/big") return sendBig(response);
  response.writeHead(200, { "content-type": "application/json", "content-length": small.length });
  response.end(small);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
setTimeout(() => process.exit(), Number(seconds) * 1_000);
