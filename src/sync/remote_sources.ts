/**
 * Owns bodies and schemes of the caller's thread as the worker sees them: each step is asked for.
 * Must not know messages; it is given functions that answer later.
 * Invariant: a body is taken piece by piece, so that its size needs no memory here.
 */

import type { Auth, AuthContext } from "../core/auth.ts";
import type { Body, BodyReader, MaybePromise } from "../http/body.ts";
import { OnceBody } from "../http/bodies/kinds.ts";
import { IteratorReader, OpeningReader } from "../http/bodies/readers.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** A function of the caller's. */
export type Ask = (...args: unknown[]) => Promise<unknown>;

/** Bytes asked for at a time: one write to the socket. */
const PIECE = 256 * 1024;

/** One pass over a source of the caller's: it makes the next piece while the last one is sent. */
class AheadReader implements BodyReader {
  readonly #source: BodyReader;
  #next: MaybePromise<Uint8Array | null> | undefined;

  constructor(source: BodyReader) {
    this.#source = source;
  }

  async read(): Promise<Uint8Array | null> {
    const piece = await (this.#next ?? this.#source.read());
    this.#next = piece === null ? null : this.#source.read();
    // A failure is met by the read that is next, if there is one.
    if (this.#next instanceof Promise) this.#next.catch(() => {});
    return piece;
  }

  cancel(reason?: unknown): void {
    this.#source.cancel(reason);
  }
}

/** An iterable or generator. */
export function iterableBody(next: Ask, stop: Ask): Body {
  const steps = {
    next: () => next() as Promise<IteratorResult<unknown>>,
    return: () => stop() as Promise<IteratorResult<unknown>>,
  };
  return new OnceBody("an iterable", () => new AheadReader(new IteratorReader(steps as never)));
}

/** Bytes that stay with the caller. */
export function heldBody(length: number, contentType: string | null, kind: string, read: Ask): Body {
  return {
    contentType,
    length,
    replayable: true,
    kind,
    bytes: undefined,
    open(): BodyReader {
      let at = 0;
      return new AheadReader({
        async read(): Promise<Uint8Array | null> {
          if (at >= length) return null;
          const piece = await read(at, PIECE) as Uint8Array;
          at += piece.length;
          return piece;
        },
        cancel: () => void (at = length),
      });
    },
  };
}

/** A body that the caller made by itself, as it crosses. */
export type LentBodyParts = readonly [
  contentType: string | null,
  length: number | undefined,
  replayable: boolean,
  kind: string,
  bytes: Uint8Array | undefined,
  open: Ask,
];

/** A body that the caller made by itself. */
export function lentBody([contentType, length, replayable, kind, bytes, open]: LentBodyParts): Body {
  return {
    contentType,
    length,
    replayable,
    kind,
    bytes,
    open: () => new OpeningReader(open() as Promise<BodyReader>),
  };
}

/** A form of the caller's: its files are known by what they can do, which no form would take. */
export class ArrivedForm extends FormData {
  readonly #pairs: readonly [string, FormDataEntryValue][];

  /** Takes names and values. */
  constructor(pairs: readonly [string, FormDataEntryValue][]) {
    super();
    this.#pairs = pairs;
  }

  override [Symbol.iterator](): ReturnType<FormData["entries"]> {
    return this.#pairs.values() as ReturnType<FormData["entries"]>;
  }
}

/** A scheme of the caller's own. */
export function remoteAuth(scheme: string, start: Ask): Auth {
  return {
    scheme,
    async *flow(request: HttpRequest, context: AuthContext): AsyncGenerator<HttpRequest, void, HttpResponse> {
      const [next, stop] = await start(request, context) as [Ask, Ask];
      let response: HttpResponse | undefined;
      try {
        for (;;) {
          const step = await next(response) as IteratorResult<HttpRequest, void>;
          if (step.done) return;
          response = yield step.value;
        }
      } finally {
        await stop();
      }
    },
  };
}

/** A blob as it is recognised: by what it can do. */
export interface ArrivingBlob {
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  stream(): ReadableStream<Uint8Array>;
}

/** Blobs, which come by a way of their own. */
export class BlobShelf {
  readonly #arrived = new Map<number, Blob>();
  readonly #awaited = new Map<number, (blob: Blob) => void>();

  /** A blob has come. */
  put(id: number, blob: Blob): void {
    const awaited = this.#awaited.get(id);
    if (awaited === undefined) this.#arrived.set(id, blob);
    else awaited(blob);
    this.#awaited.delete(id);
  }

  /** The blob of this number, which may come later. */
  take(id: number, size: number, type: string, name: string | undefined): ArrivingBlob {
    const arrived = this.#arrived.get(id);
    this.#arrived.delete(id);
    const blob = arrived === undefined
      ? new Promise<Blob>((resolve) => this.#awaited.set(id, resolve))
      : Promise.resolve(arrived);
    return { size, type, ...(name === undefined ? {} : { name }), stream: () => streamOf(blob) };
  }
}

function streamOf(blob: Promise<Blob>): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      reader ??= (await blob).stream().getReader();
      const step = await reader.read();
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
    async cancel(reason) {
      await reader?.cancel(reason);
    },
  });
}
