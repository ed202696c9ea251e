/** What a fresh project does with the package; runs on every runtime, bundled or not. */

import { Client, handlerTransport } from "@jetstream/client";

/** Resolves with `ok`, or fails. */
export async function use() {
  const client = new Client({
    baseUrl: "http://app.test",
    transport: handlerTransport((request) => Response.json({ path: new URL(request.url).pathname })),
  });
  const { path } = await client.get("/users/{id}", { path: { id: "a/b" } }).json();
  await client.close();
  if (path !== "/users/a%2Fb") throw new Error(`The path is ${path}`);
  return "ok";
}
