/**
 * Goes through all pages of a list, by the Link fields of the responses.
 *
 *   deno run -A examples/pagination.ts    bun examples/pagination.ts    node examples/pagination.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { Client, handlerTransport } from "../mod.ts";

/** The items of every page, as they come. */
export async function* allItems(client: Client, path: string): AsyncGenerator<unknown> {
  for (let next: string | undefined = path; next !== undefined;) {
    const response = await client.get(next).raiseForStatus();
    yield* response.json() as unknown[];
    next = response.links().next?.url;
  }
}

/** Three pages in the place of a real API. */
function threePages(request: Request): Response {
  const page = Number(new URL(request.url).searchParams.get("page") ?? 1);
  const link = page < 3 ? `</items?page=${page + 1}>; rel="next"` : '</items>; rel="first"';
  return Response.json([page * 10, page * 10 + 1], { headers: { link } });
}

if (import.meta.main) {
  const client = new Client({ baseUrl: "https://api.example.com", transport: handlerTransport(threePages) });
  for await (const item of allItems(client, "/items")) console.log(item);
  await client.close();
}
