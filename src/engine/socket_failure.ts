/**
 * Owns what the death of a socket means for the exchange on it.
 * Must not know connections.
 * Invariant: the error says how far request and response had come, whatever the socket knew.
 */

import { IncompleteReadError, type SendProgress, SocketError } from "../errors.ts";
import type { ExchangeBody } from "./incoming_body.ts";

/** The error of an exchange whose socket died of `cause`. */
export function lostError(progress: SendProgress, cause: Error, body: ExchangeBody | undefined): Error {
  // TLS alerts and the like say more than that the connection was lost.
  if (!(cause instanceof SocketError)) return cause;
  const { code, message, systemCode } = cause;
  const fields = { cause, ...(systemCode === undefined ? {} : { systemCode }) };
  if (body === undefined) {
    return new SocketError(`Cannot read the response head: ${message}`, { ...fields, code, progress });
  }
  const { length, received } = body;
  const expected = length === undefined ? "" : ` of ${length}`;
  return new IncompleteReadError(`Cannot read the body: ${message} after ${received}${expected} bytes`, {
    ...fields,
    received,
    expected: length,
  });
}
