/**
 * Owns multipart/form-data on its way out (RFC 7578, with the escapes of WHATWG HTML §4.10.21.8).
 * Must not know files by path; it takes sources that can be opened.
 * Invariants: nothing that a name, file name, type or field of a part holds can end a part's head
 * or begin another part; the length is exact or unknown; no part is copied as a whole.
 */

import { own } from "../../base/own.ts";
import { BodyUsedError, LocalProtocolError } from "../../errors.ts";
import type { Body, BodyReader, MaybePromise } from "../body.ts";
import { quote } from "../field_grammar.ts";
import { HeaderList, type HeadersInput } from "../header_list.ts";
import { assertMediaType } from "../media_type.ts";
import { paramText, type ParamValue } from "../params.ts";
import { formPairs } from "./form_body.ts";
import { BytesBody } from "./kinds.ts";
import { isBlob, isByteSource, type Source, sourceBody } from "./source_body.ts";

/** What a part may hold: text, or anything that can be a body. */
export type PartContent = ParamValue | Source | (() => Source | Promise<Source>);

/** A part with more to it than its name and content. */
export interface Part {
  /** What it holds. */
  readonly content: PartContent;
  /** File name; by default that of a `File`, and none for anything without a name. */
  readonly filename?: string;
  /** Media type; by default that of a `Blob`, none for text, else `application/octet-stream`. */
  readonly contentType?: string;
  /** Further fields of the part's head. */
  readonly headers?: HeadersInput;
}

/** One value of a multipart form. */
export type PartInput = PartContent | Part;

/** What the `multipart` option takes: `FormData`, an object (arrays repeat the name), or pairs. */
export type MultipartInput =
  | FormData
  | Iterable<readonly [string, PartInput]>
  | { readonly [name: string]: PartInput | readonly PartInput[] | null | undefined };

/** A form up to this size, in memory as a whole, goes out as one piece: cheaper than a write per part. */
const SMALL_FORM = 64 * 1024;

const encoder = new TextEncoder();

/** Makes the body of a multipart form. Throws `TypeError` that names the part that cannot be sent. */
export function multipartBody(input: MultipartInput): Body {
  const boundary = makeBoundary();
  const type = `multipart/form-data; boundary=${boundary}`;
  const isForm = typeof FormData === "function" && input instanceof FormData;
  const segments: (Uint8Array | NamedBody)[] = [];
  let lead = "";
  for (const [name, value] of formPairs<PartInput | null | undefined>(input as Iterable<[string, PartInput]>)) {
    const part = isPart(value) ? value : { content: value };
    const body = contentBody(name, part.content, isForm);
    segments.push(encoder.encode(`${lead}--${boundary}\r\n${partHead(name, part, body)}\r\n`), { name, body });
    lead = "\r\n";
  }
  segments.push(encoder.encode(`${lead}--${boundary}--\r\n`));
  const form = new MultipartBody(type, segments);
  return form.collected() ?? form;
}

/** 128 random bits: no content can be made to hold the boundary. */
function makeBoundary(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  let text = "----formboundary";
  for (const byte of random) text += byte.toString(16).padStart(2, "0");
  return text;
}

function isPart(value: PartInput): value is Part {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "content");
}

function contentBody(name: string, content: PartContent, isForm: boolean): Body {
  if (typeof content === "function" || (typeof content === "object" && !(content instanceof Date))) {
    if (content !== null) return sourceBody(content, `the part ${quote(name)}`);
  }
  const text = paramText(name, content as ParamValue, "send the part");
  // `FormData` normalises line ends when it is sent; text that was given to us stays as it is.
  return new BytesBody(encoder.encode(isForm ? normalizeLineEnds(text) : text), null, "text");
}

function partHead(name: string, part: Part, body: Body): string {
  const { content } = part;
  const filename = own(part, "filename") ?? filenameOf(content);
  const isTextPart = body.kind === "text";
  const contentType = own(part, "contentType") ?? body.contentType ?? (isTextPart ? null : "application/octet-stream");
  let head = `Content-Disposition: form-data; name="${escapeName(normalizeLineEnds(name))}"`;
  if (filename !== undefined) head += `; filename="${escapeName(filename)}"`;
  head += "\r\n";
  if (contentType !== null) {
    assertMediaType(contentType);
    head += `Content-Type: ${contentType}\r\n`;
  }
  for (const [field, value] of HeaderList.from(own(part, "headers")).pairs) {
    if (/^content-(?:disposition|type)$/i.test(field)) {
      throw new TypeError(
        `Cannot send the part ${quote(name)}: ${field} stands among its headers, expected filename or contentType`,
      );
    }
    head += `${field}: ${value}\r\n`;
  }
  return head;
}

function filenameOf(content: PartContent): string | undefined {
  if (typeof content !== "object" || content === null) return undefined;
  const name = (content as { name?: unknown }).name;
  if (isBlob(content)) return typeof name === "string" ? withoutDirectory(name) : "blob";
  return isByteSource(content) && typeof name === "string" ? withoutDirectory(name) : undefined;
}

/** A runtime may call a file by its whole path: that is nobody's business. */
function withoutDirectory(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Line ends as CR LF (WHATWG "replace every occurrence of…"). */
function normalizeLineEnds(text: string): string {
  return text.replaceAll(/\r\n?|\n/g, "\r\n");
}

/** What would end the quotes or the line, and every other control character, percent-encoded. */
function escapeName(text: string): string {
  return text.replaceAll(
    // deno-lint-ignore no-control-regex
    /["\u0000-\u001f\u007f]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

interface NamedBody {
  readonly name: string;
  readonly body: Body;
}

class MultipartBody implements Body {
  readonly contentType: string;
  readonly kind: string;
  readonly length: number | undefined;
  readonly replayable: boolean;
  readonly bytes = undefined;
  readonly #segments: readonly (Uint8Array | NamedBody)[];
  #opened = false;

  constructor(contentType: string, segments: readonly (Uint8Array | NamedBody)[]) {
    this.contentType = contentType;
    this.#segments = segments;
    let length: number | undefined = 0;
    let once: NamedBody | undefined;
    for (const segment of segments) {
      const own: number | undefined = segment instanceof Uint8Array ? segment.length : segment.body.length;
      length = length === undefined || own === undefined ? undefined : length + own;
      if (!(segment instanceof Uint8Array) && !segment.body.replayable) once ??= segment;
    }
    this.length = length;
    this.replayable = once === undefined;
    this.kind = once ? `a multipart form with ${once.body.kind} (${quote(once.name)})` : "a multipart form";
  }

  /** The same form in one piece, if it is small and all in memory. */
  collected(): Body | undefined {
    if (this.length === undefined || this.length > SMALL_FORM) return undefined;
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const segment of this.#segments) {
      const bytes = segment instanceof Uint8Array ? segment : segment.body.bytes;
      if (bytes === undefined) return undefined;
      whole.set(bytes, at);
      at += bytes.length;
    }
    return new BytesBody(whole, this.contentType, this.kind);
  }

  open(): BodyReader {
    if (this.#opened && !this.replayable) {
      throw new BodyUsedError(
        `Cannot send the body again: ${this.kind} can be read once, ` +
          "pass a function that returns a new content to make the form replayable",
        { phase: "write", progress: "unsent" },
      );
    }
    this.#opened = true;
    return new MultipartReader(this.#segments);
  }
}

class MultipartReader implements BodyReader {
  readonly #segments: readonly (Uint8Array | NamedBody)[];
  #at = 0;
  #part: NamedBody | undefined;
  #reader: BodyReader | undefined;
  #given = 0;
  readonly #take = (chunk: Uint8Array | null): MaybePromise<Uint8Array | null> => this.#checked(chunk) ?? this.read();

  constructor(segments: readonly (Uint8Array | NamedBody)[]) {
    this.#segments = segments;
  }

  read(): MaybePromise<Uint8Array | null> {
    for (;;) {
      if (this.#reader === undefined) {
        const segment = this.#segments[this.#at++];
        if (segment === undefined) return null;
        if (segment instanceof Uint8Array) return segment;
        this.#part = segment;
        this.#given = 0;
        this.#reader = segment.body.open();
      }
      const chunk = this.#reader.read();
      if (chunk instanceof Promise) return chunk.then(this.#take);
      const bytes = this.#checked(chunk);
      if (bytes !== null) return bytes;
    }
  }

  /** A part must keep to its length: else the bytes of the next one would be taken for its own. */
  #checked(chunk: Uint8Array | null): Uint8Array | null {
    const { name, body } = this.#part!;
    const given = this.#given += chunk?.length ?? 0;
    const wanted = body.length;
    if (wanted !== undefined && (given > wanted || (chunk === null && given < wanted))) {
      throw new LocalProtocolError(
        `Cannot send the part ${quote(name)}: ${body.kind} gave ${given}${
          chunk ? " or more" : ""
        } bytes, expected ${wanted}`,
        { progress: "sent" },
      );
    }
    if (chunk === null) this.#reader = undefined;
    return chunk;
  }

  cancel(reason?: unknown): void {
    this.#at = this.#segments.length;
    this.#reader?.cancel(reason);
    this.#reader = undefined;
  }
}
