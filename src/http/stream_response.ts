/**
 * Owns the streamed response: a live response with the ways to take its body.
 * Must not know the engine: it sees an `IncomingBody` and no socket.
 * Invariants: the body is taken in one way, once; whatever ends a pass early (a `break`, a throw,
 * the end of an `await using` block) frees the connection; what has arrived is handed out without a
 * further turn of the loop.
 */

import { attachContext, JetstreamError } from "../errors/root.ts";
import { BodyUsedError } from "../errors.ts";
import { own } from "../base/own.ts";
import { maskUrl } from "../base/redact.ts";
import type { IncomingBody } from "./body.ts";
import { BodyIterator, type BodyMachine } from "./body_iterator.ts";
import { AnyChunks, EqualChunks, JsonLines, Lines, Texts } from "./body_machines.ts";
import { bodyStream } from "./body_stream.ts";
import type { HeaderList } from "./header_list.ts";
import { MemoryBody } from "./memory_body.ts";
import type { HttpResponse } from "./response.ts";
import { ResponseHead } from "./response_head.ts";
import { type InferOutput, type StandardSchema, validateLater } from "./standard_schema.ts";
import { charsetOf, DEFAULT_ENCODING } from "./text.ts";
import { webResponse } from "./web_response.ts";

/** How bytes are handed out. */
export interface IterBytesOptions {
  /** Bytes per chunk, the last one excepted. @default {chunks as they arrive} */
  readonly size?: number;
}

/** How lines are handed out. */
export interface IterLinesOptions {
  /**
   * The longest line, in characters.
   * @default {1_048_576}
   */
  readonly max?: number;
}

/**
 * A response whose body is still on the wire. It is read once, in one way: by an iterator, as a
 * stream, or by `read()`. Anything else than reading it to its end frees the connection by
 * `discard()`, which the end of an `await using` block calls.
 *
 * @example
 * ```ts no-run
 * import { Client } from "@jetstream/client";
 *
 * await using client = new Client();
 * await using response = await client.stream("GET", "https://example.com/log");
 * for await (const line of response.raiseForStatus().iterLines()) console.log(line);
 * ```
 */
export class StreamResponse extends ResponseHead implements AsyncDisposable {
  readonly #response: HttpResponse;
  readonly #body: IncomingBody;
  #way: string | undefined;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

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
  iterBytes(options?: IterBytesOptions): AsyncIterableIterator<Uint8Array, undefined> {
    const size = own(options, "size");
    const machine = size === undefined ? new AnyChunks() : new EqualChunks(size);
    return this.#iterate("iterBytes()", machine);
  }

  /** The body as text, in parts as they arrive. */
  iterText(): AsyncIterableIterator<string, undefined> {
    return this.#iterate("iterText()", new Texts(this.encoding));
  }

  /** The body line by line, without line ends (LF or CR LF). Throws `BodyTooLargeError` above `max`. */
  iterLines(options?: IterLinesOptions): AsyncIterableIterator<string, undefined> {
    return this.#iterate("iterLines()", new Lines(this.encoding, own(options, "max")));
  }

  /**
   * The JSON value of each line (NDJSON), checked by `schema` if there is one; blank lines are skipped.
   * Throws `BodyError` that names the line which is not JSON, `SchemaError` for a mismatch.
   */
  iterJson(schema?: undefined, options?: IterLinesOptions): AsyncIterableIterator<unknown, undefined>;
  /** The JSON value of each line, checked; of the schema's output type. */
  iterJson<Schema extends StandardSchema>(
    schema: Schema,
    options?: IterLinesOptions,
  ): AsyncIterableIterator<InferOutput<Schema>, undefined>;
  iterJson(schema?: StandardSchema, options?: IterLinesOptions): AsyncIterableIterator<unknown, undefined> {
    const values = this.#iterate(
      "iterJson()",
      new JsonLines(this.encoding, own(options, "max"), this.settings.parseJson),
    );
    return schema === undefined ? values : new CheckedIterator(values, schema);
  }

  /** The body as a byte stream, which pulls: what is not read is not received. The same stream each time. */
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#stream ??= bodyStream(this.#take("body"), this.#explain);
  }

  /**
   * Reads the whole body and returns the complete response.
   * Rejects with `BodyTooLargeError` above `limits.body`.
   */
  async read(): Promise<HttpResponse> {
    const body = this.#take("read()");
    try {
      return this.#response.complete(await body.collect(this.settings.limits.body), body.trailers);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /**
   * Lets go of the body: a short rest is read so that the connection can be used again, else the
   * connection closes. Never fails; does nothing once the body has ended.
   */
  async discard(): Promise<void> {
    if (this.#way === undefined) {
      this.#way = "discard()";
      await this.#body.discard(this.settings.limits.drain);
    } else this.#body.cancel();
  }

  /** The same as {@linkcode discard}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }

  /** A web `Response` that the body moves into. */
  toWeb(): Response {
    return webResponse(this, () => this.body);
  }

  #iterate<Item>(way: string, machine: BodyMachine<Item>): BodyIterator<Item> {
    return new BodyIterator(this.#take(way), machine, this.#explain);
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

  /** A failure of the body comes when the call is long over: it is told here which one that was. */
  readonly #explain = (error: unknown): unknown => {
    if (error instanceof JetstreamError) {
      const { method, url } = this.request;
      attachContext(error, {
        request: { method, url: maskUrl(url.href) },
        attempts: this.attempts,
        timings: this.timings,
      });
    }
    return error;
  };
}

/** Checks each value on its way out; a mismatch ends the pass. */
class CheckedIterator implements AsyncIterableIterator<unknown, undefined> {
  readonly #values: BodyIterator<unknown>;
  readonly #schema: StandardSchema;

  constructor(values: BodyIterator<unknown>, schema: StandardSchema) {
    this.#values = values;
    this.#schema = schema;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const step = await this.#values.next();
    if (step.done) return step;
    try {
      return { done: false, value: await validateLater(this.#schema, step.value) };
    } catch (error) {
      await this.#values.return();
      throw error;
    }
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    return this.#values.return();
  }
}
