/**
 * Owns the watching of a body on its way in.
 * Must not know who reads it.
 * Invariants: the numbers only grow within a response; the last one told is the whole; what the
 * callback throws does not change the call.
 */

import type { Call } from "../core/call.ts";
import type { Next } from "../core/layer.ts";
import { BodyTooLargeError } from "../errors.ts";
import type { IncomingBody, MaybePromise, OnProgress } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { ByteList } from "./byte_list.ts";

/** Tells `settings.onDownloadProgress` of each chunk that is read, decoded. */
export async function progressLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const response = await next(request);
  const { onDownloadProgress } = call.settings;
  if (onDownloadProgress === null || response.live === null) return response;
  return response.withBody(new WatchedBody(response.live, onDownloadProgress));
}

/** A body on the wire that tells how far it has come. */
class WatchedBody implements IncomingBody {
  readonly #body: IncomingBody;
  readonly #onProgress: OnProgress;
  #bytes = 0;

  constructor(body: IncomingBody, onProgress: OnProgress) {
    this.#body = body;
    this.#onProgress = onProgress;
  }

  get length(): number | undefined {
    return this.#body.length;
  }

  get received(): number {
    return this.#body.received;
  }

  get trailers(): HeaderList | undefined {
    return this.#body.trailers;
  }

  read(): MaybePromise<Uint8Array | null> {
    const chunk = this.#body.read();
    return chunk instanceof Promise ? chunk.then((bytes) => this.#tell(bytes)) : this.#tell(chunk);
  }

  async collect(limit: number): Promise<Uint8Array> {
    const list = new ByteList();
    if (this.length !== undefined && this.length > limit) this.#stop(limit);
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) {
      if (list.length + chunk.length > limit) this.#stop(limit);
      list.push(chunk);
    }
    return list.join();
  }

  discard(limit: number): MaybePromise<void> {
    return this.#body.discard(limit);
  }

  cancel(reason?: Error): void {
    this.#body.cancel(reason);
  }

  onSettled(callback: (error: Error | undefined) => void): void {
    this.#body.onSettled(callback);
  }

  #stop(limit: number): never {
    const error = new BodyTooLargeError(
      `Cannot hold the body in memory: it has more than ${limit} bytes (limits.body)`,
      {
        limit,
      },
    );
    this.#body.cancel(error);
    throw error;
  }

  #tell(chunk: Uint8Array | null): Uint8Array | null {
    if (chunk === null) return chunk;
    this.#bytes += chunk.length;
    try {
      this.#onProgress({ bytes: this.#bytes, total: this.length });
    } catch {
      // It only watches.
    }
    return chunk;
  }
}
