/**
 * Owns the sending half of an HTTP/1.1 connection: when head and body are written, and how.
 * Must not know responses, the pool, or limits in time (it says when one is due).
 * Invariant: head and small body leave in one write; after `stop` nothing of the request is written.
 */

import type { Socket } from "../core/socket.ts";
import type { OnProgress } from "../http/body.ts";
import type { HttpRequest } from "../http/request.ts";
import type { H1Codec } from "../protocol/h1/codec.ts";
import { type EncodedHead, joinParts } from "../protocol/h1/request_writer.ts";
import { JOIN_BYTES, Upload, type UploadHost } from "./upload.ts";

/** What the sending half asks of its connection. */
export interface SenderHost {
  /** The request is with the system; `now` if that is known. */
  sent(now?: number): void;
  /** The body waits for 100 (Continue); or the socket takes nothing for now; or neither any more. */
  waits(phase: "expect" | "write" | undefined): void;
  /** The body cannot be sent as announced. */
  sendFailed(error: Error): void;
}

/** Sends the requests of one connection, one after the other. */
export class H1Sender implements UploadHost {
  /** Bytes of the request under way that were written, its head included. */
  written = 0;
  readonly #socket: Socket;
  readonly #host: SenderHost;
  #upload: Upload | undefined;
  /** Whether the last bytes of a request wait for the system. */
  #flushing = false;
  /** Whether the body waits for 100 (Continue). */
  #holding = false;

  constructor(socket: Socket, host: SenderHost) {
    this.#socket = socket;
    this.#host = host;
  }

  /** Sends a request whose head the codec was told of. */
  begin(codec: H1Codec, request: HttpRequest, head: EncodedHead, progress: OnProgress | null, now: number): void {
    const { body } = request;
    this.written = 0;
    if (body === null || head.facts.body === 0) return this.#sendWhole(head.bytes, now);
    const { bytes } = body;
    const small = bytes !== undefined && bytes.length <= JOIN_BYTES && body.trailers === undefined;
    if (small && progress === null && !head.facts.expectContinue) {
      return this.#sendWhole(joinParts([head.bytes, ...codec.sendData(bytes), codec.sendEnd()]), now);
    }
    const upload = this.#upload = new Upload(this, codec, body, head.bytes, progress);
    if (!head.facts.expectContinue) return upload.start();
    upload.sendHead();
    this.#holding = true;
    this.#host.waits("expect");
  }

  #sendWhole(bytes: Uint8Array, now: number): void {
    this.written = bytes.length;
    if (this.#socket.write(bytes)) return this.#host.sent(now);
    this.#flushing = true;
    this.#host.waits("write");
  }

  /** Sends the body that was held back, if there is one. */
  goOn(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.#host.waits(undefined);
    this.#upload?.start();
  }

  /** The system has taken what waited. */
  drained(): void {
    if (this.#upload) return this.#upload.drained();
    if (!this.#flushing) return;
    this.#flushing = false;
    this.#host.sent();
  }

  /** Gives up what is left; whether that is a part of the body. */
  stop(): boolean {
    const upload = this.#upload;
    this.#upload = undefined;
    this.#flushing = this.#holding = false;
    upload?.stop();
    return upload !== undefined;
  }

  // From the upload

  write(bytes: Uint8Array): boolean {
    this.written += bytes.length;
    return this.#socket.write(bytes);
  }

  writeAll(parts: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    for (const part of parts) this.written += part.length;
    if (socket.writeAll !== undefined) return socket.writeAll(parts);
    let taken = true;
    for (const part of parts) taken = socket.write(part) && taken;
    return taken;
  }

  blocked(yes: boolean): void {
    this.#host.waits(yes ? "write" : undefined);
  }

  finished(): void {
    this.#upload = undefined;
    this.#host.sent();
  }

  failed(error: Error): void {
    this.#host.sendFailed(error);
  }
}
