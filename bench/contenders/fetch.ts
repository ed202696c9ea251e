/** The runtime's own fetch. */

import { chunkStream, type Contender, counted, total } from "./contender.ts";

/** What the types of some runtimes leave out. */
interface StreamInit extends RequestInit {
  duplex?: "half";
}

/** What Bun must be told; Deno asks by ALPN unasked. */
interface VersionInit extends RequestInit {
  protocol?: "http2";
}

/** Asks by `fetch`. */
export function startFetch(): Contender {
  return {
    json: async (url) => await (await fetch(url)).json(),
    buffered: async (url) => (await (await fetch(url)).arrayBuffer()).byteLength,
    streamed: async (url) => await total((await fetch(url)).body!),
    async uploadChunks(url) {
      const init: StreamInit = { method: "POST", body: chunkStream(), duplex: "half" };
      return counted(await (await fetch(url, init)).json());
    },
    uploadBytes: async (url, bytes) => counted(await (await fetch(url, { method: "POST", body: bytes })).json()),
  };
}

/** Asks by `fetch` over HTTP/2. */
export function startFetchH2(): Contender {
  const init: VersionInit = { protocol: "http2" };
  return {
    json: async (url) => await (await fetch(url, init)).json(),
    buffered: async (url) => (await (await fetch(url, init)).arrayBuffer()).byteLength,
    streamed: async (url) => await total((await fetch(url, init)).body!),
  };
}
