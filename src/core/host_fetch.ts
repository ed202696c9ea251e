/**
 * Owns the port to a `fetch` that carries requests in place of sockets.
 * Must not know whose it is: the runtime's own, or a handler's.
 * Invariant: what it cannot do stands in its traits, so that nobody finds out by failing.
 */

import type { JetstreamError } from "../errors.ts";

/** What differs from one `fetch` to another. */
export interface FetchTraits {
  /** Whether a redirect that is not followed shows its status and fields. */
  readonly showsRedirects: boolean;
  /** Whether Cookie can be sent and Set-Cookie be seen. */
  readonly showsCookies: boolean;
  /** Whether a body is sent in parts, as it is made. */
  readonly streamsUploads: boolean;
  /** Whether it chooses and undoes content codings by itself. */
  readonly decodes: boolean;
}

/** A `fetch`. */
export interface HostFetch {
  readonly traits: FetchTraits;
  /** Sends one request. */
  send(url: string, init: RequestInit): Promise<Response>;
  /** Translates what `send`, or a read of its body, failed with. */
  failure(error: unknown, url: URL): JetstreamError;
}
