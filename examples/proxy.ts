/**
 * Goes through a proxy that wants a password: for all hosts but one, for one call not at all.
 *
 *   deno run -A examples/proxy.ts    bun examples/proxy.ts    node examples/proxy.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { type IncomingMessage, request as forward, type ServerResponse } from "node:http";
import { Client, ProxyError } from "../mod.ts";
import { type Log, startServer } from "./local_server.ts";

/** A small proxy for http URLs. One for https is used in the same way: the client opens a tunnel through it. */
function relay(request: IncomingMessage, response: ServerResponse): void {
  const { "proxy-authorization": credentials, ...headers } = request.headers;
  if (credentials !== `Basic ${btoa("ana:secret")}`) return void response.writeHead(407).end();
  const onward = forward(request.url!, { method: request.method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward.on("error", () => response.writeHead(502).end()));
}

/** Shows which calls took the way through the proxy. */
export async function main(log: Log = console.log): Promise<void> {
  await using origin = await startServer();
  await using proxy = await startServer(undefined, relay);
  const way = { url: proxy.url, auth: ["ana", "secret"] as const };

  // Without this option the proxy comes from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
  await using client = new Client({ baseUrl: origin.url, proxy: { all: way, no: ["localhost"] } });
  for (const [what, options] of [["by default", {}], ["for one call", { proxy: false }]] as const) {
    const { status, connection } = await client.get("/users", options);
    log(`${what}: ${status} ${connection?.proxy === undefined ? "directly" : "through the proxy"}`);
  }

  // What a proxy refuses is an error, never taken for an answer of the origin.
  await using stranger = new Client({ baseUrl: origin.url, proxy: proxy.url });
  const refused = await stranger.result.get("/users");
  if (!refused.ok && refused.error instanceof ProxyError) log(`without a password: ${refused.error.code}`);
}

if (import.meta.main) await main();
