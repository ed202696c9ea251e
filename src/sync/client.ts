/**
 * Owns the blocking client: the asynchronous one's methods, each returning what the other resolves to.
 * Must not know what options do, nor how the worker is reached.
 * Invariant: a client is opened anew in each worker, with its options, its layers, and its parent first.
 */

import type { UseOptions } from "../client/use.ts";
import type { Capabilities } from "../client/capabilities.ts";
import { type ClientStats, clientStats } from "../client/client_stats.ts";
import { PoolError } from "../errors.ts";
import { closedError } from "../errors/call.ts";
import type { DownloadResult } from "../client/download.ts";
import type { URLInput } from "../client/options.ts";
import { inspectAs } from "../base/inspect.ts";
import { maskUrl } from "../base/redact.ts";
import type { CloseOptions } from "../core/transport.ts";
import type { HttpResponse } from "../http/response.ts";
import { bridge } from "./bridge.ts";
import { callOptions, type GivenOptions, snapshot } from "./call_options.ts";
import { CookieJar } from "./cookie_jar.ts";
import { Scope } from "./held.ts";
import type { UserLayer } from "./layer.ts";
import { assertGuardCrosses, assertTransportCrosses } from "./misuse.ts";
import type { ClientOptions, DownloadOptions, RequestOptions } from "./options.ts";
import type { RemoteBody } from "./remote_body.ts";
import { ResultClient } from "./result.ts";
import { StreamResponse } from "./stream_response.ts";

let lastKey = 0;

/** Clients that nobody holds any more need not be kept in the worker. */
const dropped = new FinalizationRegistry<{ readonly key: number; readonly scope: Scope }>(({ key, scope }) => {
  bridge().release(scope);
  bridge().forget(key);
});

/**
 * Sends requests and waits for the responses; keeps options, connections and cookies from one to
 * the next. Connections live in a worker thread, which is started when the first client of a
 * thread is made and never holds the process.
 *
 * Throws `TypeError` or `RangeError` for an option that does not exist or does not fit, and
 * `UnsupportedRuntimeError` for one that this runtime cannot honour, or where threads cannot wait.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client/sync";
 *
 * using client = new Client({ baseUrl: "https://api.example.com", timeout: { read: 5_000 } });
 * const users = client.get("/users", { params: { page: 2 } }).raiseForStatus().json();
 * ```
 */
export class Client {
  static {
    inspectAs(Client, (client) => {
      const base = client.#options["baseUrl"];
      return `Client${base === undefined ? "" : ` ${maskUrl(String(base))}`} { closed: ${client.#closed} }`;
    });
  }

  readonly #key = ++lastKey;
  readonly #options: GivenOptions;
  readonly #parent: Client | undefined;
  /** How many layers its parent had when it was made. */
  readonly #inherited: number;
  readonly #layers: [layer: UserLayer, options: UseOptions][] = [];
  /** Bodies on the wire. */
  readonly #streams = new Set<RemoteBody>();
  /** What of the options is lent to the worker. */
  #scope = new Scope(true);
  /** The worker that it was opened in last. */
  #generation = 0;
  #codec: unknown;
  #result: ResultClient | undefined;
  #capabilities: Capabilities | undefined;
  #closed = false;

  /** Checks the options. */
  constructor(options?: ClientOptions);
  constructor(options: ClientOptions = {}, parent?: Client) {
    // What is no set of options is refused where options are resolved.
    const { cookies, guard, jsonCodec, transport } = Object(options) as ClientOptions;
    assertGuardCrosses(guard);
    assertTransportCrosses(transport);
    this.#options = snapshot(cookies === true ? { ...options, cookies: new CookieJar() } : options) as GivenOptions;
    this.#parent = parent;
    this.#inherited = parent === undefined ? 0 : parent.#layers.length;
    this.#codec = jsonCodec === undefined ? parent && parent.#codec : jsonCodec;
    this.#open();
    dropped.register(this, { key: this.#key, scope: this.#scope }, this);
  }

  /** Opens the client where the next call will go. */
  #open(): void {
    if (this.#isClosed) return;
    const { generation } = bridge();
    if (generation === this.#generation) return;
    if (this.#parent !== undefined) this.#parent.#open();
    const parent = this.#parent === undefined ? 0 : this.#parent.#key;
    const args = [this.#key, parent, this.#inherited, callOptions(this.#options, undefined), this.#layers];
    bridge().release(this.#scope);
    try {
      bridge().call("open", args, this.#scope);
    } catch (error) {
      bridge().release(this.#scope);
      throw error;
    }
    this.#generation = generation;
  }

  /** Whether it was closed, or the client whose pool it shares. */
  get #isClosed(): boolean {
    return this.#closed || (this.#parent !== undefined && this.#parent.#isClosed);
  }

  /** Opens it if need be. Throws `PoolError` once it is closed. */
  #enter(): void {
    if (this.#isClosed) throw new PoolError("Cannot send the request: the client is closed", { code: "CLIENT_CLOSED" });
    this.#open();
  }

  #call(target: string, args: readonly unknown[], scope: Scope = new Scope()): unknown {
    this.#enter();
    try {
      return bridge().call(target, [this.#key, ...args], scope);
    } finally {
      bridge().release(scope);
    }
  }

  /** Sends a request with any method; the methods of the registry may be written in lower case. */
  request(method: string, url: URLInput, options?: RequestOptions): HttpResponse {
    return this.#call("send", [method, url, callOptions(options, this.#codec)]) as HttpResponse;
  }

  /** Sends a GET request (RFC 9110 §9.3.1). */
  get(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("GET", url, options);
  }

  /** Sends a HEAD request (RFC 9110 §9.3.2). */
  head(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("HEAD", url, options);
  }

  /** Sends an OPTIONS request (RFC 9110 §9.3.7). */
  options(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("OPTIONS", url, options);
  }

  /** Sends a POST request (RFC 9110 §9.3.3). */
  post(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("POST", url, options);
  }

  /** Sends a PUT request (RFC 9110 §9.3.4). */
  put(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("PUT", url, options);
  }

  /** Sends a PATCH request (RFC 5789). */
  patch(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("PATCH", url, options);
  }

  /** Sends a DELETE request (RFC 9110 §9.3.5). */
  delete(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("DELETE", url, options);
  }

  /** Sends a QUERY request: safe and idempotent, with a body. */
  query(url: URLInput, options?: RequestOptions): HttpResponse {
    return this.request("QUERY", url, options);
  }

  /**
   * Sends a request and leaves the body on the wire; use it inside `using`.
   *
   * @example
   * ```ts no-run
   * import { Client } from "@jetstream/client/sync";
   *
   * const client = new Client();
   * using response = client.stream("GET", "https://example.com/big");
   * for (const chunk of response.iterBytes()) console.log(chunk.length);
   * ```
   */
  stream(method: string, url: URLInput, options?: RequestOptions): StreamResponse {
    this.#enter();
    const scope = new Scope();
    let response: HttpResponse;
    try {
      response = bridge().call(
        "stream",
        [this.#key, method, url, callOptions(options, this.#codec)],
        scope,
      ) as HttpResponse;
    } catch (error) {
      bridge().release(scope);
      throw error;
    }
    // What the call was given serves until its body has ended.
    const { live } = response;
    if (live === null) bridge().release(scope);
    else {
      this.#streams.add(live as RemoteBody);
      live.onSettled(() => {
        this.#streams.delete(live as RemoteBody);
        bridge().release(scope);
        this.#letGo();
      });
    }
    return new StreamResponse(response);
  }

  /**
   * Fetches into the file `path` by GET, or into one in `path` if that ends with a slash; the name
   * is then that of Content-Disposition or of the URL, made safe. The target appears when it is
   * whole; until then the bytes are in `<path>.part`. What a call left there, and retries, are
   * continued if the server proves that the file is the same.
   *
   * Throws `HTTPError` for a status that is not 2xx, `BodyError` for a file that exists
   * (`overwrite`) or cannot be written.
   *
   * @example
   * ```ts no-run
   * import { Client } from "@jetstream/client/sync";
   *
   * const client = new Client();
   * const { path, bytes, resumed } = client.download("https://example.com/big.iso", "big.iso");
   * console.log(path, bytes, resumed);
   * ```
   */
  download(url: URLInput, path: string, options: DownloadOptions = {}): DownloadResult {
    return this.#call("download", [url, path, callOptions(options, this.#codec)]) as DownloadResult;
  }

  /** The verbs again, with errors as values: `{ ok: true, value }` or `{ ok: false, error }`; they never throw. */
  get result(): ResultClient {
    return this.#result ??= new ResultClient((method, url, options) => this.request(method, url, options));
  }

  /**
   * A client with `options` laid upon this one's; it shares the pool.
   * Throws `TypeError` for options that belong to the pool: `pool`, `dns`, `guard`, `transport`.
   */
  extend(options: ClientOptions = {}): Client {
    return new (Client as unknown as new (options: ClientOptions, parent: Client) => Client)(options, this);
  }

  /** Adds a layer, inside of those added before. */
  use(layer: UserLayer, options: UseOptions = {}): this {
    this.#enter();
    const scope = new Scope(true);
    try {
      bridge().call("use", [this.#key, layer, options], scope);
    } catch (error) {
      bridge().release(scope);
      throw error;
    }
    this.#scope.adopt(scope);
    this.#layers.push([layer, options]);
    return this;
  }

  /** What this client can do where it runs, and which options it refuses; `signal` is never among those that can be used. */
  get capabilities(): Capabilities {
    if (this.#capabilities !== undefined) return this.#capabilities;
    const { options, refused, ...rest } = this.#call("capabilities", []) as Capabilities;
    const usable = Object.freeze(options.filter((name) => name !== "signal"));
    return this.#capabilities = Object.freeze({ ...rest, options: usable, refused: Object.freeze(refused) });
  }

  /** What is going on: calls, connections, queue. */
  stats(): ClientStats {
    if (!this.#isClosed) return this.#call("stats", []) as ClientStats;
    return this.#parent === undefined ? clientStats(0, []) : this.#parent.stats();
  }

  /**
   * Starts to open connections to the origin of `url` until `count` are spare, so that the next
   * calls find them open. Does not wait: what fails is met again by the call that needs it.
   */
  preconnect(url: URLInput, count = 1): void {
    this.#call("preconnect", [url, count]);
  }

  /** Closes the connections to `origin` (all without it) after their last exchange, and forgets its addresses. */
  purge(origin?: URLInput): void {
    if (!this.#isClosed) this.#call("purge", [origin]);
  }

  /**
   * Refuses new calls, lets streams under way end within `deadline` milliseconds, then closes
   * every connection. A client made by {@linkcode extend} only refuses new calls: the pool is not its own.
   */
  close(options: CloseOptions = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    dropped.unregister(this);
    const owner = this.#parent === undefined;
    try {
      // Connections of a worker that is gone are gone with it.
      if (bridge().has(this.#generation)) bridge().call("close", [this.#key, options, owner]);
    } finally {
      // The streams of one that shares its pool go on, as the pool does.
      if (owner) { for (const body of this.#streams) body.fail(closedError()); }
      this.#letGo();
    }
  }

  /** Takes back what the options lend, once neither calls nor streams can ask for it. */
  #letGo(): void {
    if (this.#closed && this.#streams.size === 0) bridge().release(this.#scope);
  }

  /** Closes at once. */
  [Symbol.dispose](): void {
    this.close();
  }
}
