/** What a fresh project does with the package; the same text runs on every runtime, in a page and in a worker. */

import { Client, handlerTransport } from "@jetstream/client";

/** Resolves with `ok`, or fails; `base` is a server of the tests. */
export async function use(base) {
  await useFunction();
  const client = new Client({ baseUrl: base, timeout: 20_000 });
  const { method, text } = await client.post("/echo", { json: { name: "Ana" } }).json();
  if (`${method} ${text}` !== 'POST {"name":"Ana"}') throw new Error(`The server got ${method} ${text}`);
  const stream = await client.stream("GET", "/bytes/{length}", { path: { length: 70_000 } });
  let length = 0;
  for await (const chunk of stream.iterBytes()) length += chunk.length;
  if (length !== 70_000) throw new Error(`${length} bytes came`);
  await client.close();
  return "ok";
}

async function useFunction() {
  const client = new Client({
    baseUrl: "http://app.test",
    transport: handlerTransport((request) => Response.json({ path: new URL(request.url).pathname })),
  });
  const { path } = await client.get("/users/{id}", { path: { id: "a/b" } }).json();
  await client.close();
  if (path !== "/users/a%2Fb") throw new Error(`The path is ${path}`);
}
