/**
 * Owns the way from a call's options to its `HttpRequest`.
 * Must not know settings of layers, nor send anything.
 * Invariant: the request is complete: default fields are in it, so that no layer has to copy
 * a request on the way for their sake.
 */

import { after } from "../base/after.ts";
import type { DecodeSettings } from "../core/settings.ts";
import type { Body } from "../http/body.ts";
import { bodyFrom } from "../http/bodies/body_options.ts";
import type { Field } from "../http/header_list.ts";
import { HeaderList, type HeadersInput } from "../http/header_list.ts";
import { HttpRequest } from "../http/request.ts";
import type { RequestUrl } from "../http/request_url.ts";
import { prepareUrl } from "../http/url.ts";
import { acceptEncoding } from "../policy/decode.ts";
import type { KeptOptions } from "./merge.ts";
import type { RequestOptions, URLInput } from "./options.ts";
import { jsonCodecOf } from "./json_codec.ts";
import { callable, oneOf, wrongType } from "./validate.ts";

/** What is sent as User-Agent unless the caller says otherwise. */
export const USER_AGENT = "jetstream/0.1.0";

/** Options of a request, laid over its client's. */
export type PreparedOptions = Omit<KeptOptions, "cookies"> & Omit<RequestOptions, "headers" | "params" | "hooks">;

/** The fields of a client's requests, before those of a request are laid upon them. */
export function defaultHeaders(given: HeaderList | undefined, decode: DecodeSettings | null): HeaderList {
  const fields: Field[] = [["Accept", "*/*"], ["User-Agent", USER_AGENT]];
  const codings = decode === null ? "" : acceptEncoding(decode);
  if (codings !== "") fields.push(["Accept-Encoding", codings]);
  return HeaderList.trusted(fields).merge(given);
}

/** The request for `options`; throws `TypeError` that says what is wrong with them. */
export function prepareRequest(
  method: string,
  url: URLInput,
  base: RequestUrl | null,
  defaults: HeaderList,
  headers: HeadersInput | null | undefined,
  options: PreparedOptions,
): HttpRequest {
  const allowed = options.allowAbsoluteUrls;
  if (allowed !== undefined && typeof allowed !== "boolean") oneOf("allowAbsoluteUrls", allowed, ["same-origin"]);
  const target = prepareUrl({
    base,
    url,
    path: options.path ?? undefined,
    params: options.params,
    allowAbsolute: allowed,
  });
  const body = prepareBody(options);
  let list = headers == null ? defaults : defaults.merge(headers);
  if (body?.contentType != null && !list.has("content-type") && !removes(headers, "content-type")) {
    list = list.withAppended("Content-Type", body.contentType);
  }
  return new HttpRequest(knownMethod(method), target, list, body);
}

const KNOWN_METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "QUERY",
  "CONNECT",
]);

/** Methods of the registry may be written in any case; all others are taken as they are (RFC 9110 §9.1). */
function knownMethod(method: string): string {
  if (typeof method !== "string") throw wrongType("method", method, 'a string such as "GET"');
  const upper = method.toUpperCase();
  return KNOWN_METHODS.has(upper) ? upper : method;
}

function removes(headers: HeadersInput | null | undefined, lowerName: string): boolean {
  if (headers == null || Symbol.iterator in headers) return false;
  return Object.entries(headers).some(([name, value]) => value === null && name.toLowerCase() === lowerName);
}

function prepareBody(options: PreparedOptions): Body | null {
  const body = bodyFrom(options, jsonCodecOf(options.jsonCodec)?.stringify);
  const trailers = options.trailers;
  if (trailers == null) return body;
  callable("trailers", trailers);
  if (body === null) {
    throw new TypeError(
      'Cannot use the option "trailers": there is no body, expected one of body, json, form, multipart',
    );
  }
  return new TrailedBody(body, () => after(trailers(), (fields) => HeaderList.from(fields)));
}

/** A body with trailer fields behind it: its length is left open, so that it goes out chunked. */
class TrailedBody implements Body {
  readonly contentType: string | null;
  readonly length = undefined;
  readonly bytes = undefined;
  readonly replayable: boolean;
  readonly kind: string;
  readonly trailers: NonNullable<Body["trailers"]>;
  readonly open: Body["open"];

  constructor(body: Body, trailers: NonNullable<Body["trailers"]>) {
    this.contentType = body.contentType;
    this.replayable = body.replayable;
    this.kind = body.kind;
    this.trailers = trailers;
    this.open = () => body.open();
  }
}
