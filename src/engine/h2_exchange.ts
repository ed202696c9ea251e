/**
 * Owns what one exchange needs while it runs on an HTTP/2 stream: its limit, upload and body.
 * Must not know the other streams, nor the pool.
 * Invariant: after `release` no limit, listener or source of it is left.
 */

import type { Bagged } from "../base/bag.ts";
import type { Call } from "../core/call.ts";
import type { FieldSource, HeaderList } from "../http/header_list.ts";
import type { CheckedHead } from "../protocol/h2/response_fields.ts";
import type { H2Stream } from "../protocol/h2/h2_stream.ts";
import type { Carrier } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import type { H2Head } from "./h2_head.ts";
import { H2Upload, type H2UploadHost } from "./h2_upload.ts";
import type { ExchangeBody } from "./incoming_body.ts";
import { type LimitedPhase, PhaseLimit } from "./phase_limit.ts";

/** What it asks of its connection. */
export interface H2Host {
  /** Number of the connection. */
  readonly id: number;
  /** Milliseconds on the clock of the engine. */
  now(): number;
  /** Whether a byte of its body can be sent now. */
  ready(stream: H2Exchange): boolean;
  /** Sends what can be sent of `bytes`; returns where it stopped. */
  send(stream: H2Exchange, bytes: Uint8Array, from: number, last: boolean): number;
  /** Sends trailers, which end the request. */
  sendTrailers(stream: H2Exchange, trailers: HeaderList): void;
  /** The request is complete but for the flush. */
  uploaded(stream: H2Exchange): void;
  /** The consumer of its body has made room for so many bytes. */
  consumed(stream: H2Exchange, bytes: number, now: number): void;
  /** It ends with an error; the connection goes on. */
  failed(stream: H2Exchange, error: Error): void;
}

/** One exchange on its stream. */
export class H2Exchange implements Carrier, H2UploadHost, Bagged {
  readonly exchange: Exchange;
  readonly scope: Call["scope"];
  /** Its stream, once it has one. */
  stream: H2Stream<H2Exchange> | undefined = undefined;
  /** The body of its response. */
  body: ExchangeBody | undefined = undefined;
  /** The body of its request, while it is sent. */
  upload: H2Upload | undefined = undefined;
  /** Whether the consumer of the body fell behind. */
  paused = false;
  /** Whether it has ended. */
  over = false;
  /** Bytes of the body that the consumer has not made room for. */
  owed = 0;
  /** Bytes sent for it, heads included. */
  written = 0;
  /** @internal Among the others of its connection. */
  place = -1;
  readonly #host: H2Host;
  readonly #limit: PhaseLimit = new PhaseLimit(() => this.#expired());
  readonly #onCancel = (reason: Error): void => this.#host.failed(this, reason);
  #holding = false;

  constructor(exchange: Exchange, host: H2Host) {
    this.exchange = exchange;
    this.#host = host;
    this.scope = exchange.call.scope;
    this.scope.add(this.#onCancel);
  }

  /** Starts the limit of a phase. */
  limit(phase: LimitedPhase, now: number): void {
    this.#limit.start(phase, this.exchange.call, now);
  }

  /** Stops what limit runs. */
  unlimit(): void {
    this.#limit.stop(this.exchange.call);
  }

  /** Sends the body, or waits for 100 (Continue) first. */
  startUpload(head: H2Head, now: number): void {
    const { request, call } = this.exchange;
    this.upload = new H2Upload(this, request.body!, call.settings.onUploadProgress);
    this.#holding = head.expectContinue;
    if (this.#holding) this.limit("expect", now);
    else this.upload.start();
  }

  /** Sends the body that was held back, if there is one. */
  goOn(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.unlimit();
    this.upload?.start();
  }

  /** Forgets all but the stream. Returns whether a part of the request was given up. */
  release(): boolean {
    this.over = true;
    this.unlimit();
    this.scope.remove(this.#onCancel);
    return this.stopUpload();
  }

  /** Gives up what is left of the request. */
  stopUpload(): boolean {
    const { upload } = this;
    this.upload = undefined;
    this.#holding = false;
    upload?.stop();
    return upload !== undefined;
  }

  // From the stream

  /** A 1xx head. */
  informed(status: number, section: FieldSource): void {
    try {
      this.exchange.informational(status, section);
    } catch (error) {
      return this.#host.failed(this, error as Error);
    }
    if (status === 100) this.goOn();
  }

  /** The final head; nothing follows after the `last`, and no body where there is `none`. */
  answered({ status, section, length }: CheckedHead, none: boolean, last: boolean, now: number): void {
    this.unlimit();
    // A body still held back is not wanted any more: the end of the stream gives it up.
    this.#holding = false;
    const size = none || length === 0 ? null : length;
    const body = this.exchange.respond({ status, reason: "", version: "2", section }, size, now, false);
    // Whoever was told may have ended it.
    if (this.over) return;
    this.body = body;
    if (!last) this.limit("read", now);
  }

  /** Bytes of the body; returns how many more the server may be given credit for. */
  received(bytes: Uint8Array, from: number, to: number, owned: boolean, now: number): number {
    this.exchange.chunk(to - from);
    this.body?.push(bytes, from, to, owned);
    if (this.over) return 0;
    this.limit("read", now);
    if (!this.paused) return to - from;
    this.owed += to - from;
    return 0;
  }

  // From the body

  get id(): number {
    return this.#host.id;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (this.over) return;
    const now = this.#host.now();
    const { owed } = this;
    this.paused = false;
    this.owed = 0;
    this.limit("read", now);
    this.#host.consumed(this, owed, now);
  }

  abort(_exchange: Exchange, reason: Error): void {
    this.#host.failed(this, reason);
  }

  takeOver(): never {
    throw new TypeError("Cannot take the connection over: HTTP/2 shares it between requests");
  }

  #expired(): void {
    const { phase } = this.#limit;
    if (phase === "expect") return this.goOn();
    // A consumer that does not ask is slow, not the server.
    if (phase === "read" && this.paused) return;
    this.#host.failed(this, this.#limit.error(this.exchange.call));
  }

  // From the upload

  ready(): boolean {
    return this.#host.ready(this);
  }

  send(bytes: Uint8Array, from: number, last: boolean): number {
    return this.#host.send(this, bytes, from, last);
  }

  sendTrailers(trailers: HeaderList): void {
    this.#host.sendTrailers(this, trailers);
  }

  blocked(yes: boolean): void {
    if (this.body !== undefined) return;
    if (yes) this.limit("write", this.#host.now());
    else this.unlimit();
  }

  finished(): void {
    this.upload = undefined;
    this.#host.uploaded(this);
  }

  failed(error: Error): void {
    this.#host.failed(this, error);
  }
}
