/**
 * Fetches a file from a server that breaks off in the middle, twice: the retry goes on from what
 * is on disk, and so does the next call.
 *
 *   deno run -A examples/download.ts    bun examples/download.ts    node examples/download.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, TransportError } from "../mod.ts";
import { type Log, startServer } from "./local_server.ts";

const FILE = new Uint8Array(1_000_000).map((_, at) => at % 251);

/** A server that knows ranges, and loses its first two connections after 300 kB. */
function frailServer(log: Log): RequestListener {
  let requests = 0;
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const head = { "Content-Length": FILE.length - from, "ETag": '"1"' };
    if (from === 0) response.writeHead(200, head);
    else response.writeHead(206, { ...head, "Content-Range": `bytes ${from}-${FILE.length - 1}/${FILE.length}` });
    log(`request ${++requests} asks ${from === 0 ? "for all" : "for the rest"}`);
    if (requests > 2) response.end(FILE.subarray(from));
    else response.write(FILE.subarray(from, from + 300_000), () => request.socket.destroySoon());
  };
}

/** Downloads into a folder that keeps what came, so that it takes two calls. */
export async function main(log: Log = console.log): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "download-"));
  const path = join(folder, "big.bin");
  await using server = await startServer(undefined, frailServer(log));
  await using client = new Client({ baseUrl: server.url, retry: { max: 1, backoff: { base: 1 } } });
  try {
    await client.download("/big.bin", path);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    log(`${error.name}; on disk: ${readdirSync(folder).sort().join(", ")}`);
  }
  const { bytes, resumed } = await client.download("/big.bin", path);
  log(`${bytes} bytes, ${resumed > 0 ? "some" : "none"} of them from the call before`);
  rmSync(folder, { recursive: true });
}

if (import.meta.main) await main();
