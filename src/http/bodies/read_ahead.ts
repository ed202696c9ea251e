/**
 * Owns the question whether a stream is nothing but bytes that are there already.
 * Must not know where the stream comes from.
 * Invariants: it waits for nothing but what the stream has at hand, and takes no more than
 * `MOST_AHEAD` bytes and one chunk; no byte is lost, in either case.
 */

import { systemClock } from "../../base/clock.ts";

/** Bytes that are taken ahead: those of a string or a buffer, which are in memory already. */
export const MOST_AHEAD: number = 1024 * 1024;

type Step = ReadableStreamReadResult<Uint8Array>;

/**
 * The bytes of a stream that ends at once: they can be sent again, and have a length. Otherwise the
 * same bytes as a stream.
 */
export async function readAhead(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= MOST_AHEAD) {
    const step = reader.read();
    const done = await atHand(step);
    if (done === undefined) return resumed(reader, chunks, step);
    if (done.done) return joined(chunks, size);
    chunks.push(done.value);
    size += done.value.length;
  }
  return resumed(reader, chunks, undefined);
}

/** What the step came to, if it comes within one turn of the event loop: some runtimes read text in another thread. */
function atHand(step: Promise<Step>): Promise<Step | undefined> {
  return new Promise((resolve) => {
    const stop = systemClock.schedule(() => resolve(undefined), 0, true);
    const settle = (result: Step | undefined): void => {
      stop();
      resolve(result);
    };
    // A failure is met again by whoever reads on.
    step.then(settle, () => settle(undefined));
  });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** What was taken, then the step under way, then the rest. */
function resumed(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  chunks: Uint8Array[],
  pending: Promise<Step> | undefined,
): ReadableStream<Uint8Array> {
  let next = pending;
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      const step = next ?? reader.read();
      next = undefined;
      const { done, value } = await step;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
