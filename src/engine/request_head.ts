/**
 * Owns what the engine adds to a request's fields, and what it does not let pass.
 * Must not know connections. Framing fields and Expect are checked and added by the codec.
 * Invariants: Host is there once; nothing that concerns one connection goes out unless the
 * engine acts on it; a `Proxy-*` field never reaches an origin.
 */

import { LocalProtocolError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import type { Field } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import { encodeRequestHeadOnce } from "../protocol/h1/request_writer.ts";
import type { EncodedHead } from "../protocol/h1/request_writer.ts";
import type { RequestBody } from "../protocol/h1/request_facts.ts";
import type { Route } from "./route.ts";

interface KeptHead extends EncodedHead {
  readonly route: Route;
  readonly expectContinue: boolean;
}

/** The head of `request` on `route`, encoded once per request. Throws `LocalProtocolError`. */
export function headFor(request: HttpRequest, route: Route, expectContinue: boolean): EncodedHead {
  const kept = request.wire.head as KeptHead | undefined;
  if (kept !== undefined && kept.route === route && kept.expectContinue === expectContinue) return kept;
  const body = framingOf(request);
  const { bytes, facts } = encodeRequestHeadOnce({
    method: request.method,
    target: targetOf(request, route),
    fields: fieldsOf(request, route),
    body,
    expectContinue: expectContinue && body !== "none" && body !== 0,
  });
  const head: KeptHead = { bytes, facts, route, expectContinue };
  request.wire.head = head;
  return head;
}

/** RFC 9112 section 3.2: the origin form, and another one where a proxy or a tunnel is concerned. */
function targetOf(request: HttpRequest, route: Route): string {
  const { url } = request;
  if (request.method === "CONNECT") {
    return url.hostname.includes(":") ? `[${url.hostname}]:${url.port}` : `${url.hostname}:${url.port}`;
  }
  return route.forwarded ? url.href : url.target;
}

/** A method that means something by its body says so when it has none (RFC 9110 section 8.6). */
function framingOf(request: HttpRequest): RequestBody {
  const { body, method } = request;
  if (body === null) return method === "POST" || method === "PUT" || method === "PATCH" ? 0 : "none";
  return body.trailers !== undefined || body.length === undefined ? "chunked" : body.length;
}

function fieldsOf(request: HttpRequest, route: Route): Field[] {
  const fields: Field[] = [];
  let host = false;
  let connection = "";
  let upgrade = false;
  let trailers = false;
  for (const field of request.headers.pairs) {
    const name = field[0];
    // Most fields are told from the special ones by their length and first letter.
    switch (name.length) {
      case 2:
        if (name.toLowerCase() === "te") trailers = acceptsTrailers(field[1]);
        break;
      case 4:
        if (name.toLowerCase() === "host") host = true;
        break;
      case 7:
        if (name.toLowerCase() === "upgrade") upgrade = true;
        break;
      case 10:
        if (name.toLowerCase() === "connection") connection = checkConnection(field[1]);
        else if (name.toLowerCase() === "keep-alive") reject("Keep-Alive", "expected none: the pool keeps connections");
        break;
    }
    if (isProxyField(name) && (!route.forwarded || route.proxy!.headers.has(name))) continue;
    fields.push(field);
  }
  if (upgrade && !names(connection, "upgrade")) reject("Upgrade", 'expected "Connection: upgrade" beside it');
  if (trailers && !names(connection, "te")) {
    if (connection !== "") reject("TE", "expected Connection to name it");
    fields.push(["Connection", "TE"]);
  }
  if (!host) fields.unshift(["Host", request.url.authority]);
  if (route.forwarded) fields.push(...proxyFields(request, route));
  return fields;
}

/** What the proxy is told besides; where the request has a field of the same name, that is for both. */
function proxyFields(request: HttpRequest, route: Route): readonly Field[] {
  return route.proxy!.headers.pairs.filter(([name]) => isProxyField(name) || !request.headers.has(name));
}

function isProxyField(name: string): boolean {
  return name.length > 6 && name[5] === "-" && name.slice(0, 6).toLowerCase() === "proxy-";
}

/** The options of Connection that the engine, or whoever takes the connection over, acts upon. */
const CONNECTION_OPTIONS = ["close", "keep-alive", "upgrade", "te"];

function checkConnection(value: string): string {
  const lower = value.toLowerCase();
  for (const option of lower.split(",")) {
    if (!CONNECTION_OPTIONS.includes(option.trim())) {
      reject("Connection", `it names ${quote(option.trim())}, expected one of ${CONNECTION_OPTIONS.join(", ")}`);
    }
  }
  return lower;
}

function acceptsTrailers(value: string): boolean {
  if (value.toLowerCase() !== "trailers") reject("TE", `it is ${quote(value)}, expected "trailers"`);
  return true;
}

function names(connection: string, option: string): boolean {
  return connection.split(",").some((each) => each.trim() === option);
}

function reject(name: string, why: string): never {
  throw new LocalProtocolError(`Cannot send the field ${name}: ${why}`);
}
