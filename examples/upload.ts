/**
 * Sends a form with a file, telling how far it is, then a stream made anew for each attempt.
 *
 *   deno run -A examples/upload.ts    bun examples/upload.ts    node examples/upload.ts (Node 24)
 */
// deno-lint-ignore-file no-console

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, file } from "../mod.ts";
import { type Log, startServer } from "./local_server.ts";

/** Tells what came, in the place of a real API. */
async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let length = 0;
  for await (const part of request) length += part.length;
  response.end(
    `${request.headers["content-type"]?.split(";")[0]}, ${length > 1_000_000 ? "all of it" : `${length} bytes`}`,
  );
}

/** Uploads the photo of that path. */
export async function upload(client: Client, path: string, log: Log = console.log): Promise<void> {
  let told = 0;
  const form = await client.post("/photos", {
    multipart: { title: "Lake", photo: file(path, { type: "image/jpeg" }) },
    onUploadProgress({ bytes, total }) {
      const quarters = Math.floor(4 * bytes / total!);
      if (quarters > told) log(`${25 * (told = quarters)} % sent`);
    },
  }).raiseForStatus();
  log(`form: ${form.text()}`);

  async function* lines(): AsyncGenerator<string> {
    for (let at = 1; at <= 3; at++) yield `line ${at}\n`;
  }
  // A function makes the body anew, so that a retry or a redirect can send it again.
  const stream = await client.put("/log", { body: () => lines(), headers: { "Content-Type": "text/plain" } });
  log(`stream: ${stream.text()}`);
}

/** Uploads a photo to a server of this process. */
export async function main(log: Log = console.log): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "upload-"));
  const path = join(folder, "photo.jpg");
  writeFileSync(path, new Uint8Array(1_000_000));
  await using server = await startServer(undefined, receive);
  await using client = new Client({ baseUrl: server.url });
  await upload(client, path, log);
  rmSync(folder, { recursive: true });
}

if (import.meta.main) await main();
