/**
 * Owns the way of an incoming body into the web's byte stream.
 * Must not know responses.
 * Invariants: nothing is read before it is pulled; a chunk is enqueued only when it owns its
 * buffer, which the stream takes away from it.
 */

import type { IncomingBody } from "./body.ts";

/** Tells what a failure belongs to; gives it back. */
export type Explain = (error: unknown) => unknown;

/** Makes a byte stream of a body that nobody else reads. */
export function bodyStream(body: IncomingBody, explain: Explain): ReadableStream<Uint8Array<ArrayBuffer>> {
  const source: UnderlyingByteSource = {
    type: "bytes",
    pull(controller: ReadableByteStreamController): void | Promise<void> {
      const chunk = readOrThrow(body, explain);
      if (!(chunk instanceof Promise)) return give(controller, chunk);
      return chunk.then((chunk) => give(controller, chunk), (error) => {
        throw explain(error);
      });
    },
    cancel(reason: unknown): void {
      body.cancel(reason instanceof Error ? reason : undefined);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

function readOrThrow(body: IncomingBody, explain: Explain): ReturnType<IncomingBody["read"]> {
  try {
    return body.read();
  } catch (error) {
    throw explain(error);
  }
}

function give(controller: ReadableByteStreamController, chunk: Uint8Array | null): void {
  const request = controller.byobRequest;
  if (chunk === null) {
    controller.close();
    // A reader that brought its own buffer gets it back.
    request?.respond(0);
    return;
  }
  const view = request?.view;
  if (view && view.byteLength >= chunk.length) {
    new Uint8Array(view.buffer, view.byteOffset, chunk.length).set(chunk);
    request.respond(chunk.length);
  } else {controller.enqueue(
      (chunk.length === chunk.buffer.byteLength ? chunk : chunk.slice()) as Uint8Array<ArrayBuffer>,
    );}
}
