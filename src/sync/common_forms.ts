/**
 * Owns the forms of values that cross by value in both directions.
 * Must not know threads, nor anything that is lent rather than copied.
 * Invariant: what comes out is of the same class and equal.
 */

import { HeaderList } from "../http/header_list.ts";
import { AttemptRecord, type ConnectionFacts } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import { RequestUrl } from "../http/request_url.ts";
import { KIND } from "./kinds.ts";
import type { Form } from "./pack.ts";

/** The form of a value that is copied; `undefined` for any other. */
export function commonForm(value: object | symbol): Form | undefined {
  if (typeof value === "symbol") return { kind: KIND.symbol, payload: value.description };
  if (value instanceof HeaderList) return { kind: KIND.headerList, payload: flatFields(value) };
  if (value instanceof FactsForm) return { kind: KIND.facts, payload: factsParts(value.read()) };
  if (value instanceof RequestUrl) return { kind: KIND.requestUrl, payload: urlParts(value) };
  if (value instanceof Date) return { kind: KIND.date, payload: value.getTime() };
  if (value instanceof URL) return { kind: KIND.url, payload: value.href };
  if (value instanceof URLSearchParams) return { kind: KIND.searchParams, payload: value.toString() };
  if (value instanceof Map) return { kind: KIND.map, payload: [...value] };
  if (value instanceof Set) return { kind: KIND.set, payload: [...value] };
  if (typeof Headers === "function" && value instanceof Headers) {
    return { kind: KIND.headerList, payload: flatFields(HeaderList.from(value)) };
  }
  if (ArrayBuffer.isView(value)) return bytesForm(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return bytesForm(value, 0, value.byteLength);
  if (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer) {
    return bytesForm(value, 0, value.byteLength);
  }
  return undefined;
}

/** What a form of this kind is made into; `undefined` when the kind is not one of these. */
export function makeCommon(kind: number, payload: unknown): { readonly value: unknown } | undefined {
  switch (kind) {
    case KIND.symbol:
      return { value: Symbol(payload as string | undefined) };
    case KIND.date:
      return { value: new Date(payload as number) };
    case KIND.url:
      return { value: new URL(payload as string) };
    case KIND.searchParams:
      return { value: new URLSearchParams(payload as string) };
    case KIND.map:
      return { value: new Map(payload as [unknown, unknown][]) };
    case KIND.set:
      return { value: new Set(payload as unknown[]) };
    case KIND.headerList:
      return { value: fieldsOf(payload as string[]) };
    case KIND.requestUrl:
      return { value: urlOf(payload as UrlParts) };
    case KIND.facts:
      return { value: factsOf(payload as unknown[]) };
    case KIND.pairs:
      return { value: payload };
    default:
      return undefined;
  }
}

/** Any view of bytes arrives as plain bytes. */
function bytesForm(buffer: ArrayBufferLike, offset: number, length: number): Form {
  return { kind: KIND.pairs, payload: new Uint8Array(buffer, offset, length) };
}

/** Names and values by turns. */
export function flatFields(list: HeaderList): string[] {
  const flat: string[] = [];
  for (const [name, value] of list.pairs) flat.push(name, value);
  return flat;
}

/** The list of names and values by turns. */
export function fieldsOf(flat: readonly string[]): HeaderList {
  if (flat.length === 0) return HeaderList.empty;
  const pairs: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) pairs.push([flat[at]!, flat[at + 1]!]);
  return HeaderList.trusted(pairs);
}

/** A URL as it crosses: text alone, or with its user info. */
export type UrlParts = string | readonly [url: string, username: string, password: string];

/** The parts of a URL. */
export function urlParts(url: RequestUrl): UrlParts {
  return url.hasUserInfo ? [url.toString(), url.username, url.password] : url.toString();
}

/** URLs taken apart lately: the same one comes again and again. */
const urls = new Map<string, RequestUrl>();

/** How many are kept. */
const MAX_URLS = 64;

/** The URL of its parts. */
export function urlOf(parts: UrlParts): RequestUrl {
  if (typeof parts === "string") return urls.get(parts) ?? keepUrl(parts);
  const url = new URL(parts[0]);
  url.username = encodeURIComponent(parts[1]);
  url.password = encodeURIComponent(parts[2]);
  return new RequestUrl(url);
}

/** Where the error stands in the list of an attempt. */
export const ERROR_AT = 5;

function keepUrl(text: string): RequestUrl {
  const url = new RequestUrl(text);
  if (urls.size >= MAX_URLS) urls.delete(urls.keys().next().value!);
  urls.set(text, url);
  return url;
}

/** The facts of a connection, read when they cross; the function is the same for the same facts. */
export class FactsForm {
  readonly read: () => ConnectionFacts;

  constructor(read: () => ConnectionFacts) {
    this.read = read;
  }
}

/** An attempt as a list. The request is left out (`null`) where it is that of the response itself. */
export function attemptParts(attempt: AttemptRecord, request: HttpRequest | null): unknown[] {
  return [
    attempt.number,
    attempt.cause,
    attempt.request === request ? null : attempt.request,
    attempt.delay,
    attempt.status,
    attempt.error,
    attempt.progress,
    attempt.notRetried,
    marksOf(attempt),
    attempt.connectionFacts && new FactsForm(attempt.connectionFacts),
  ];
}

/** As bytes: a list of numbers is read one by one. */
function marksOf({ startedAt, acquiredAt, sentAt, headAt, endedAt, dns, connect, tls }: AttemptRecord): Uint8Array {
  return new Uint8Array(Float64Array.of(startedAt, acquiredAt, sentAt, headAt, endedAt, dns, connect, tls).buffer);
}

function factsParts({ id, protocol, reused, remoteAddress, localAddress, proxy, tls }: ConnectionFacts): unknown[] {
  return [id, protocol, reused, remoteAddress, localAddress, proxy, tls];
}

function factsOf(parts: readonly unknown[]): ConnectionFacts {
  const [id, protocol, reused, remoteAddress, localAddress, proxy, tls] = parts;
  return { id, protocol, reused, remoteAddress, localAddress, proxy, tls } as ConnectionFacts;
}

/** The attempt of such a list. */
export function attemptOf(parts: readonly unknown[], request: HttpRequest): AttemptRecord {
  const [number, cause, own, delay, status, error, progress, notRetried, marks, facts] = parts;
  const [startedAt, acquiredAt, sentAt, headAt, endedAt, dns, connect, tls] = new Float64Array(
    (marks as Uint8Array<ArrayBuffer>).buffer,
  );
  const attempt = new AttemptRecord(
    number as number,
    cause as AttemptRecord["cause"],
    (own ?? request) as HttpRequest,
    startedAt!,
    delay as number,
  );
  if (facts !== undefined) attempt.connectionFacts = () => ({ ...facts as ConnectionFacts });
  attempt.status = status as AttemptRecord["status"];
  attempt.error = error as AttemptRecord["error"];
  attempt.progress = progress as AttemptRecord["progress"];
  attempt.notRetried = notRetried as AttemptRecord["notRetried"];
  attempt.acquiredAt = acquiredAt!;
  attempt.sentAt = sentAt!;
  attempt.headAt = headAt!;
  attempt.endedAt = endedAt!;
  attempt.dns = dns!;
  attempt.connect = connect!;
  attempt.tls = tls!;
  return attempt;
}
