/**
 * Owns the proof that the examples do what they say.
 */

import { assertEquals } from "@std/assert";
import { apiClient, edgeFunction } from "../../examples/edge_function.ts";
import { allItems } from "../../examples/pagination.ts";
import { visit } from "../../examples/cookies.ts";
import { Client, handlerTransport } from "../../mod.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { test } from "../support/suite.ts";

test("the edge function asks its API and answers", async (t) => {
  const api = apiClient({ transport: handlerTransport(() => Response.json({ name: "Ana" })) });
  t.after(() => api.close());
  const { fetch } = edgeFunction(api);
  assertEquals(await (await fetch(new Request("https://edge.test/ana"))).json(), { hello: "Ana" });
});

test("the pages are gone through to the last", async (t) => {
  const pages = (request: Request): Response => {
    const last = request.url.includes("page=2");
    return Response.json([last ? 2 : 1], { headers: last ? {} : { link: '</items?page=2>; rel="next"' } });
  };
  const client = new Client({ baseUrl: "https://api.example.com", transport: handlerTransport(pages) });
  t.after(() => client.close());
  const items: unknown[] = [];
  for await (const item of allItems(client, "/items")) items.push(item);
  assertEquals(items, [1, 2]);
});

test("cookies are kept from one run to the next", async (t) => {
  const folder = new TempFolder();
  t.after(() => folder.remove());
  const file = folder.file("cookies.json");
  assertEquals([await visit(file), await visit(file)], ["visit 1", "visit 2"]);
});
