/**
 * Stand-in for `@std/streams`, so that the tests need no registry: only what the tests use.
 */

/** All bytes of a stream. */
export async function toArrayBuffer(stream: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
}

/** All text of a stream. */
export async function toText(stream: ReadableStream<Uint8Array> | ReadableStream<string>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = (stream as ReadableStream<Uint8Array | string>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += typeof value === "string" ? value : decoder.decode(value, { stream: true });
  }
}
