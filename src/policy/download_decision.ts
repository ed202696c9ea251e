/**
 * Owns what a download asks for, and what is done with the answer (RFC 9110 §13.1.5, §14, §15.3.7).
 * Must not know files, layers or time; all it needs is handed in.
 * Invariant: bytes of two representations never come into one file: a part is continued only with
 * a strong validator, from its own end, up to its own length; any doubt starts anew.
 */

import { RemoteProtocolError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import { parseHttpDate } from "../http/date.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";

/** What is on disk of a file that was not finished. */
export interface KeptPart {
  /** Bytes on disk. */
  readonly size: number;
  /** A strong entity tag, or the date of the last change: what goes into If-Range. */
  readonly validator: string;
  /** Bytes of the whole file; `undefined` when the server did not tell. */
  readonly total: number | undefined;
}

/** What is done with a response. */
export type DownloadStep =
  /** Its body goes to the end of the part: `length` bytes, of `total`. */
  | { readonly step: "append"; readonly length: number; readonly total: number }
  /** Its body is the whole file. */
  | { readonly step: "write" }
  /** The part is the whole file. */
  | { readonly step: "complete" }
  /** The part is of no use: the same is asked again without it. */
  | { readonly step: "restart"; readonly reason: string }
  /** The status is the outcome of the call. */
  | { readonly step: "pass" };

/** The head of a response. */
export interface DownloadHead {
  readonly status: number;
  readonly headers: HeaderList;
  /** Bytes that the head announced for the body. */
  readonly length: number | undefined;
}

/** An entity tag that is strong and says something; kept, so of limited length. */
const STRONG_TAG = /^"[\x21\x23-\x7e\x80-\xff]{1,1024}"$/;

/**
 * Milliseconds that a file must be older than its response for its date to be a strong validator:
 * it may change twice in a second, and the clocks of a server may differ (RFC 9110 §8.8.2.2).
 */
const SETTLED = 60_000;

/**
 * What proves later that the file is still the same; `undefined` when nothing does. A weak tag
 * rules the date out too (RFC 9110 §13.1.5).
 */
export function validatorOf(headers: HeaderList, now: number): string | undefined {
  const tag = headers.get("etag");
  if (tag !== null) return STRONG_TAG.test(tag) ? tag : undefined;
  const changed = headers.get("last-modified");
  const sent = headers.get("date");
  if (changed === null || sent === null) return undefined;
  const age = (parseHttpDate(sent, now) ?? NaN) - (parseHttpDate(changed, now) ?? NaN);
  return age >= SETTLED ? changed : undefined;
}

/** Whether `value` may stand in If-Range: what comes from a disk is not trusted. */
export function isValidator(value: unknown): value is string {
  return typeof value === "string" && (STRONG_TAG.test(value) || parseHttpDate(value, 0) !== undefined);
}

/** The request for what is missing; for the whole file when nothing is there. */
export function rangeRequest(request: HttpRequest, part: KeptPart | undefined): HttpRequest {
  if (part === undefined) return request;
  return request.withHeader("Range", `bytes=${part.size}-`).withHeader("If-Range", part.validator);
}

/**
 * Decides about the response to a request for `part` (`undefined`: for the whole file).
 * Throws `RemoteProtocolError` for a range that nobody asked for.
 */
export function decideDownload(part: KeptPart | undefined, head: DownloadHead): DownloadStep {
  const { status } = head;
  if (part === undefined) {
    if (status !== 206) return status >= 200 && status < 300 ? { step: "write" } : { step: "pass" };
    throw new RemoteProtocolError("Cannot download: the server sent a part of the file, expected the whole file");
  }
  if (status === 206) return decideRange(part, head);
  if (status === 416) return decideUnsatisfied(part, head);
  return status >= 200 && status < 300 ? { step: "write" } : { step: "pass" };
}

function decideRange(part: KeptPart, { headers, length }: DownloadHead): DownloadStep {
  const field = headers.get("content-range");
  const range = field === null ? undefined : parseContentRange(field);
  if (range === undefined || range.total === undefined) {
    return restart(`the Content-Range is ${quote(field)}, expected a range of a known length`);
  }
  if (range.start !== part.size) return restart(`the range begins at ${range.start}, expected ${part.size}`);
  if (part.total !== undefined && range.total !== part.total) {
    return restart(`the file has ${range.total} bytes, expected ${part.total}`);
  }
  if (changed(part, headers)) return restart("the entity tag is another one");
  const wanted = range.end - range.start + 1;
  if (length !== undefined && length !== wanted) {
    return restart(`the range has ${wanted} bytes, but the body ${length}`);
  }
  return { step: "append", length: wanted, total: range.total };
}

/** Nothing lies behind the part: because it is the whole file, or because it is none of this file. */
function decideUnsatisfied(part: KeptPart, { headers }: DownloadHead): DownloadStep {
  const field = headers.get("content-range");
  const match = field === null ? null : /^bytes \*\/(\d{1,15})$/i.exec(field);
  const total = match === null ? undefined : Number(match[1]);
  if (total !== part.size) {
    return restart(`the file has ${total ?? "an unknown number of"} bytes, but ${part.size} are on disk`);
  }
  if (part.total !== undefined && part.total !== total) {
    return restart(`the file has ${total} bytes, expected ${part.total}`);
  }
  return changed(part, headers) ? restart("the entity tag is another one") : { step: "complete" };
}

function changed(part: KeptPart, headers: HeaderList): boolean {
  const tag = headers.get("etag");
  return tag !== null && part.validator.startsWith('"') && tag !== part.validator;
}

function restart(reason: string): DownloadStep {
  return { step: "restart", reason };
}

/** A range of bytes; `end` is the last one. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly total: number | undefined;
}

/** Reads a Content-Range of bytes (RFC 9110 §14.4); `undefined` when it is none, or one that cannot be. */
export function parseContentRange(value: string): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(?:(\d{1,15})|\*)$/i.exec(value);
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]);
  const total = match[3] === undefined ? undefined : Number(match[3]);
  if (end < start || (total !== undefined && end >= total)) return undefined;
  return { start, end, total };
}
