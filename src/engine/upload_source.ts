/**
 * Owns what every upload does with the source of its body, whatever carries it: to let go of it, to
 * say why it failed, to tell who watches.
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
