/**
 * Owns the `Client`: its options, its verbs, the start and end of each call.
 * Must not know sockets, layers or protocol.
 * Invariants: options are resolved once and never changed; a call is settled exactly once.
 */

import { inspectAs } from "../base/inspect.ts";
import { maskUrl } from "../base/redact.ts";
import { Call } from "../core/call.ts";
import type { UserLayer } from "../core/layer.ts";
import type { Settings } from "../core/settings.ts";
import type { CloseOptions } from "../core/transport.ts";
import { PoolError } from "../errors.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import { RequestUrl } from "../http/request_url.ts";
import type { HttpResponse } from "../http/response.ts";
import { StreamResponse } from "../http/stream_response.ts";
import { detectRuntime } from "../net/detect.ts";
import { basic } from "../policy/auth/basic.ts";
import type { Capabilities } from "./capabilities.ts";
import { announce, CallEnd } from "./call_ends.ts";
import { type ClientStats, clientStats } from "./client_stats.ts";
import { download, type DownloadOptions, type DownloadResult } from "./download.ts";
import { resolveEngine } from "./engine_options.ts";
import { guardFor } from "./guard_options.ts";
import { Host } from "./host.ts";
import { type KeptOptions, mergeOptions } from "./merge.ts";
import { CLIENT_OPTION_NAMES, REQUEST_OPTION_NAMES } from "./option_table.ts";
import type { ClientOptions, RequestOptions, URLInput } from "./options.ts";
import { PendingResponse } from "./pending.ts";
import { defaultHeaders, type PreparedOptions, prepareRequest } from "./prepare.ts";
import { resolveBaseUrl, resolveClient, type ResolveContext, resolveRequest } from "./resolve.ts";
import { ResultClient } from "./result.ts";
import { provideCalls } from "./send_on.ts";
import type { Run } from "./stack.ts";
import { checkedTransport } from "./transport_option.ts";
import { type UseOptions, withLayer } from "./use.ts";
import { record, wholeNumber } from "./validate.ts";
import { type WebFetch, webFetch } from "./web_fetch.ts";

/** A call that is ready to go. */
interface ReadyCall {
  readonly request: HttpRequest;
  readonly settings: Settings;
  readonly run: Run;
}

/** Requests kept for repetition, per method: the URL leads to a request that never changes. */
const MAX_KEPT_REQUESTS = 256;

/** Methods whose requests are kept: a caller may make up any number of them. */
const MAX_KEPT_METHODS = 8;

/** URLs longer than this are not worth keeping. */
const MAX_KEPT_URL = 512;

/** How a client that shares another's pool is made. */
interface Derived {
  readonly host: Host;
  readonly kept: KeptOptions;
  readonly layers: Pick<Settings, "callLayers" | "networkLayers">;
}

/**
 * Sends requests; keeps options, connections and cookies from one to the next.
 *
 * Close it (`await using`, or `close()`) to end its connections at once; idle connections
 * never hold a process.
 *
 * Throws `TypeError` or `RangeError` for an option that does not exist or does not fit, and
 * `UnsupportedRuntimeError` for one that this runtime cannot honour.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client";
 *
 * await using client = new Client({ baseUrl: "https://api.example.com", timeout: { read: 5_000 } });
 * const users = await client.get("/users", { params: { page: 2 } }).json();
 * ```
 */
export class Client {
  static {
    provideCalls((client, ...call) => client.#call(...call));
    inspectAs(Client, (client) => {
      const base = client.#base === null ? "" : ` ${maskUrl(client.#base.href)}`;
      return `Client${base} { calls: ${client.#host.calls.size}, closed: ${client.#closed} }`;
    });
  }

  readonly #host: Host;
  readonly #owner: boolean;
  readonly #kept: KeptOptions;
  readonly #base: RequestUrl | null;
  /** By method, then by URL: two look-ups cost less than to join the two texts. */
  readonly #requests = new Map<string, Map<string, HttpRequest>>();
  #settings: Settings;
  #headers: HeaderList;
  #run: Run;
  #result: ResultClient | undefined;
  #fetch: WebFetch | undefined;
  #closed = false;

  /** Resolves the options; opens nothing. */
  constructor(options?: ClientOptions);
  constructor(options: ClientOptions = {}, derived?: Derived) {
    this.#owner = derived === undefined;
    this.#kept = mergeOptions<KeptOptions>(derived?.kept ?? {}, options, CLIENT_OPTION_NAMES);
    this.#base = resolveBaseUrl(this.#kept.baseUrl);
    this.#host = derived?.host ??
      new Host(
        { runtime: detectRuntime() },
        resolveEngine(this.#kept.pool, this.#kept.dns, guardFor(this.#kept)),
        checkedTransport(this.#kept.transport),
      );
    const settings = resolveClient(this.#kept, this.#context(false));
    this.#settings = Object.freeze({ ...settings, ...derived?.layers });
    this.#headers = defaultHeaders(this.#kept.headers, this.#settings.decode);
    this.#run = this.#host.stack.runFor(this.#settings, false);
  }

  #context(request: boolean): ResolveContext {
    return { runtime: this.#host.runtime, baseUrl: this.#base, request, capabilities: this.#host.capabilities };
  }

  /** Sends a request with any method; the methods of the registry may be written in lower case. */
  request(method: string, url: URLInput, options?: RequestOptions): PendingResponse {
    return new PendingResponse(this.#call(method, url, options, false));
  }

  /** Sends a GET request (RFC 9110 §9.3.1). */
  get(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request (RFC 9110 §9.3.2). */
  head(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request (RFC 9110 §9.3.7). */
  options(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("OPTIONS", url, options);
  }

  /** Sends a POST request (RFC 9110 §9.3.3). */
  post(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("POST", url, options);
  }

  /** Sends a PUT request (RFC 9110 §9.3.4). */
  put(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("PUT", url, options);
  }

  /** Sends a PATCH request (RFC 5789). */
  patch(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("PATCH", url, options);
  }

  /** Sends a DELETE request (RFC 9110 §9.3.5). */
  delete(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("DELETE", url, options);
  }

  /** Sends a QUERY request: safe and idempotent, with a body. */
  query(url: URLInput, options?: RequestOptions): PendingResponse {
    return this.request("QUERY", url, options);
  }

  /**
   * Sends a request and leaves the body on the wire; use it inside `await using`.
   *
   * @example
   * ```ts no-run
   * import { Client } from "@jetstream/client";
   *
   * const client = new Client();
   * await using response = await client.stream("GET", "https://example.com/big");
   * for await (const chunk of response.iterBytes()) console.log(chunk.length);
   * ```
   */
  async stream(method: string, url: URLInput, options?: RequestOptions): Promise<StreamResponse> {
    return new StreamResponse(await this.#call(method, url, options, true));
  }

  /**
   * Fetches into the file `path` by GET, or into one in `path` if that ends with a slash; the name
   * is then that of Content-Disposition or of the URL, made safe. The target appears when it is
   * whole; until then the bytes are in `<path>.part`. What a call left there, and retries, are
   * continued if the server proves that the file is the same. A new file has the usual permissions.
   *
   * Rejects with `HTTPError` for a status that is not 2xx, `BodyError` for a file that exists
   * (`overwrite`) or cannot be written, `UnsupportedRuntimeError` where there are no files.
   *
   * @example
   * ```ts no-run
   * import { Client } from "@jetstream/client";
   *
   * const client = new Client();
   * const { path, bytes, resumed } = await client.download("https://example.com/big.iso", "big.iso");
   * console.log(path, bytes, resumed);
   * ```
   */
  download(url: URLInput, path: string, options: DownloadOptions = {}): Promise<DownloadResult> {
    return download(
      {
        runtime: this.#host.runtime,
        call: (options, change) => this.#call("GET", url, options, true, change),
      },
      path,
      options,
    );
  }

  /**
   * The web's `fetch` over this client, for whatever takes one; it needs no `this`. A status is never
   * raised. Rejects with the reason of `signal`, or with a `TypeError` whose `cause` is the error of this library.
   */
  get fetch(): WebFetch {
    return this.#fetch ??= webFetch(
      (method, url, options) => this.#call(method, url, options, true),
      this.capabilities.transport === "sockets",
    );
  }

  /** The verbs again, with errors as values: `{ ok: true, value }` or `{ ok: false, error }`; they never reject. */
  get result(): ResultClient {
    return this.#result ??= new ResultClient((method, url, options) => this.request(method, url, options));
  }

  /**
   * A client with `options` laid upon this one's; it shares the pool.
   * Throws `TypeError` for options that belong to the pool: `pool`, `dns`, `guard`, `transport`.
   */
  extend(options: ClientOptions = {}): Client {
    for (const name of ["pool", "dns", "guard", "transport"] as const) {
      if (options[name] !== undefined) {
        throw new TypeError(
          `Cannot extend a client with the option "${name}": the pool is shared, expected a new Client`,
        );
      }
    }
    const { callLayers, networkLayers } = this.#settings;
    // The jar stays the same one, also when it was made by `cookies: true`.
    const kept = this.#kept.cookies === true ? { ...this.#kept, cookies: this.#settings.cookies } : this.#kept;
    const derived: Derived = { host: this.#host, kept: kept as KeptOptions, layers: { callLayers, networkLayers } };
    return new (Client as unknown as new (options: ClientOptions, derived: Derived) => Client)(options, derived);
  }

  /** Adds a layer, inside of those added before. */
  use(layer: UserLayer, options: UseOptions = {}): this {
    this.#settings = withLayer(this.#settings, layer, options);
    this.#run = this.#host.stack.runFor(this.#settings, false);
    return this;
  }

  /** What this client can do where it runs, and which options it refuses. */
  get capabilities(): Capabilities {
    return this.#host.capabilities;
  }

  /** What is going on: calls, connections, queue. */
  stats(): ClientStats {
    return clientStats(this.#host.calls.size, this.#host.pooled?.stats() ?? []);
  }

  /**
   * Starts to open connections to the origin of `url` until `count` are spare, so that the next
   * calls find them open. Does not wait: what fails is met again by the call that needs it.
   * This and {@linkcode purge} throw `UnsupportedRuntimeError` where the runtime's `fetch` carries requests.
   */
  preconnect(url: URLInput, count = 1): void {
    wholeNumber("preconnect.count", count, 1);
    const { request, settings } = this.#ready("GET", url, undefined, false);
    const call = new Call(this.#host, settings, this.#host.clock.now(), false);
    this.#host.poolFor("preconnect")?.preconnect(request, call, count);
    call.settle();
  }

  /** Closes the connections to `origin` (all without it) after their last exchange, and forgets its addresses. */
  purge(origin?: URLInput): void {
    this.#host.poolFor("purge")?.purge(origin === undefined ? undefined : new RequestUrl(origin).origin);
  }

  /**
   * Refuses new calls, lets those under way end within `deadline` milliseconds, then closes
   * every connection. A client made by {@linkcode extend} only refuses new calls: the pool is not its own.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closed = true;
    if (this.#owner) await this.#host.close(record<CloseOptions>("close", options, ["deadline"]));
  }

  /** Closes at once. */
  [Symbol.dispose](): void {
    // Nothing can fail here: closing cuts what is under way.
    this.close().catch(() => {});
  }

  /** Closes and waits for it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Makes the request and the settings of a call; throws what is wrong with the options. */
  #ready(method: string, url: URLInput, options: RequestOptions | undefined, streamed: boolean): ReadyCall {
    if (options === undefined) {
      const run = streamed ? this.#host.stack.runFor(this.#settings, true) : this.#run;
      const request = typeof url === "string"
        ? this.#repeated(method, url)
        : this.#prepare(method, url, undefined, this.#kept);
      const settings = this.#withUserInfo(request, this.#settings);
      return settings === this.#settings
        ? { request, settings, run }
        : { request, settings, run: this.#host.stack.runFor(settings, streamed) };
    }
    const merged = mergeOptions<PreparedOptions & KeptOptions>(this.#kept as never, options, REQUEST_OPTION_NAMES);
    const request = this.#prepare(method, url, options, merged);
    const settings = this.#withUserInfo(
      request,
      resolveRequest(this.#settings, options, merged, this.#context(true)),
      options,
    );
    return { request, settings, run: this.#host.stack.runFor(settings, streamed) };
  }

  /** The same request again when method and URL are the same: it never changes, and its head stays encoded. */
  #repeated(method: string, url: string): HttpRequest {
    const known = this.#requests.get(method);
    const kept = known?.get(url);
    if (kept !== undefined) return kept;
    const request = this.#prepare(method, url, undefined, this.#kept);
    if (url.length > MAX_KEPT_URL || request.url.hasUserInfo) return request;
    if (known === undefined) {
      if (this.#requests.size < MAX_KEPT_METHODS) this.#requests.set(method, new Map([[url, request]]));
    } else {
      if (known.size >= MAX_KEPT_REQUESTS) known.delete(known.keys().next().value!);
      known.set(url, request);
    }
    return request;
  }

  #prepare(method: string, url: URLInput, options: RequestOptions | undefined, merged: object): HttpRequest {
    const decode = options?.decompress === undefined ? undefined : resolveRequest(
      this.#settings,
      { decompress: options.decompress },
      merged,
      this.#context(true),
    ).decode;
    const defaults = decode === undefined ? this.#headers : defaultHeaders(this.#kept.headers, decode);
    return prepareRequest(method, url, this.#base, defaults, options?.headers, merged as PreparedOptions);
  }

  /** User info in the URL is Basic authentication for its origin, unless the options have credentials. */
  #withUserInfo(request: HttpRequest, settings: Settings, options?: RequestOptions): Settings {
    if (!request.url.hasUserInfo || options?.auth !== undefined || settings.auth !== null) return settings;
    const scheme = basic(request.url.username, request.url.password);
    return Object.freeze({ ...settings, auth: Object.freeze({ scheme, origin: request.url.origin }) });
  }

  #call(
    method: string,
    url: URLInput,
    options: RequestOptions | undefined,
    streamed: boolean,
    change?: (settings: Settings) => Settings,
  ): Promise<HttpResponse> {
    // What is wrong with the options rejects it, too.
    return new Promise((resolve, reject) => this.#start(method, url, options, streamed, change, resolve, reject));
  }

  #start(
    method: string,
    url: URLInput,
    options: RequestOptions | undefined,
    streamed: boolean,
    change: ((settings: Settings) => Settings) | undefined,
    resolve: (response: HttpResponse) => void,
    reject: (error: unknown) => void,
  ): void {
    const host = this.#host;
    let { request, settings, run } = this.#ready(method, url, options, streamed);
    if (change !== undefined) run = host.stack.runFor(settings = Object.freeze(change(settings)), streamed);
    if (this.#closed || host.closed) {
      throw new PoolError("Cannot send the request: the client is closed", { code: "CLIENT_CLOSED" });
    }
    const call = new Call(host, settings, host.clock.now(), streamed);
    host.calls.add(call);
    if (call.listener !== null) announce(call, request);
    const end = new CallEnd(host, call, request, resolve, reject);
    if (call.cancel.reason !== undefined) end.reject(call.cancel.reason);
    else run(request, call, host.transport, end);
  }
}
