/**
 * A function for the edge that asks an API. As a Worker: `export default edgeFunction();`
 *
 *   deno run -A examples/edge_function.ts    bun examples/edge_function.ts
 *   node examples/edge_function.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { Client, type ClientOptions, handlerTransport } from "../mod.ts";

/** Made once: it shares nothing between requests but options and, over sockets, connections. */
export function apiClient(options: ClientOptions = {}): Client {
  return new Client({ baseUrl: "https://api.example.com", timeout: { total: 5_000 }, retry: 2, ...options });
}

/** What answers requests. */
export function edgeFunction(api: Client = apiClient()): { fetch(request: Request): Promise<Response> } {
  return {
    async fetch(request: Request): Promise<Response> {
      const name = new URL(request.url).pathname.slice(1);
      const user = await api.get("/users/{name}", { path: { name }, signal: request.signal });
      if (!user.ok) return new Response("No such user", { status: 404 });
      return Response.json({ hello: (user.json() as { name: string }).name });
    },
  };
}

if (import.meta.main) {
  const users = handlerTransport(({ url }) => {
    return url.endsWith("/users/ana") ? Response.json({ name: "Ana" }) : new Response(null, { status: 404 });
  });
  const api = apiClient({ transport: users });
  const local = edgeFunction(api);
  for (const name of ["ana", "bob"]) {
    const response = await local.fetch(new Request(`https://edge.test/${name}`));
    console.log(`GET /${name}: ${response.status} ${await response.text()}`);
  }
  await api.close();
}
