/**
 * Owns a body to send that is put into a content coding as it is read.
 * Must not know why, nor which fields say so.
 * Invariants: it can be sent again if the body inside can; a pass frees its codec whether it
 * ends, fails or is given up; no empty chunk is handed out.
 */

import type { Codecs, CodecStream, Coding } from "../core/runtime.ts";
import { BodyError } from "../errors.ts";
import type { Body, BodyReader } from "../http/body.ts";
import { ByteList } from "./byte_list.ts";

/** A body in a content coding; its length is not known before it is sent. */
export class EncodingBody implements Body {
  readonly contentType: string | null;
  readonly length: undefined = undefined;
  readonly bytes: undefined = undefined;
  readonly replayable: boolean;
  readonly kind: string;
  readonly trailers: Body["trailers"];
  readonly #body: Body;
  readonly #coding: Coding;
  readonly #codecs: Codecs;

  constructor(body: Body, coding: Coding, codecs: Codecs) {
    this.contentType = body.contentType;
    this.replayable = body.replayable;
    this.kind = body.kind;
    this.trailers = body.trailers;
    this.#body = body;
    this.#coding = coding;
    this.#codecs = codecs;
  }

  open(): BodyReader {
    return new EncodingReader(this.#body.open(), this.#codecs.encoder(this.#coding));
  }
}

/** One pass. */
class EncodingReader implements BodyReader {
  readonly #reader: BodyReader;
  readonly #stream: CodecStream;
  #ready: Uint8Array[] = [];
  #ended = false;
  #busy = false;

  constructor(reader: BodyReader, stream: CodecStream) {
    this.#reader = reader;
    this.#stream = stream;
  }

  async read(): Promise<Uint8Array | null> {
    this.#busy = true;
    try {
      while (!this.#ended && this.#ready.length === 0) {
        const chunk = await this.#reader.read();
        if (this.#ended) break;
        const coded = await (chunk === null ? this.#stream.finish() : this.#stream.push(chunk));
        if (this.#ended) break;
        this.#ready = coded.filter((part) => part.length > 0);
        if (chunk === null) this.#ended = true;
      }
    } catch (error) {
      this.cancel(error);
      throw error;
    } finally {
      this.#busy = false;
      if (this.#ended) this.#stream.close();
    }
    return this.#ready.shift() ?? null;
  }

  cancel(reason?: unknown): void {
    this.#ready = [];
    if (!this.#ended) this.#reader.cancel(reason);
    this.#ended = true;
    // A step under way ends before its codec is freed.
    if (!this.#busy) this.#stream.close();
  }
}

/** The bytes in a content coding. Throws `BodyError` when the host fails to do it. */
export async function encodeBytes(bytes: Uint8Array, coding: Coding, codecs: Codecs): Promise<Uint8Array> {
  const stream = codecs.encoder(coding);
  try {
    const list = new ByteList();
    for (const part of await stream.push(bytes)) list.push(part);
    for (const part of await stream.finish()) list.push(part);
    return list.join();
  } catch (cause) {
    throw new BodyError(`Cannot put the body into the content coding ${coding}`, { cause, progress: "unsent" });
  } finally {
    stream.close();
  }
}
