/**
 * Owns the head of a request as HTTP/2 wants it (RFC 9113 sections 8.2 and 8.3).
 * Must not know connections.
 * Invariants: pseudo-header fields come first; nothing that concerns one connection goes out; a
 * field that may hold a secret is never indexed.
 */

import { LocalProtocolError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import { isSecretField } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import { ENTRY_OVERHEAD } from "../protocol/h2/hpack_field.ts";
import type { Indexing, OutgoingField } from "../protocol/h2/hpack_encoder.ts";
import type { Route } from "./route.ts";

/** A head, ready to be encoded. */
export interface H2Head {
  readonly fields: readonly OutgoingField[];
  /** Whether neither body nor trailers follow. */
  readonly last: boolean;
  /** Whether the body waits for 100 (Continue). */
  readonly expectContinue: boolean;
  /** The value of its Priority field (RFC 9218). */
  readonly priority: string | undefined;
  /** Its bytes as RFC 9113 section 6.5.2 counts them. */
  readonly size: number;
}

interface KeptHead extends H2Head {
  readonly route: Route;
  readonly wanted: boolean;
}

/** Fields of HTTP/1.1 that say something of one connection: HTTP/2 has other means (section 8.2.2). */
const CONNECTION_FIELDS = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host"];

/** Fields that seldom come twice with the same value. */
const PASSING_FIELDS = [
  ":path",
  "content-length",
  "content-range",
  "date",
  "etag",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "location",
  "range",
  "referer",
];

/**
 * The head of `request` on `route`, made once per request. `most` is what the server says that it takes.
 * Throws `LocalProtocolError`.
 */
export function h2HeadFor(request: HttpRequest, route: Route, expectContinue: boolean, most: number): H2Head {
  let head = request.wire.h2 as KeptHead | undefined;
  if (head === undefined || head.route !== route || head.wanted !== expectContinue) {
    head = { ...makeHead(request, expectContinue), route, wanted: expectContinue };
    request.wire.h2 = head;
  }
  checkListed("head has", head.size, most);
  return head;
}

/** Trailers as HTTP/2 sends them. `most` is what the server says that it takes. Throws `LocalProtocolError`. */
export function h2Trailers(
  pairs: readonly (readonly [name: string, value: string])[],
  most: number,
): readonly OutgoingField[] {
  const fields = pairs.map(([name, value]) => outgoing(name.toLowerCase(), value));
  checkListed("trailers have", listedSize(fields), most);
  return fields;
}

/** The bytes of fields as RFC 9113 section 6.5.2 counts them. */
function listedSize(fields: readonly OutgoingField[]): number {
  return fields.reduce((sum, { name, value }) => sum + name.length + value.length + ENTRY_OVERHEAD, 0);
}

function checkListed(what: string, size: number, most: number): void {
  if (size <= most) return;
  throw new LocalProtocolError(
    `Cannot send the request: its ${what} ${size} bytes, the server takes at most ${most} ` +
      "(its SETTINGS_MAX_HEADER_LIST_SIZE)",
  );
}

function makeHead(request: HttpRequest, wanted: boolean): H2Head {
  const { method, url, body } = request;
  let authority = url.authority;
  let length: string | undefined;
  let priority: string | undefined;
  let expects = false;
  const fields: OutgoingField[] = [];
  for (const [given, value] of request.headers.pairs) {
    const name = given.toLowerCase();
    if (name === "host") authority = value;
    else if (name === "te") checkTe(value);
    else if (name === "transfer-encoding") reject("Transfer-Encoding", "HTTP/2 frames a body by itself");
    else if (name === "content-length") length = once(length, value);
    else if (name === "expect") expects = checkExpect(value);
    else if (name === "priority") priority = value;
    if (!CONNECTION_FIELDS.includes(name) && !name.startsWith("proxy-")) fields.push(outgoing(name, value));
  }
  const size = sizeOf(request);
  if (length !== undefined && length !== String(size ?? "")) {
    reject("Content-Length", `it is ${quote(length)}, the body has ${size ?? "an unknown number of"} bytes`);
  }
  if (size !== undefined && length === undefined) fields.push(outgoing("content-length", String(size)));
  const hasBody = body !== null && size !== 0;
  if (expects && !hasBody) reject("Expect", "there is no body to wait with");
  const expectContinue = expects || (wanted && hasBody);
  if (expectContinue && !expects) fields.push(outgoing("expect", "100-continue"));
  const pseudo = [
    outgoing(":method", method),
    outgoing(":scheme", url.scheme),
    outgoing(":authority", authority),
    outgoing(":path", url.target),
  ];
  const last = body === null || (size === 0 && body.trailers === undefined);
  const all = [...pseudo, ...fields];
  return { fields: all, last, expectContinue, priority, size: listedSize(all) };
}

/** What Content-Length says: also 0, for a method that means something by its body. */
function sizeOf({ body, method }: HttpRequest): number | undefined {
  if (body !== null) return body.trailers === undefined ? body.length : undefined;
  return method === "POST" || method === "PUT" || method === "PATCH" ? 0 : undefined;
}

function outgoing(name: string, value: string): OutgoingField {
  return { name, value, indexing: indexingOf(name) };
}

function indexingOf(name: string): Indexing {
  if (isSecretField(name)) return "secret";
  return PASSING_FIELDS.includes(name) ? "plain" : "index";
}

function checkTe(value: string): void {
  if (value.toLowerCase() !== "trailers") reject("TE", `it is ${quote(value)}, expected "trailers"`);
}

function checkExpect(value: string): boolean {
  if (value.toLowerCase() !== "100-continue") reject("Expect", `it is ${quote(value)}, expected "100-continue"`);
  return true;
}

function once(before: string | undefined, value: string): string {
  if (before !== undefined) reject("Content-Length", "there is more than one, expected one");
  return value;
}

function reject(name: string, why: string): never {
  throw new LocalProtocolError(`Cannot send the field ${name}: ${why}`);
}
