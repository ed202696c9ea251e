/**
 * Owns the response as a value, in its states: live (the body is on the wire), complete (the
 * body is in memory), dropped (the head alone is left).
 * Must not know who sent it, nor layers.
 * Invariant: the head never changes; a response is completed or dropped at most once.
 */

import { own } from "../base/own.ts";
import { ownBytes } from "../base/slab.ts";
import { BodyError, BodyUsedError, EmptyBodyError } from "../errors.ts";
import { bodyStream } from "./body_stream.ts";
import type { IncomingBody, MaybePromise } from "./body.ts";
import { parseFormData } from "./form_data.ts";
import { HeaderList } from "./header_list.ts";
import { type JsonReviver, parseJson } from "./json.ts";
import { mediaTypeOf } from "./media_type.ts";
import { ResponseHead, type ResponseParts } from "./response_head.ts";
import { type InferOutput, type StandardSchema, validate } from "./standard_schema.ts";
import { charsetOf, decoderOf, decodeText, DEFAULT_ENCODING, encodingOf } from "./text.ts";
import { webResponse } from "./web_response.ts";

export { type HttpVersion, ResponseHead, type ResponseParts } from "./response_head.ts";

/** How JSON is read. */
export interface JsonOptions {
  /** Called for each member, as `JSON.parse` does; the `jsonCodec` option does not hold then. @default {none} */
  readonly reviver?: JsonReviver;
}

const EMPTY = new Uint8Array(0);

/**
 * A response. The members that need the body are plain calls: the body is in memory.
 *
 * @example
 * ```ts no-run
 * import { get } from "@jetstream/client";
 *
 * const response = await get("https://api.example.com/users");
 * response.raiseForStatus();
 * response.json();
 * ```
 */
export class HttpResponse extends ResponseHead {
  #body: IncomingBody | null;
  #content: Uint8Array | undefined;
  #trailers: HeaderList | undefined;

  /** Made by transports and by layers that answer themselves. */
  constructor(parts: ResponseParts) {
    super(parts);
    this.#body = parts.body;
    if (parts.body === null) this.#content = EMPTY;
  }

  /** @internal The body on the wire; `null` once complete, dropped, or when there is none. */
  get live(): IncomingBody | null {
    return this.#body;
  }

  /** @internal The body, if it is in memory. */
  override get loaded(): Uint8Array | undefined {
    return this.#content;
  }

  /** @internal Puts the whole body in place. */
  complete(content: Uint8Array, trailers: HeaderList | undefined = this.#body?.trailers): this {
    this.#trailers = trailers;
    this.#content = content;
    this.#body = null;
    return this;
  }

  /**
   * @internal Lets go of the body: up to `limit` raw bytes of it are read, so that its connection
   * can be used again. Never fails; does nothing when the body is not on the wire.
   */
  drop(limit: number): MaybePromise<void> {
    const body = this.#body;
    this.#body = null;
    return body?.discard(limit);
  }

  /** @internal The same head with another live body: for layers that decode or watch it. */
  withBody(body: IncomingBody | null, headers: HeaderList = this.headers): HttpResponse {
    return new HttpResponse({ ...this.parts, headers, body });
  }

  /**
   * The whole body, content codings undone.
   * This and all that is made of it throws `BodyUsedError` while the call streams, and
   * `BodyError` when the body was dropped (the response of a redirect or retry).
   */
  get content(): Uint8Array<ArrayBuffer> {
    // A small body came as a part of a larger array; what is handed out has none but its own bytes.
    const content = ownBytes(this.#whole());
    this.#content = content;
    return content;
  }

  #whole(): Uint8Array {
    if (this.#content !== undefined) return this.#content;
    if (this.#body !== null) {
      throw new BodyUsedError(
        "Cannot read the body: it is still on the wire, expected one in memory " +
          "(read it by the streamed response, or call without stream())",
      );
    }
    throw new BodyError("Cannot read the body: it was dropped, as another request followed this response");
  }

  /** The same as {@linkcode content}. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.content;
  }

  /** Fields behind a chunked body; empty when there are none. */
  get trailers(): HeaderList {
    return this.#trailers ?? this.#body?.trailers ?? HeaderList.empty;
  }

  /**
   * The encoding of the text: a byte order mark wins over the charset of Content-Type, which wins
   * over UTF-8. A charset that this runtime does not know counts as UTF-8.
   */
  get encoding(): string {
    return this.#content === undefined
      ? charsetOf(this.headers) ?? DEFAULT_ENCODING
      : encodingOf(this.headers, this.#content);
  }

  /**
   * The body as text, read by its own {@linkcode encoding} or by one that the caller names.
   * Throws `RangeError` for a name that this runtime does not know.
   */
  text(encoding?: string): string {
    const content = this.#whole();
    return encoding === undefined
      ? decodeText(content, encodingOf(this.headers, content))
      : decoderOf(encoding).decode(content);
  }

  /**
   * The body parsed as JSON. With a Standard Schema: checked, and of the schema's output type.
   * Throws `EmptyBodyError` for an empty body, `BodyError` for one that is not JSON,
   * `SchemaError` for a mismatch, `TypeError` for an asynchronous schema.
   */
  json(schema?: undefined, options?: JsonOptions): unknown;
  /** The body parsed as JSON and checked; of the schema's output type. */
  json<Schema extends StandardSchema>(schema: Schema, options?: JsonOptions): InferOutput<Schema>;
  json(schema?: StandardSchema, options?: JsonOptions): unknown {
    const value = parseJson(this.#whole(), this.headers, {
      reviver: own(options, "reviver"),
      parse: this.settings.parseJson,
    });
    return schema === undefined ? value : validate(schema, value);
  }

  /** As {@linkcode json}, but `fallback` when the body is empty. */
  jsonOr<Fallback>(fallback: Fallback): unknown;
  /** As {@linkcode json} with a schema, but `fallback` when the body is empty. */
  jsonOr<Schema extends StandardSchema, Fallback>(fallback: Fallback, schema: Schema): InferOutput<Schema> | Fallback;
  jsonOr(fallback: unknown, schema?: StandardSchema): unknown {
    if (this.#whole().length === 0) return fallback;
    try {
      return this.json(schema as StandardSchema);
    } catch (error) {
      if (error instanceof EmptyBodyError) return fallback;
      throw error;
    }
  }

  /** The body as a `Blob` with the media type of the response. */
  blob(): Blob {
    return new Blob([this.content], { type: this.headers.get("content-type") ?? "" });
  }

  /**
   * The body as `FormData`: urlencoded or multipart.
   * Throws `BodyError` when it is neither, or malformed.
   */
  formData(): FormData {
    return parseFormData(this.content, mediaTypeOf(this.headers));
  }

  /** A web `Response`. While the body is on the wire, it moves into the new response. */
  toWeb(): Response {
    return webResponse(this, () => {
      const body = this.#body;
      if (body === null) return this.content;
      this.#body = null;
      return bodyStream(body, (error) => error);
    });
  }
}
