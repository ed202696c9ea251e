/** Clients that block their thread: ours and `sync-fetch`, which starts a process for each call. */

import { Client } from "../../sync.ts";
import { CHUNK_BYTES, type Contender, counted, type Setting, UPLOAD_BYTES } from "./contender.ts";

const chunk = new Uint8Array(CHUNK_BYTES);

function* chunks(): Generator<Uint8Array, void> {
  for (let sent = 0; sent < UPLOAD_BYTES; sent += CHUNK_BYTES) yield chunk;
}

/** Defaults only; the promises are the harness's. */
export function startBlocking({ ca }: Setting): Contender {
  const client = new Client(ca === undefined ? {} : { tls: { extraCa: ca } });
  return {
    json: async (url) => await client.get(url).json(),
    buffered: async (url) => await client.get(url, { limits: { body: Infinity } }).content.length,
    async streamed(url) {
      let length = 0;
      for (const each of client.stream("GET", url).iterBytes()) length += each.length;
      return await length;
    },
    uploadChunks: async (url) => await counted(client.post(url, { body: chunks() }).json()),
    uploadBytes: async (url, body) => await counted(client.post(url, { body }).json()),
    close: () => client.close(),
  };
}

type SyncFetch = (url: string) => { json(): unknown; buffer(): Uint8Array };

/** `sync-fetch`; it has neither streams nor uploads of bytes that large. */
export async function startSyncFetch(): Promise<Contender> {
  const module = "sync-fetch";
  const { default: fetch } = await import(module) as { default: SyncFetch };
  return {
    json: async (url) => await fetch(url).json(),
    buffered: async (url) => await fetch(url).buffer().length,
  };
}
