/**
 * Owns the worker's side of the calls: it hosts ordinary clients and does what the caller asks.
 * Must not know shared memory, nor which runtime it is on.
 * Invariants: every call is answered once, whatever happens; while a call-back is out, further
 * calls are served; what was lent for calls is taken back when none is under way.
 */

import { Client } from "../client/client.ts";
import type { UseOptions } from "../client/use.ts";
import { sendOn } from "../client/send_on.ts";
import type { ClientOptions, RequestOptions, URLInput } from "../client/options.ts";
import type { DownloadOptions } from "../client/download.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import type { Files } from "../core/runtime.ts";
import type { UserLayer } from "../core/layer.ts";
import type { CloseOptions } from "../core/transport.ts";
import type { IncomingBody } from "../http/body.ts";
import { HttpResponse } from "../http/response.ts";
import { detectRuntime } from "../net/detect.ts";
import { publicSuffixTable } from "../policy/cookies/public_suffix.ts";
import { readCookieFile, writeCookieFile } from "../policy/cookies/cookie_file.ts";
import { isIdempotent } from "../http/method.ts";
import { flatFields } from "./common_forms.ts";
import { crossing, type Handover } from "./handover.ts";
import { Scope } from "./held.ts";
import { type Said, SAYS } from "./messages.ts";
import { type Message, pack } from "./pack.ts";
import { type BodyAction, ReadAhead } from "./read_ahead.ts";
import { LastResponse, ThreadForms } from "./thread_forms.ts";
import { unpack } from "./unpack.ts";

/** What the host asks of its end of the channel. */
export interface HostPort {
  send(message: Message): void;
  /** Sleeps for the next call. */
  linger(): void;
  /** Lets the event loop turn, if it stood still before this call. */
  turn(): Promise<void> | undefined;
}

/** Hosts clients. */
export class ThreadHost {
  readonly #port: HostPort;
  readonly #forms: ThreadForms;
  readonly #clients = new Map<number, Client>();
  /** What a client was before each of its layers: one that was made of it then has no later ones. */
  readonly #stages = new WeakMap<Client, Client[]>();
  readonly #streams = new Map<number, { readonly scope: Scope; readonly key: number }>();
  readonly #readers = new WeakMap<IncomingBody, ReadAhead>();
  readonly #asked = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  /** What is lent for the time of the calls under way. */
  readonly #scope = new Scope();
  #lastAsked = 0;
  #calls = 0;
  /** Streams whose bodies are on the wire. */
  #flowing = 0;

  /** A host that answers through `port`. */
  constructor(port: HostPort, handover: Handover) {
    this.#port = port;
    this.#forms = new ThreadForms(handover, (id, args) => this.#askCaller(id, args));
  }

  /** Whether nothing is under way: no call, no stream. */
  get isIdle(): boolean {
    return this.#calls === 0 && this.#flowing === 0;
  }

  /** A blob has come. */
  receiveBlob(id: number, blob: Blob): void {
    this.#forms.blobs.put(id, blob);
  }

  /** A message has come. */
  receive(message: Message): void {
    const [says, id, first, args, depth] = unpack(message, this.#forms.make) as Said;
    switch (says) {
      case SAYS.call:
        return void this.#serve(id, first as string | number, args as unknown[], depth as number);
      case SAYS.value:
        this.#asked.get(id)?.resolve(first);
        return void this.#asked.delete(id);
      case SAYS.failure:
        this.#asked.get(id)?.reject(first);
        return void this.#asked.delete(id);
      case SAYS.release:
        return void this.#clients.delete(id);
    }
  }

  #askCaller(target: number, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastAsked;
    this.#say([SAYS.call, id, target, args], this.#scope);
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  async #serve(id: number, target: string | number, args: readonly unknown[], depth: number): Promise<void> {
    this.#calls++;
    try {
      const value = typeof target === "string" ? this.#run(target, args) : this.#callLent(target, args);
      const result = value instanceof Promise ? await value : value;
      // Nothing of a call that is over uses its response again.
      if (depth === 0) {
        this.#say([SAYS.value, id, result instanceof HttpResponse ? new LastResponse(result) : result], null);
      } else this.#say([SAYS.value, id, result], this.#scope);
    } catch (error) {
      this.#fail(id, error, depth === 0 ? null : this.#scope);
    }
    this.#calls--;
    if (this.#calls === 0 || depth === 0) this.#forms.held.release(this.#scope);
    if (this.isIdle) this.#port.linger();
  }

  /** A value that cannot cross must not leave the caller waiting. */
  #fail(id: number, error: unknown, scope: Scope | null): void {
    try {
      this.#say([SAYS.failure, id, error], scope);
    } catch (cause) {
      this.#say([SAYS.failure, id, new Error("The failure of the call cannot cross to the caller: " + cause)], null);
    }
  }

  #say(said: Said, scope: Scope | null): void {
    let message: Message;
    try {
      message = pack(said, (value) => this.#forms.formOf(value, scope));
    } catch (error) {
      this.#forms.forgetTold();
      throw error;
    }
    this.#port.send(message);
  }

  #callLent(id: number, args: readonly unknown[]): unknown {
    const lent = this.#forms.held.get(id)?.value;
    if (typeof lent !== "function") throw new Error("Cannot use this any more: the call that it belonged to is over");
    return lent(...args);
  }

  #run(name: string, args: readonly unknown[]): unknown {
    switch (name) {
      case "open":
        return this.#open(...args as [number, number, number, ClientOptions, [UserLayer, UseOptions][]]);
      case "send":
        return this.#send(...args as [number, string, URLInput, RequestOptions | undefined]);
      case "stream":
        return this.#stream(...args as [number, string, URLInput, RequestOptions | undefined]);
      case "body":
        return this.#body(...args as [number, BodyAction, number | undefined]);
      case "download":
        return this.#clientOf(args[0]).download(args[1] as URLInput, args[2] as string, args[3] as DownloadOptions);
      case "use":
        return this.#use(this.#clientOf(args[0]), args[1] as UserLayer, args[2] as UseOptions);
      case "stats":
        return this.#clientOf(args[0]).stats();
      case "capabilities":
        return this.#clientOf(args[0]).capabilities;
      case "preconnect":
        return this.#clientOf(args[0]).preconnect(args[1] as URLInput, args[2] as number);
      case "purge":
        return this.#clientOf(args[0]).purge(args[1] as URLInput | undefined);
      case "close":
        return this.#close(args[0] as number, args[1] as CloseOptions, args[2] as boolean);
      case "public suffixes":
        return publicSuffixTable();
      case "save cookies":
        return writeCookieFile(this.#files(), args[0] as string, args[1] as string);
      case "load cookies":
        return readCookieFile(this.#files(), args[0] as string);
      default:
        throw new Error(`Cannot do "${name}": the worker knows no such thing`);
    }
  }

  #files(): Files {
    const { files } = detectRuntime();
    if (files !== undefined) return files;
    throw new UnsupportedRuntimeError("Cannot reach the cookies: this runtime has no files");
  }

  #clientOf(key: unknown): Client {
    return this.#clients.get(key as number)!;
  }

  #open(
    key: number,
    parent: number,
    inherited: number,
    options: ClientOptions,
    layers: readonly [UserLayer, UseOptions][],
  ): void {
    const client = parent === 0 ? new Client(options) : this.#stageOf(parent, inherited).extend(options);
    for (const [layer, where] of layers) this.#use(client, layer, where);
    this.#clients.set(key, client);
  }

  #stageOf(key: number, layers: number): Client {
    const client = this.#clientOf(key);
    return this.#stages.get(client)?.[layers] ?? client;
  }

  #use(client: Client, layer: UserLayer, where: UseOptions): void {
    const before = client.extend();
    client.use(layer, where);
    const stages = this.#stages.get(client);
    if (stages === undefined) this.#stages.set(client, [before]);
    else stages.push(before);
  }

  #send(key: number, method: string, url: URLInput, options: RequestOptions | undefined): Promise<HttpResponse> {
    const client = this.#clientOf(key);
    // What a server did to idle connections while this thread slept is seen before a request that
    // cannot be sent twice goes out on one of them.
    const turn = isIdempotent(String(method).toUpperCase()) ? undefined : this.#port.turn();
    return turn === undefined
      ? sendOn(client, method, url, options, false)
      : turn.then(() => sendOn(client, method, url, options, false));
  }

  /** The body stays here; the caller reads it under its number. */
  async #stream(
    key: number,
    method: string,
    url: URLInput,
    options: RequestOptions | undefined,
  ): Promise<HttpResponse> {
    const response = await sendOn(this.#clientOf(key), method, url, options, true);
    const { live } = response;
    if (live === null) return response;
    const scope = new Scope();
    const id = this.#forms.held.lend(live, scope);
    this.#streams.set(id, { scope, key });
    this.#flowing++;
    live.onSettled(() => this.#flowing--);
    return response;
  }

  /** A settled body stays until the caller has heard of its end. */
  #forget(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#forms.held.release(stream.scope);
    this.#streams.delete(id);
  }

  async #body(id: number, step: BodyAction, arg = 0): Promise<unknown> {
    const body = this.#forms.held.get(id)?.value as IncomingBody | undefined;
    if (body === undefined) throw new Error("Cannot read the body: the call that it belonged to is over");
    let ahead = this.#readers.get(body);
    if (ahead === undefined) this.#readers.set(body, ahead = new ReadAhead(body));
    try {
      const chunks = await ahead.step(step, arg);
      if (step !== "read" || chunks === null) this.#forget(id);
      return [
        chunks && chunks.map((chunk) => crossing(chunk, false)),
        body.received,
        body.trailers && flatFields(body.trailers),
      ];
    } catch (error) {
      this.#forget(id);
      throw error;
    }
  }

  async #close(key: number, options: CloseOptions, owner: boolean): Promise<void> {
    const client = this.#clientOf(key);
    // The caller refuses further calls by itself.
    this.#clients.delete(key);
    await client.close(options);
    // Streams of one that shares another's pool go on.
    if (!owner) return;
    for (const [id, stream] of this.#streams) if (stream.key === key) this.#forget(id);
  }
}
