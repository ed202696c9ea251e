/**
 * Fetches a file from a server that breaks off in the middle, twice: the retry goes on from what
 * is on disk, and so does the next call.
 *
 *   deno run -A examples/download.ts      bun examples/download.ts      node examples/download.ts
 */

import { Buffer } from "node:buffer";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "../mod.ts";

const FILE = new Uint8Array(1_000_000).map((_, at) => at % 251);
let requests = 0;

const server = createServer((request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const head = { "Content-Length": FILE.length - from, "ETag": '"1"' };
  if (from === 0) response.writeHead(200, head);
  else response.writeHead(206, { ...head, "Content-Range": `bytes ${from}-${FILE.length - 1}/${FILE.length}` });
  console.log(`request ${++requests}: from byte ${from}`);
  if (requests > 2) response.end(FILE.subarray(from));
  else response.write(FILE.subarray(from, from + 300_000), () => request.socket.destroySoon());
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/big.bin`;
const folder = mkdtempSync(join(tmpdir(), "download-"));
const path = join(folder, "big.bin");

const client = new Client();
try {
  await client.download(url, path, { retry: 1 });
} catch (error) {
  console.log(`broken: ${(error as Error).name}; on disk: ${readdirSync(folder).join(", ")}`);
}
const { bytes, resumed } = await client.download(url, path);
console.log(`${bytes} bytes, ${resumed > 0 ? "some" : "none"} of them from the call before`);
console.log(Buffer.compare(readFileSync(path), FILE) === 0 ? "the file is right" : "the file is wrong");

await client.close();
server.close();
rmSync(folder, { recursive: true });
