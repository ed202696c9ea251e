/**
 * Owns the proof that the examples do what they say.
 */

import { assertEquals } from "@std/assert";
import { main as apiServer, usersHandler } from "../../examples/api_server.ts";
import { main as download } from "../../examples/download.ts";
import { apiClient, edgeFunction } from "../../examples/edge_function.ts";
import { allItems } from "../../examples/pagination.ts";
import { visit } from "../../examples/cookies.ts";
import type { Log } from "../../examples/local_server.ts";
import { main as multiplexing } from "../../examples/multiplexing.ts";
import { main as privateCa } from "../../examples/private_ca.ts";
import { main as proxy } from "../../examples/proxy.ts";
import { main as upload } from "../../examples/upload.ts";
import { Client, handlerTransport } from "../../mod.ts";
import { runScript } from "../support/child.ts";
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

/** What an example says. */
async function linesOf(main: (log: Log) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  await main((line) => lines.push(line));
  return lines;
}

test("an upload tells how far it is, and a stream is made anew", async () => {
  const [first, , , last, ...answers] = await linesOf(upload);
  assertEquals([first, last], ["25 % sent", "100 % sent"]);
  assertEquals(answers, ["form: multipart/form-data, all of it", "stream: text/plain, 21 bytes"]);
});

test("a download goes on from what is there, in the retry and in the next call", async () => {
  assertEquals(await linesOf(download), [
    "request 1 asks for all",
    "request 2 asks for the rest",
    "IncompleteReadError; on disk: big.bin.part, big.bin.part.json",
    "request 3 asks for the rest",
    "1000000 bytes, some of them from the call before",
  ]);
});

test("a proxy is used by default, left out for one call, and its refusal is an error", async () => {
  assertEquals(await linesOf(proxy), [
    "by default: 200 through the proxy",
    "for one call: 200 directly",
    "without a password: PROXY_AUTHENTICATION",
  ]);
});

test("client and server of a company know each other, and nobody else", async () => {
  assertEquals(await linesOf(privateCa), [
    "known to each other: 200",
    "without a certificate: TLS_CLIENT_CERTIFICATE",
    "without the CA: CERTIFICATE_UNTRUSTED",
  ]);
});

test("a server of the runtime asks an API for each of its requests", async () => {
  assertEquals(await linesOf(apiServer), ['{"names":["Ana","Ben"]}']);
});

test("a server whose API fails says so with a status of its own", async (t) => {
  const broken = (): Response => new Response(null, { status: 500 });
  const api = new Client({ baseUrl: "https://api.test", retry: false, transport: handlerTransport(broken) });
  t.after(() => api.close());
  const answer = await usersHandler(api)(new Request("http://server.test/"));
  assertEquals([answer.status, await answer.text()], [502, "The API said 500"]);
});

test("calls share one connection over HTTP/2, and need more over HTTP/1.1", async () => {
  const lines = await linesOf((log) => multiplexing(log, 24));
  assertEquals(lines.map((line) => line.replace(/\d+ ms/, "N ms")), [
    "HTTP/1.1: 24 calls in N ms, connections: 6",
    "HTTP/2: 24 calls in N ms, connections: 1",
  ]);
});

test("the blocking script and the quickstart come to their end", async () => {
  const [script, quickstart] = await Promise.all(
    ["examples/sync_script.ts", "examples/quickstart.ts"].map((path) => runScript(path, {})),
  );
  assertEquals([script!.code, quickstart!.code], [0, 0], `${script!.stderr}${quickstart!.stderr}`);
  assertEquals(script!.stdout.trim().split("\n").slice(-5, -2), ["one", "two", "three"]);
  assertEquals(quickstart!.stdout.match(/^ {2}\S.*? {2}/gm)?.length, 11);
});
