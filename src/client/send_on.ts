/**
 * Owns the shape of a call made past the wrappers of a client: what another face of it stands on.
 * Must not know how a call is made.
 * Invariant: the response is the stack's own, live when it streams.
 */

import type { HttpResponse } from "../http/response.ts";
import type { Client } from "./client.ts";
import type { RequestOptions, URLInput } from "./options.ts";

/** Makes a call with a client. */
type SendOn = (
  client: Client,
  method: string,
  url: URLInput,
  options: RequestOptions | undefined,
  streamed: boolean,
) => Promise<HttpResponse>;

let send: SendOn;

/** Said by the class of the client, which alone has the call. */
export function provideCalls(given: SendOn): void {
  send = given;
}

/** Makes a call without a wrapper around its response. */
export function sendOn(...call: Parameters<SendOn>): Promise<HttpResponse> {
  return send(...call);
}
