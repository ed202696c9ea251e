/** `node:http2` with one session. */

import { Buffer } from "node:buffer";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { type Contender, type Setting, total } from "./contender.ts";

/** Asks by `node:http2`. */
export async function startNodeHttp2({ ca }: Setting): Promise<Contender> {
  const { connect } = await import("node:http2");
  let session: ClientHttp2Session | undefined;

  function ask(url: string): ClientHttp2Stream {
    const { origin, pathname } = new URL(url);
    session ??= connect(origin, ca === undefined ? {} : { ca });
    return session.request({ ":path": pathname });
  }

  /** By events: quicker than iterating. */
  function read(stream: ClientHttp2Stream): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
      stream.on("error", reject);
    });
  }

  return {
    json: async (url) => JSON.parse((await read(ask(url))).toString()),
    buffered: async (url) => (await read(ask(url))).length,
    streamed: async (url) => await total(ask(url)),
    close: () => session?.destroy(),
  };
}
