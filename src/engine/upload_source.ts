/**
 * Owns what every upload does with the source of its body, whatever carries it: to let go of it, to
 * hold it to its length, to say why it failed, to tell who watches.
 * Must not know protocols.
 * Invariant: neither a source nor a watcher changes what becomes of the exchange by throwing in here.
 */

import { JetstreamError, LocalProtocolError } from "../errors.ts";
import type { Body, BodyReader, OnProgress } from "../http/body.ts";

/** Lets go of a source that is not read to its end. */
export function freeSource(reader: BodyReader | undefined): void {
  try {
    reader?.cancel();
  } catch {
    // The exchange is over for another reason.
  }
}

/** Tells who watches that `bytes` of `body` were taken. */
export function tellTaken(progress: OnProgress, bytes: number, body: Body): void {
  try {
    progress({ bytes, total: body.length });
  } catch {
    // It only watches, as on the way in.
  }
}

/** What a source throws is the caller's own; it becomes the cause of an error of ours. Either way the head was sent. */
export function sourceFailure(error: unknown, body: Body): JetstreamError {
  if (error instanceof LocalProtocolError) {
    return new LocalProtocolError(error.message, { code: error.code, progress: "sent", cause: error.cause });
  }
  if (error instanceof JetstreamError) return error;
  const message = `Cannot send the body: ${body.kind} failed`;
  return new LocalProtocolError(message, { code: "BODY_SOURCE_FAILED", progress: "sent", cause: error });
}

/** Throws for `more` bytes behind `taken` ones that would be more than `body` announced. */
export function checkLength(taken: number, more: number, { length, kind }: Body): void {
  if (length === undefined || taken + more <= length) return;
  throw new LocalProtocolError(`Cannot send the body: ${kind} gave more than the ${length} bytes announced`, {
    progress: "sent",
  });
}

/** Throws for an end after `taken` bytes when `body` announced more. */
export function checkEnd(taken: number, { length, kind }: Body): void {
  if (length === undefined || taken === length) return;
  throw new LocalProtocolError(`Cannot send the body: ${kind} gave ${taken} bytes, expected the ${length} announced`, {
    progress: "sent",
  });
}
