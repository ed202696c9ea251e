/**
 * Owns what a contender can be asked to do.
 * Must not know how it is measured.
 * Invariant: what a contender cannot do it leaves out, and its row stays empty; nothing is
 * done by half to look fast.
 */

/** The bytes of an upload, and of each chunk of a streamed one. */
export const UPLOAD_BYTES: number = 100 * 1024 * 1024;
/** Bytes of a chunk, as a file stream would give them. */
export const CHUNK_BYTES: number = 64 * 1024;

/** One client, ready to be used. */
export interface Contender {
  /** A GET whose body is parsed as JSON. */
  json(url: string): Promise<unknown>;
  /** A GET whose body is read into memory; returns its length. */
  buffered?(url: string): Promise<number>;
  /** A GET whose body is taken chunk by chunk; returns its length. */
  streamed?(url: string): Promise<number>;
  /** A POST of chunks; returns what the server counted. */
  uploadChunks?(url: string): Promise<number>;
  /** A POST of bytes in memory; returns what the server counted. */
  uploadBytes?(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Frees what would hold the process. */
  close?(): void | Promise<void>;
}

/** What a contender is told before it starts. */
export interface Setting {
  /** The CA (PEM) of the server; the environment names it too, for clients that read it there. */
  readonly ca: string | undefined;
}

/** Makes a contender. */
export type Start = (setting: Setting) => Contender | Promise<Contender>;

const chunk = new Uint8Array(CHUNK_BYTES);

/** The chunks of an upload; always the same one. */
export async function* chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let sent = 0; sent < UPLOAD_BYTES; sent += CHUNK_BYTES) yield chunk;
}

/** The same as a web stream. */
export function chunkStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  return new ReadableStream({
    pull(controller): void {
      if (sent === UPLOAD_BYTES) return controller.close();
      sent += CHUNK_BYTES;
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

/** What the server counted, from its answer. */
export function counted(answer: unknown): number {
  return (answer as { received: number }).received;
}

/** Adds up the lengths of chunks. */
export async function total(chunks: AsyncIterable<{ readonly length: number }>): Promise<number> {
  let bytes = 0;
  for await (const each of chunks) bytes += each.length;
  return bytes;
}
