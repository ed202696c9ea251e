/**
 * Sends 200 calls to two servers of its own that take 20 ms for each: over HTTP/1.1, where a call needs
 * a connection of its own, and over HTTP/2, where all of them share one.
 *
 *   deno run -A examples/multiplexing.ts    bun examples/multiplexing.ts    node examples/multiplexing.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { createServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { Client, type ClientOptions } from "../mod.ts";
import type { Log } from "./local_server.ts";

function answer(_: Http2ServerRequest, response: Pick<Http2ServerResponse, "end">): void {
  setTimeout(() => response.end("done"), 20);
}

async function callAll(server: Server, options: ClientOptions, calls: number, log: Log): Promise<void> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const client = new Client({ baseUrl: `http://127.0.0.1:${port}`, ...options });
  // What HTTP/2 allows at a time is known from the first answer on.
  await client.get("/");
  const started = performance.now();
  const responses = await Promise.all(Array.from({ length: calls }, () => client.get("/")));
  const took = Math.round(performance.now() - started);
  const connections = new Set(responses.map(({ connection }) => connection?.id)).size;
  log(`HTTP/${responses[0]!.httpVersion}: ${calls} calls in ${took} ms, connections: ${connections}`);
  await client.close();
  server.close();
}

/** Sends them over both. */
export async function main(log: Log = console.log, calls = 200): Promise<void> {
  // As many connections as a browser would open to one server.
  await callAll(createServer(answer as unknown as RequestListener), { pool: { perRoute: 6 } }, calls, log);

  // In clear text HTTP/2 has to be known of beforehand; an https server is asked with `http2: true`.
  await callAll(createHttp2Server(answer), { http2: "prior-knowledge" }, calls, log);
}

if (import.meta.main) await main();
