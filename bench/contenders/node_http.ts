/** `node:http` and `node:https` with an agent that keeps connections. */

import type { IncomingMessage, RequestOptions } from "node:http";
import { Buffer } from "node:buffer";
import { pipeline } from "node:stream";
import { chunks, type Contender, counted, type Setting, total } from "./contender.ts";

/** Asks by `node:http`. */
export async function startNodeHttp({ ca }: Setting): Promise<Contender> {
  const http = await import("node:http");
  const https = await import("node:https");
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const { Readable } = await import("node:stream");

  function ask(url: string, method: string, body?: Uint8Array | AsyncIterable<Uint8Array>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = { method, agent: url.startsWith("https:") ? secure : plain };
      if (body instanceof Uint8Array) options.headers = { "content-length": body.length };
      const request = (url.startsWith("https:") ? https : http).request(url, options, resolve);
      request.on("error", reject);
      if (body === undefined || body instanceof Uint8Array) request.end(body);
      else pipeline(Readable.from(body, { objectMode: false }), request, (error) => error && reject(error));
    });
  }

  async function read(response: IncomingMessage): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of response) parts.push(part as Uint8Array);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** By events: quicker than iterating. */
  function readJson(response: IncomingMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => text += part);
      response.on("end", () => resolve(JSON.parse(text)));
      response.on("error", reject);
    });
  }

  return {
    json: async (url) => await readJson(await ask(url, "GET")),
    buffered: async (url) => (await read(await ask(url, "GET"))).length,
    streamed: async (url) => await total(await ask(url, "GET")),
    uploadChunks: async (url) => counted(await readJson(await ask(url, "POST", chunks()))),
    uploadBytes: async (url, bytes) => counted(await readJson(await ask(url, "POST", bytes))),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}
