/**
 * Owns how tests read bodies that are to be sent, and make bodies that arrive in given parts.
 * Must not know any test.
 */

import type { Body, IncomingBody, MaybePromise } from "../../src/http/body.ts";
import type { HeaderList } from "../../src/http/header_list.ts";

/** Every chunk of one pass over a body. */
export async function chunksOf(body: Body): Promise<Uint8Array[]> {
  const reader = body.open();
  const chunks: Uint8Array[] = [];
  for (let chunk = await reader.read(); chunk !== null; chunk = await reader.read()) chunks.push(chunk);
  return chunks;
}

/** One pass over a body as text. */
export async function textOf(body: Body): Promise<string> {
  return decode(await chunksOf(body));
}

/** Chunks as one text. */
export function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
}

/** Text as bytes. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A body that arrives in the parts given: text, bytes, or an error; `later` parts come a turn after they are asked for. */
export class ScriptedBody implements IncomingBody {
  readonly length = undefined;
  received = 0;
  trailers: HeaderList | undefined;
  /** Reasons of `cancel`, limits of `discard`, in order. */
  readonly log: string[] = [];
  reads = 0;
  readonly #parts: (Uint8Array | Error)[];
  #at = 0;
  readonly #later: boolean;
  readonly #trailers: HeaderList | undefined;
  #cancelled: Error | undefined;

  constructor(parts: readonly (string | Uint8Array | Error)[], later = false, trailers?: HeaderList) {
    this.#parts = parts.map((part) => typeof part === "string" ? encode(part) : part);
    this.#later = later;
    this.#trailers = trailers;
  }

  read(): MaybePromise<Uint8Array | null> {
    this.reads++;
    return this.#later ? Promise.resolve().then(() => this.#take()) : this.#take();
  }

  #take(): Uint8Array | null {
    if (this.#cancelled) throw this.#cancelled;
    const part = this.#parts[this.#at++];
    if (part instanceof Error) throw part;
    this.received += part?.length ?? 0;
    if (part === undefined) this.trailers = this.#trailers;
    return part ?? null;
  }

  async collect(limit: number): Promise<Uint8Array> {
    this.log.push(`collect ${limit}`);
    const chunks: number[] = [];
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) chunks.push(...chunk);
    return Uint8Array.from(chunks);
  }

  discard(limit: number): MaybePromise<void> {
    this.log.push(`discard ${limit}`);
    return this.#later ? Promise.resolve() : undefined;
  }

  cancel(reason?: Error): void {
    this.#cancelled = reason ?? new Error("cancelled");
    this.log.push(`cancel ${reason?.message ?? ""}`.trim());
  }

  onSettled(): void {}
}
