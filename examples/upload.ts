/**
 * Sends a form with a file by path, then a stream, to a server of its own.
 *
 *   deno run -A examples/upload.ts      bun examples/upload.ts      node examples/upload.ts
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, file } from "../mod.ts";

const server = createServer(async (request, response) => {
  let length = 0;
  for await (const part of request) length += part.length;
  const { "content-type": type, "content-length": announced } = request.headers;
  response.end(JSON.stringify({ type: type?.split(";")[0], announced: Number(announced ?? -1), length }));
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const folder = mkdtempSync(join(tmpdir(), "upload-"));
const path = join(folder, "photo.jpg");
writeFileSync(path, new Uint8Array(1_000_000));

const client = new Client({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
let sent = 0;
const form = await client.post("/photos", {
  multipart: { title: "Lake", photo: file(path, { type: "image/jpeg" }) },
  onUploadProgress: ({ bytes }) => sent = bytes,
});
console.log("form", form.json(), `${sent} bytes were sent`);

async function* lines(): AsyncGenerator<string> {
  for (let at = 1; at <= 3; at++) yield `line ${at}\n`;
}
// A function makes the body anew for each attempt, so that a retry can send it again.
const stream = await client.put("/log", { body: () => lines() });
console.log("stream", stream.json());

await client.close();
server.close();
rmSync(folder, { recursive: true });
