/**
 * Owns what the codec tells its user.
 * Must not know how that comes about.
 */

import type { RemoteProtocolError } from "../../errors.ts";
import type { H2Stream } from "./h2_stream.ts";
import type { CheckedHead, H2Section } from "./response_fields.ts";
import type { PeerSettings } from "./settings.ts";

/** Who is told what the server sends. */
export interface H2Events<O> {
  /** The server's settings changed. */
  settings(peer: PeerSettings): void;
  /** A 1xx head. */
  informational(stream: H2Stream<O>, head: CheckedHead): void;
  /** The final head; `last` if neither body nor trailers follow. */
  head(stream: H2Stream<O>, head: CheckedHead, last: boolean): void;
  /** Bytes of the body, borrowed until the call returns. */
  data(stream: H2Stream<O>, bytes: Uint8Array, from: number, to: number): void;
  /** The response is complete. */
  ended(stream: H2Stream<O>, trailers: H2Section | null): void;
  /** The server reset the stream. */
  reset(stream: H2Stream<O>, code: number): void;
  /** The server broke a rule on this stream, which was reset. */
  broken(stream: H2Stream<O>, error: RemoteProtocolError): void;
  /** More may be sent: on this stream, or on all. */
  writable(stream: H2Stream<O> | undefined): void;
  /** The server takes no further streams. */
  goAway(code: number): void;
  /** The server has not looked at this stream and never will. */
  unprocessed(stream: H2Stream<O>): void;
}
