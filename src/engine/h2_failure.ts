/**
 * Owns what the end of an HTTP/2 connection or stream means for an exchange on it.
 * Must not know connections.
 * Invariant: each exchange gets an error of its own, since that will name its request.
 */

import { AbortError, RemoteProtocolError, SocketError } from "../errors.ts";
import type { H2Exchange } from "./h2_exchange.ts";
import { lostError } from "./socket_failure.ts";

/** How often the server may leave one request unprocessed. */
const MOST_REPLAYS = 5;

/** The error of an exchange whose connection ended with `error`, after the server's last words. */
export function failureOf(error: Error, { exchange, body }: H2Exchange, farewell: string): Error {
  const { progress } = exchange.attempt;
  if (error instanceof SocketError) {
    const { code, systemCode } = error;
    const fields = { code, cause: error.cause, ...(systemCode === undefined ? {} : { systemCode }) };
    return lostError(progress, farewell === "" ? error : new SocketError(error.message + farewell, fields), body);
  }
  if (error instanceof AbortError) return new AbortError(error.message, { reason: error.reason, code: error.code });
  if (!(error instanceof RemoteProtocolError)) return error;
  return new RemoteProtocolError(error.message, { code: error.code, progress, cause: error });
}

/** The error of a request that the server has not looked at. */
export function unprocessedError(why: string): SocketError {
  return new SocketError(`${why} before it processed the request`, { code: "H2_REFUSED_STREAM", progress: "unsent" });
}

/** Whether a request that the server has not looked at goes out again, whatever its method. */
export function mayReplay({ exchange, body }: H2Exchange): boolean {
  const sent = exchange.request.body;
  return exchange.replays < MOST_REPLAYS && body === undefined && (sent === null || sent.replayable);
}
