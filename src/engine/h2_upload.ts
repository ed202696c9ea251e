/**
 * Owns the sending of one request body over HTTP/2: source, windows, back-pressure, progress.
 * Must not know frames, nor who limits it in time.
 * Invariants: the source is asked for no more than the windows and the socket take; after `stop`
 * nothing is asked or sent.
 */

import type { Body, BodyReader, OnProgress } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { checkEnd, checkLength, freeSource, sourceFailure, tellTaken } from "./upload_source.ts";

/** Bytes handed over at once: one step of progress, and what other streams wait for at most. */
const STEP = 64 * 1024;

const EMPTY = new Uint8Array(0);

/** What an upload asks of its exchange. */
export interface H2UploadHost {
  /** Whether a byte can be sent now. */
  ready(): boolean;
  /** Sends what can be sent of `bytes` from `from` on; returns where it stopped. */
  send(bytes: Uint8Array, from: number, last: boolean): number;
  /** Sends trailers, which end the request. */
  sendTrailers(trailers: HeaderList): void;
  /** The server takes nothing for now (`true`), or does again (`false`). */
  blocked(yes: boolean): void;
  /** All of it was sent. */
  finished(): void;
  /** The source failed, or did not keep what it promised. */
  failed(error: Error): void;
}

/** One request body under way. */
export class H2Upload {
  readonly #host: H2UploadHost;
  readonly #body: Body;
  readonly #progress: OnProgress | null;
  #reader: BodyReader | undefined;
  #taken = 0;
  #stopped = false;
  #go: (() => void) | undefined;

  constructor(host: H2UploadHost, body: Body, progress: OnProgress | null) {
    this.#host = host;
    this.#body = body;
    this.#progress = progress;
  }

  /** Sends the body. */
  start(): void {
    if (this.#stopped) return;
    this.#run().catch((error: unknown) => {
      if (this.#stopped) return;
      this.stop();
      this.#host.failed(sourceFailure(error, this.#body));
    });
  }

  /** There may be room again. */
  goOn(): void {
    if (this.#go === undefined || !this.#host.ready()) return;
    const go = this.#go;
    this.#go = undefined;
    this.#host.blocked(false);
    go();
  }

  /** Gives up: frees the source. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    freeSource(this.#reader);
    const go = this.#go;
    this.#go = undefined;
    go?.();
  }

  async #run(): Promise<void> {
    const { bytes, trailers } = this.#body;
    if (bytes !== undefined) await this.#send(bytes, trailers === undefined);
    else {
      const reader = this.#reader = this.#body.open();
      for (;;) {
        const next = reader.read();
        const chunk = next instanceof Promise ? await next : next;
        if (this.#stopped) return;
        if (chunk === null) break;
        checkLength(this.#taken, chunk.length, this.#body);
        await this.#send(chunk, false);
        if (this.#stopped) return;
      }
      this.#reader = undefined;
      checkEnd(this.#taken, this.#body);
    }
    if (this.#stopped) return;
    if (trailers !== undefined) {
      const fields = trailers();
      const list = fields instanceof Promise ? await fields : fields;
      if (this.#stopped) return;
      this.#host.sendTrailers(list);
    } else if (bytes === undefined) this.#host.send(EMPTY, 0, true);
    this.#stopped = true;
    this.#host.finished();
  }

  async #send(chunk: Uint8Array, last: boolean): Promise<void> {
    for (let from = 0; from < chunk.length;) {
      if (!this.#host.ready()) await this.#room();
      if (this.#stopped) return;
      const to = Math.min(chunk.length, from + STEP);
      const slice = to === chunk.length ? chunk : chunk.subarray(0, to);
      const end = this.#host.send(slice, from, last && to === chunk.length);
      this.#taken += end - from;
      from = end;
      if (this.#progress !== null) tellTaken(this.#progress, this.#taken, this.#body);
      if (this.#stopped) return;
    }
  }

  #room(): Promise<void> {
    this.#host.blocked(true);
    return new Promise((resolve) => this.#go = resolve);
  }
}
