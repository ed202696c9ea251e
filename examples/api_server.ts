/**
 * A server that asks an API for each of its requests, on Deno.serve, Bun.serve or node:http.
 *
 *   deno run -A examples/api_server.ts    bun examples/api_server.ts    node examples/api_server.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, TimeoutError } from "../mod.ts";
import { type Log, startServer } from "./local_server.ts";

type Handler = (request: Request) => Promise<Response>;

/** A server of the runtime's own. */
interface Serving {
  readonly port: number;
  stop(): Promise<unknown>;
}

/** What answers: one client for all requests, so that they share its connections and its budget of retries. */
export function usersHandler(api: Client): Handler {
  return async (request) => {
    // Who goes away takes the call along; who stays gets an answer in time.
    const users = await api.result.get("/users", { signal: request.signal, timeout: { total: 2_000 } });
    if (!users.ok) {
      const late = users.error instanceof TimeoutError;
      return new Response("The API does not answer", { status: late ? 504 : 502 });
    }
    if (!users.value.ok) return new Response(`The API said ${users.value.status}`, { status: 502 });
    const names = (users.value.json() as { name: string }[]).map(({ name }) => name);
    return Response.json({ names });
  };
}

/** Serves with what the runtime has. */
async function serve(handler: Handler): Promise<Serving> {
  const { Deno, Bun } = globalThis as unknown as Partial<Runtimes>;
  if (Deno !== undefined) {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  if (Bun !== undefined) {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
    return { port: server.port, stop: () => server.stop() };
  }
  return await serveOnNode(handler);
}

async function serveOnNode(handler: Handler): Promise<Serving> {
  const server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    await send(await handler(new Request(`http://server.test${request.url}`, { signal: gone.signal })), response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => new Promise((done) => server.close(done)) };
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(new Uint8Array(await answer.arrayBuffer()));
}

/** Asks the server once, then stops it: first what takes requests, then the client. */
export async function main(log: Log = console.log): Promise<void> {
  await using origin = await startServer();
  const api = new Client({ baseUrl: origin.url });
  const server = await serve(usersHandler(api));
  await using visitor = new Client({ baseUrl: `http://127.0.0.1:${server.port}` });
  log(await visitor.get("/").text());
  await visitor.close();
  await server.stop();
  await api.close();
}

/** The parts of Deno and Bun that are used here. */
interface Runtimes {
  Deno: { serve(options: object, handler: Handler): { addr: AddressInfo; shutdown(): Promise<void> } };
  Bun: { serve(options: object): { port: number; stop(): Promise<void> } };
}

if (import.meta.main) await main();
