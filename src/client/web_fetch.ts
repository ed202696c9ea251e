/**
 * Owns `client.fetch`: the web's `fetch` over the whole stack of a client.
 * Must not know layers or sockets.
 * Invariants: it rejects as the web's does, with a `TypeError` or the reason of the signal and
 * nothing else of ours; a response that nobody reads gives its connection back once it is collected.
 */

import { AbortError, JetstreamError } from "../errors.ts";
import { attachContext } from "../errors/root.ts";
import { maskUrl } from "../base/redact.ts";
import type { IncomingBody } from "../http/body.ts";
import { bodyStream, type Explain } from "../http/body_stream.ts";
import type { HttpResponse } from "../http/response.ts";
import { webResponse } from "../http/web_response.ts";
import type { RequestOptions, URLInput } from "./options.ts";
import { fetchCall, type FetchInit } from "./web_request.ts";

/** The web's `fetch`, as a client has it. */
export type WebFetch = (input: string | URL | Request, init?: FetchInit) => Promise<Response>;

/** Makes a call whose body stays on the wire. */
export type StreamedCall = (method: string, url: URLInput, options: RequestOptions) => Promise<HttpResponse>;

/**
 * A `fetch` that may be taken off its client and handed around. `watched` says that a body nobody reads
 * holds a connection of ours; where the runtime's `fetch` carries it, that looks after itself.
 */
export function webFetch(call: StreamedCall, watched: boolean): WebFetch {
  return async (input, init) => {
    try {
      const asked = fetchCall(input, init);
      const { method, url, options } = asked instanceof Promise ? await asked : asked;
      return responseOf(await call(method, url, options), watched);
    } catch (error) {
      throw webFailure(error);
    }
  };
}

/** What the web's `fetch` would throw: the caller's reason, a `TypeError` with ours as its cause, or what a hook threw. */
function webFailure(error: unknown): unknown {
  if (error instanceof AbortError && error.code === "ABORTED") return error.reason;
  return error instanceof JetstreamError ? new TypeError(error.message, { cause: error }) : error;
}

function responseOf(response: HttpResponse, watched: boolean): Response {
  const { live } = response;
  const web = webResponse(response, () => {
    if (live !== null) return bodyStream(live, explainFor(response));
    return response.request.method === "HEAD" ? null : response.content;
  });
  // As those of a response that came by the wire.
  lock(web.headers);
  Object.defineProperty(web, "type", { value: "basic", configurable: true });
  if (live !== null) {
    if (web.body === null) live.cancel();
    else if (watched) watch(web.body, live);
  }
  return web;
}

/** A failure of the body comes when the call is long over: it is told here which one that was. */
function explainFor(response: HttpResponse): Explain {
  return (error) => {
    if (error instanceof JetstreamError) {
      const { method, url } = response.request;
      const { attempts, timings } = response;
      attachContext(error, { request: { method, url: maskUrl(url.href) }, attempts, timings });
    }
    return webFailure(error);
  };
}

function lock(headers: Headers): void {
  const refuse = (): never => {
    throw new TypeError("Cannot change the headers of a response that was fetched: they are immutable");
  };
  for (const name of ["append", "delete", "set"]) Object.defineProperty(headers, name, { value: refuse });
}

let unread: FinalizationRegistry<IncomingBody> | undefined;

/** Many who call `fetch` look at the status alone and forget the rest. */
function watch(stream: ReadableStream, body: IncomingBody): void {
  const registry = unread ??= new FinalizationRegistry((body) => body.cancel());
  registry.register(stream, body, body);
  body.onSettled(() => registry.unregister(body));
}
