/**
 * Owns the verbs of the module: one client, made when the first of them is called.
 * Must not know options.
 * Invariant: cookies are off and nothing is kept between calls but connections.
 */

import type { CloseOptions } from "../core/transport.ts";
import type { DownloadResult } from "../client/download.ts";
import type { URLInput } from "../client/options.ts";
import type { HttpResponse } from "../http/response.ts";
import { Client } from "./client.ts";
import type { DownloadOptions, RequestOptions } from "./options.ts";
import type { StreamResponse } from "./stream_response.ts";

let shared: Client | undefined;

function client(): Client {
  return shared ??= new Client();
}

/** Sends a request with any method, with the client that all module-level calls share. */
export function request(method: string, url: URLInput, options?: RequestOptions): HttpResponse {
  return client().request(method, url, options);
}

/**
 * Sends a GET request.
 *
 * @example
 * ```ts no-run
 * import { get } from "@jetstream/client/sync";
 *
 * const response = get("https://api.example.com/users", { params: { q: "ana" } });
 * console.log(response.status, response.json());
 * ```
 */
export function get(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().get(url, options);
}

/** Sends a HEAD request. */
export function head(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().head(url, options);
}

/** Sends an OPTIONS request. */
export function options(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().options(url, options);
}

/**
 * Sends a POST request.
 *
 * @example
 * ```ts no-run
 * import { post } from "@jetstream/client/sync";
 *
 * post("https://api.example.com/users", { json: { name: "Ana" } }).raiseForStatus();
 * ```
 */
export function post(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().post(url, options);
}

/** Sends a PUT request. */
export function put(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().put(url, options);
}

/** Sends a PATCH request. */
export function patch(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().patch(url, options);
}

/** Sends a DELETE request; also exported as `delete`, which cannot name a function. */
export function del(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().delete(url, options);
}

/** Sends a QUERY request. */
export function query(url: URLInput, options?: RequestOptions): HttpResponse {
  return client().query(url, options);
}

/** Sends a request and leaves the body on the wire; use it inside `using`. */
export function stream(method: string, url: URLInput, options?: RequestOptions): StreamResponse {
  return client().stream(method, url, options);
}

/**
 * Fetches into a file, or into a folder if `path` ends with a slash; goes on with what an earlier
 * call left. See {@linkcode Client.download}.
 *
 * @example
 * ```ts no-run
 * import { download } from "@jetstream/client/sync";
 *
 * const { path, bytes } = download("https://example.com/big.iso", "downloads/");
 * console.log(path, bytes);
 * ```
 */
export function download(url: URLInput, path: string, options?: DownloadOptions): DownloadResult {
  return client().download(url, path, options);
}

/** Ends the connections that module-level calls keep; the next call makes new ones. */
export function close(options?: CloseOptions): void {
  const closing = shared;
  shared = undefined;
  closing?.close(options);
}
