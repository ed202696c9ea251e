/**
 * Calls of real packages through `client.fetch`, against a server of this machine: `base`. Prints one line
 * for each, and how many passed and failed in the last one.
 */

import { Octokit } from "@octokit/core";
import { PostgrestClient } from "@supabase/postgrest-js";
import ky from "ky";
import OpenAI from "openai";
import createClient from "openapi-fetch";
import { assert, assertEquals, assertRejects } from "../std/assert/mod.ts";
import { Client } from "../../mod.ts";

const [base] = process.argv.slice(2) as [string];
const client = new Client({ retry: { backoff: () => 0 }, headers: { "x-by": "jetstream" } });
const { fetch } = client;

const openai = new OpenAI({ apiKey: "key", baseURL: `${base}/openai`, fetch, maxRetries: 0 });
const octokit = new Octokit({ baseUrl: `${base}/github`, request: { fetch } });
const postgrest = new PostgrestClient(`${base}/rest`, { fetch });
const prefixed = ky.create({ fetch, retry: 0 });
interface Paths {
  "/pets/{id}": {
    get: {
      parameters: { path: { id: string } };
      responses: { 200: { content: { "application/json": { id: string } } } };
    };
    put: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": { name: string } } };
      responses: { 200: { content: { "application/json": { name: string } } } };
    };
  };
}
const api = createClient<Paths>({ baseUrl: `${base}/openapi`, fetch });

const CALLS: readonly [what: string, run: () => Promise<unknown>][] = [
  ["openai: a completion", async () => {
    const made = await openai.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
    assertEquals(made.choices[0]?.message.content, "hi");
  }],
  ["openai: a streamed completion", async () => {
    const messages = [{ role: "user" as const, content: "a b c" }];
    let text = "";
    for await (const part of await openai.chat.completions.create({ model: "m", messages, stream: true })) {
      text += part.choices[0]?.delta.content ?? "";
    }
    assertEquals(text, "a b c");
  }],
  ["openai: a stream that is left early", async () => {
    // It never ends: only what is handed on as it comes can be left.
    const messages = [{ role: "user" as const, content: "a b endless" }];
    let text = "";
    for await (const part of await openai.chat.completions.create({ model: "m", messages, stream: true })) {
      text += part.choices[0]?.delta.content ?? "";
      if (text === "a b endless") break;
    }
    assertEquals(text, "a b endless");
  }],
  ["openai: a file is uploaded", async () => {
    const file = new File(["line"], "lines.jsonl", { type: "application/jsonl" });
    const { filename } = await openai.files.create({ file, purpose: "batch" });
    assertEquals(filename, "lines.jsonl");
  }],
  ["openai: an error is its own", async () => {
    const error = await assertRejects(() => openai.models.retrieve("none"), OpenAI.NotFoundError);
    assertEquals(error.status, 404);
  }],
  ["openai: a call is aborted", async () => {
    const signal = AbortSignal.timeout(50);
    await assertRejects(() => openai.models.retrieve("slow", { signal }), OpenAI.APIUserAbortError);
  }],
  ["octokit: a request with parameters", async () => {
    const { data, status } = await octokit.request("GET /repos/{owner}/{repo}", { owner: "o", repo: "r" });
    assertEquals([status, (data as { full_name: string }).full_name], [200, "o/r"]);
  }],
  ["octokit: a request with a body", async () => {
    const { data } = await octokit.request("POST /repos/{owner}/{repo}/issues", { owner: "o", repo: "r", title: "t" });
    assertEquals(data.title, "t");
  }],
  ["octokit: an error is its own", async () => {
    const error = await assertRejects(() => octokit.request("GET /none"), Error);
    assertEquals((error as Error & { status: number }).status, 404);
  }],
  ["postgrest: a selection", async () => {
    const { data, error, count } = await postgrest.from("users").select("id,name", { count: "exact" }).eq("id", 1);
    assertEquals([data, error, count], [[{ id: 1, query: "?select=id%2Cname&id=eq.1" }] as never, null, 1]);
  }],
  ["postgrest: an insertion", async () => {
    const { data } = await postgrest.from("users").insert({ name: "Ana" }).select().single();
    assertEquals((data as unknown as { name: string }).name, "Ana");
  }],
  ["ky: JSON both ways", async () => {
    assertEquals(await prefixed.put(`${base}/openapi/pets/1`, { json: { name: "Zoe" } }).json(), { name: "Zoe" });
  }],
  ["ky: a form, and a redirect that keeps it", async () => {
    const body = new URLSearchParams({ a: "1" });
    assertEquals(await prefixed.post(`${base}/moved`, { body }).text(), "POST a=1");
  }],
  ["ky: an error is its own", async () => {
    const error = await assertRejects(() => prefixed.get(`${base}/none`).then((response) => response), Error);
    assertEquals(error.name, "HTTPError");
  }],
  ["ky: a time limit", async () => {
    const error = await assertRejects(async () => await prefixed.get(`${base}/slow`, { timeout: 50 }), Error);
    assertEquals(error.name, "TimeoutError");
  }],
  ["openapi-fetch: a path parameter", async () => {
    const { data, response } = await api.GET("/pets/{id}", { params: { path: { id: "7" } } });
    assertEquals([data?.id, response.status], ["7", 200]);
    assert(response.url.endsWith("/openapi/pets/7"));
  }],
  ["openapi-fetch: a body, retried", async () => {
    const { data } = await api.PUT("/pets/{id}", { params: { path: { id: "flaky" } }, body: { name: "Rex" } });
    assertEquals(data?.name, "Rex");
  }],
];

let failed = 0;
for (const [what, run] of CALLS) {
  try {
    await run();
    console.log(`ok     ${what}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${what}: ${error instanceof Error ? error.stack : error}`);
  }
}
await client.close();
console.log(`${CALLS.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
