/**
 * Owns the undoing of gzip for the first compressed body in a process of Deno.
 * Must not know when it is used (`codecs.ts`).
 * Invariant: what comes out, and whether it fails, is what `node:zlib` would say.
 *
 * To boot `node:zlib` costs Deno 40 to 80 ms; `DecompressionStream` costs nothing, but knows
 * no second member. (It also takes deflate data that is cut short: hence gzip alone.) So the input is kept while it is short: when the platform fails, or
 * the body grows, zlib starts over, and what was already handed out is left out.
 */

import type { CodecStream } from "../core/runtime.ts";
import { joinBytes } from "./inbox.ts";
import { webDecoder } from "./web_codecs.ts";
import { zlibDecoder } from "./zlib_codecs.ts";

/** Bytes of input: beyond it zlib's start no longer matters, and starting over still takes but 2 ms. */
const KEPT_LIMIT = 128 * 1024;

/** Undoes gzip, by the platform as long as that will do. */
export class FirstDecoder implements CodecStream {
  #web: CodecStream | undefined = webDecoder("gzip");
  #zlib: CodecStream | undefined;
  #kept: Uint8Array[] = [];
  #keptLength = 0;
  /** Bytes that were handed out by the platform's decoder. */
  #handedOut = 0;
  #closed = false;

  async push(bytes: Uint8Array, maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    if (this.#zlib) return await this.#zlib.push(bytes, maxOutput);
    this.#kept.push(bytes.slice());
    this.#keptLength += bytes.length;
    if (this.#keptLength > KEPT_LIMIT) return await this.#startOver(maxOutput);
    return await this.#byPlatform((web) => web.push(bytes, maxOutput), maxOutput);
  }

  async finish(maxOutput: number = Infinity): Promise<readonly Uint8Array[]> {
    const last = this.#zlib ? [] : await this.#byPlatform((web) => web.finish(maxOutput), maxOutput);
    if (!this.#zlib) return last;
    const room = maxOutput - last.reduce((sum, chunk) => sum + chunk.length, 0);
    return [...last, ...await this.#zlib.finish(room)];
  }

  close(): void {
    this.#closed = true;
    this.#kept = [];
    this.#web?.close();
    this.#zlib?.close();
  }

  async #byPlatform(
    step: (web: CodecStream) => Promise<readonly Uint8Array[]>,
    maxOutput: number,
  ): Promise<readonly Uint8Array[]> {
    try {
      const chunks = await step(this.#web!);
      for (const chunk of chunks) this.#handedOut += chunk.length;
      return chunks;
    } catch (error) {
      if (error instanceof RangeError || this.#closed) throw error;
      return await this.#startOver(maxOutput);
    }
  }

  /** Goes on with zlib, from the beginning of the body. */
  async #startOver(maxOutput: number): Promise<readonly Uint8Array[]> {
    this.#web?.close();
    this.#web = undefined;
    this.#zlib = zlibDecoder("gzip");
    const input = joinBytes(this.#kept);
    this.#kept = [];
    const chunks = await this.#zlib.push(input, maxOutput + this.#handedOut);
    let skip = this.#handedOut;
    const fresh: Uint8Array[] = [];
    for (const chunk of chunks) {
      if (chunk.length > skip) fresh.push(skip > 0 ? chunk.subarray(skip) : chunk);
      skip = Math.max(0, skip - chunk.length);
    }
    return fresh;
  }
}
