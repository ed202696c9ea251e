/**
 * Owns the clients that come from npm; each is loaded when its turn comes.
 * Must not know that one of them may be missing: loading fails then, and the row stays empty.
 * Invariant: options are those of their documentation, retries and the like left at their defaults.
 */

import { chunks, chunkStream, type Contender, counted, type Setting, total } from "./contender.ts";

type Chunks = AsyncIterable<{ readonly length: number }>;

interface UndiciResponse {
  readonly body: Chunks & { json(): Promise<unknown>; arrayBuffer(): Promise<ArrayBuffer> };
}

interface Undici {
  Agent: new (options: object) => { close(): Promise<void> };
  request(url: string, options: object): Promise<UndiciResponse>;
}

interface Got {
  (url: string, options?: object): { json(): Promise<unknown>; buffer(): Promise<Uint8Array> };
  stream(url: string): Chunks;
  extend(options: object): Got;
}

interface Ky {
  get(url: string): Promise<Response> & { json(): Promise<unknown> };
  post(url: string, options: object): { json(): Promise<unknown> };
}

interface Axios {
  create(options: object): Axios;
  get(url: string, options?: object): Promise<{ readonly data: unknown }>;
  post(url: string, body: unknown, options?: object): Promise<{ readonly data: unknown }>;
}

/** A literal would be looked up by the type checker, and the packages need not be there. */
async function load<T>(name: string): Promise<T> {
  return await import(name) as T;
}

/** `undici.request`. */
export function startUndici(setting: Setting): Promise<Contender> {
  return undici(setting, {});
}

/** `undici.request` over one connection of HTTP/2. */
export function startUndiciH2(setting: Setting): Promise<Contender> {
  return undici(setting, { allowH2: true, connections: 1 });
}

async function undici({ ca }: Setting, options: object): Promise<Contender> {
  const { Agent, request } = await load<Undici>("undici");
  const dispatcher = new Agent({ ...options, ...(ca === undefined ? {} : { connect: { ca } }) });
  const post = async (url: string, body: unknown): Promise<number> =>
    counted(await (await request(url, { dispatcher, method: "POST", body })).body.json());
  return {
    json: async (url) => await (await request(url, { dispatcher })).body.json(),
    buffered: async (url) => (await (await request(url, { dispatcher })).body.arrayBuffer()).byteLength,
    streamed: async (url) => await total((await request(url, { dispatcher })).body),
    uploadChunks: (url) => post(url, chunks()),
    uploadBytes: post,
    close: () => dispatcher.close(),
  };
}

/** got. */
export async function startGot({ ca }: Setting): Promise<Contender> {
  const http = await import("node:http");
  const https = await import("node:https");
  const agent = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  const authority = ca === undefined ? {} : { https: { certificateAuthority: ca } };
  const got = (await load<{ default: Got }>("got")).default.extend({ agent, ...authority });
  const post = async (url: string, body: unknown): Promise<number> =>
    counted(await got(url, { method: "POST", body }).json());
  return {
    json: (url) => got(url).json(),
    buffered: async (url) => (await got(url).buffer()).length,
    streamed: async (url) => await total(got.stream(url)),
    uploadChunks: (url) => post(url, chunks()),
    uploadBytes: post,
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** ky, which asks by the runtime's fetch. */
export async function startKy(): Promise<Contender> {
  const ky = (await load<{ default: Ky }>("ky")).default;
  return {
    json: (url) => ky.get(url).json(),
    buffered: async (url) => (await (await ky.get(url)).arrayBuffer()).byteLength,
    streamed: async (url) => await total((await ky.get(url)).body!),
    uploadChunks: async (url) => counted(await ky.post(url, { body: chunkStream(), duplex: "half" }).json()),
    uploadBytes: async (url, body) => counted(await ky.post(url, { body }).json()),
  };
}

/** axios with its adapter for `node:http`. */
export async function startAxios({ ca }: Setting): Promise<Contender> {
  const http = await import("node:http");
  const https = await import("node:https");
  const { Readable } = await import("node:stream");
  const httpAgent = new http.Agent({ keepAlive: true });
  const httpsAgent = new https.Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const axios = (await load<{ default: Axios }>("axios")).default.create({
    adapter: "http",
    httpAgent,
    httpsAgent,
    maxBodyLength: Infinity,
  });
  const json = { headers: { "content-type": "application/octet-stream" } };
  return {
    json: async (url) => (await axios.get(url)).data,
    buffered: async (url) =>
      ((await axios.get(url, { responseType: "arraybuffer" })).data as { byteLength: number }).byteLength,
    streamed: async (url) => await total((await axios.get(url, { responseType: "stream" })).data as Chunks),
    uploadChunks: async (url) =>
      counted(
        (await axios.post(url, Readable.from(chunks(), { objectMode: false }), { ...json, maxRedirects: 0 })).data,
      ),
    uploadBytes: async (url, bytes) => counted((await axios.post(url, bytes, json)).data),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
