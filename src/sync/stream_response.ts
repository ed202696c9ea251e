/**
 * Owns the streamed response of a blocking call: plain iterables over a body in the worker.
 * Must not know the worker: it sees an `IncomingBody` that answers at once.
 * Invariants: the body is taken in one way, once; whatever ends a pass early (a `break`, a throw,
 * the end of a `using` block) frees the connection.
 */

import { own } from "../base/own.ts";
import { maskUrl } from "../base/redact.ts";
import { BodyUsedError } from "../errors.ts";
import { attachContext, JetstreamError } from "../errors/root.ts";
import type { IncomingBody } from "../http/body.ts";
import type { BodyMachine } from "../http/body_iterator.ts";
import { AnyChunks, EqualChunks, JsonLines, Lines, Texts } from "../http/body_machines.ts";
import type { HeaderList } from "../http/header_list.ts";
import { MemoryBody } from "../http/memory_body.ts";
import type { HttpResponse } from "../http/response.ts";
import { ResponseHead } from "../http/response_head.ts";
import { type InferOutput, type StandardSchema, validate } from "../http/standard_schema.ts";
import type { IterBytesOptions, IterLinesOptions } from "../http/stream_response.ts";
import { charsetOf, DEFAULT_ENCODING } from "../http/text.ts";

/**
 * A response whose body is still on the wire. It is read once, in one way: by an iterable or by
 * `read()`. Anything else than reading it to its end frees the connection by `discard()`, which
 * the end of a `using` block calls.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client/sync";
 *
 * using client = new Client();
 * using response = client.stream("GET", "https://example.com/log");
 * for (const line of response.raiseForStatus().iterLines()) console.log(line);
 * ```
 */
export class StreamResponse extends ResponseHead implements Disposable {
  readonly #response: HttpResponse;
  readonly #body: IncomingBody;
  #way: string | undefined;

  /** Wraps a live response; one that is complete is served from memory. */
  constructor(response: HttpResponse) {
    super(response.parts);
    this.#response = response;
    this.#body = response.live ?? new MemoryBody(response.content, response.trailers);
  }

  /** @internal Never in memory. */
  override get loaded(): undefined {
    return undefined;
  }

  /** Fields behind a chunked body; `undefined` until the body has ended. */
  get trailers(): HeaderList | undefined {
    return this.#body.trailers;
  }

  /** Bytes of the body that have arrived, before decoding. */
  get received(): number {
    return this.#body.received;
  }

  /** Whether one of the ways to read the body was chosen. */
  get bodyUsed(): boolean {
    return this.#way !== undefined;
  }

  /** The encoding that the charset of Content-Type names, else UTF-8; a byte order mark overrules it. */
  get encoding(): string {
    return charsetOf(this.headers) ?? DEFAULT_ENCODING;
  }

  /** The body as bytes: chunks as they arrive, or of `size` bytes. Leaving the loop frees the connection. */
  iterBytes(options?: IterBytesOptions): IterableIterator<Uint8Array, undefined> {
    const size = own(options, "size");
    return this.#iterate("iterBytes()", size === undefined ? new AnyChunks() : new EqualChunks(size));
  }

  /** The body as text, in parts as they arrive. */
  iterText(): IterableIterator<string, undefined> {
    return this.#iterate("iterText()", new Texts(this.encoding));
  }

  /** The body line by line, without line ends (LF or CR LF). Throws `BodyTooLargeError` above `max`. */
  iterLines(options?: IterLinesOptions): IterableIterator<string, undefined> {
    return this.#iterate("iterLines()", new Lines(this.encoding, own(options, "max")));
  }

  /**
   * The JSON value of each line (NDJSON), checked by `schema` if there is one; blank lines are skipped.
   * Throws `BodyError` that names the line which is not JSON, `SchemaError` for a mismatch.
   */
  iterJson(schema?: undefined, options?: IterLinesOptions): IterableIterator<unknown, undefined>;
  /** The JSON value of each line, checked; of the schema's output type. */
  iterJson<Schema extends StandardSchema>(
    schema: Schema,
    options?: IterLinesOptions,
  ): IterableIterator<InferOutput<Schema>, undefined>;
  iterJson(schema?: StandardSchema, options?: IterLinesOptions): IterableIterator<unknown, undefined> {
    const machine = new JsonLines(this.encoding, own(options, "max"), this.settings.parseJson);
    return this.#iterate("iterJson()", machine, schema && ((value) => validate(schema, value)));
  }

  /** Reads the whole body and returns the complete response. Throws `BodyTooLargeError` above `limits.body`. */
  read(): HttpResponse {
    const body = this.#take("read()");
    try {
      // A body in the worker answers at once, and so does one in memory.
      const content = body.collect(this.settings.limits.body) as Uint8Array;
      return this.#response.complete(content, body.trailers);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /**
   * Lets go of the body: a short rest is read so that the connection can be used again, else the
   * connection closes. Never fails; does nothing once the body has ended.
   */
  discard(): void {
    if (this.#way === undefined) {
      this.#way = "discard()";
      this.#body.discard(this.settings.limits.drain);
    } else this.#body.cancel();
  }

  /** The same as {@linkcode discard}. */
  [Symbol.dispose](): void {
    this.discard();
  }

  *#iterate<Item>(
    way: string,
    machine: BodyMachine<Item>,
    check: (item: Item) => Item = (item) => item,
  ): IterableIterator<Item, undefined> {
    const body = this.#take(way);
    const items: Item[] = [];
    let ended = false;
    try {
      while (!ended) {
        const failure = this.#step(body, machine, items);
        ended = failure === null;
        for (const item of items.splice(0)) yield check(item);
        if (failure) throw failure.error;
      }
    } catch (error) {
      throw this.#explain(error);
    } finally {
      if (!ended) body.cancel();
    }
  }

  /** One more chunk: `null` when it was the last; items that were made before a fault come first. */
  #step<Item>(body: IncomingBody, machine: BodyMachine<Item>, items: Item[]): { error: unknown } | null | undefined {
    try {
      const chunk = body.read() as Uint8Array | null;
      if (chunk !== null) return void machine.push(chunk, items);
      machine.end(items);
      return null;
    } catch (error) {
      return { error };
    }
  }

  #take(way: string): IncomingBody {
    if (this.#way !== undefined) {
      throw new BodyUsedError(
        `Cannot read the body by ${way}: it was taken by ${this.#way}, expected one way, once (see read())`,
      );
    }
    this.#way = way;
    return this.#body;
  }

  #explain(error: unknown): unknown {
    if (error instanceof JetstreamError) {
      const { method, url } = this.request;
      attachContext(error, {
        request: { method, url: maskUrl(url.href) },
        attempts: this.attempts,
        timings: this.timings,
      });
    }
    return error;
  }
}
