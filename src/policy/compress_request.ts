/**
 * Owns the content coding of the body to send (RFC 9110 §8.4, RFC 7694).
 * Must not know how bytes are coded.
 * Invariants: a body that the caller has coded is left alone; a body is never made larger in
 * memory; a refusal (415) costs one further request without coding, and none if the body can be
 * read only once.
 */

import type { Call } from "../core/call.ts";
import type { Layer } from "../core/layer.ts";
import type { Codecs, Coding } from "../core/runtime.ts";
import type { Body } from "../http/body.ts";
import { BytesBody } from "../http/bodies/kinds.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { drop } from "./drop.ts";
import { encodeBytes, EncodingBody } from "./encoding_body.ts";

/** Bodies up to this size are coded in memory: their length is then known, and one that grows goes out as it was. */
const SMALL = 64 * 1024;

/** Puts request bodies into the coding of `settings.compress`; `codecs` are the runtime's. */
export function compressLayer(codecs: Codecs): Layer {
  // Attempts of a call send the same body: it is coded once.
  const coded = new WeakMap<Body, Map<Coding, Body>>();
  return async (request, next, call) => {
    const coding = call.settings.compress;
    if (coding === null || !isCompressible(request)) return next(request);
    const body = await encoded(request.body!, coding, codecs, coded);
    if (body === request.body) return next(request);
    const response = await next(withCoding(request, body, coding));
    if (!isRefused(response, coding) || !request.body!.replayable) return response;
    return await sendPlain(request, response, next, call);
  };
}

/** Whether a request has a body that is not in a coding yet. */
export function isCompressible(request: HttpRequest): boolean {
  return request.body !== null && request.body.length !== 0 && !request.headers.has("content-encoding");
}

/** Whether `response` may be about the coding: it says so (RFC 7694 §3), or does not say what it is about. */
export function isRefused(response: Pick<HttpResponse, "status" | "headers">, coding: Coding): boolean {
  if (response.status !== 415) return false;
  const accepted = response.headers.get("accept-encoding");
  return accepted === null || !accepted.split(",").some((one) => one.split(";")[0]!.trim().toLowerCase() === coding);
}

async function encoded(
  body: Body,
  coding: Coding,
  codecs: Codecs,
  kept: WeakMap<Body, Map<Coding, Body>>,
): Promise<Body> {
  let byCoding = kept.get(body);
  if (byCoding === undefined) kept.set(body, byCoding = new Map());
  let result = byCoding.get(coding);
  if (result === undefined) byCoding.set(coding, result = await encode(body, coding, codecs));
  return result;
}

async function encode(body: Body, coding: Coding, codecs: Codecs): Promise<Body> {
  const { bytes } = body;
  if (bytes === undefined || bytes.length > SMALL || body.trailers !== undefined) {
    return new EncodingBody(body, coding, codecs);
  }
  const smaller = await encodeBytes(bytes, coding, codecs);
  return smaller.length < bytes.length ? new BytesBody(smaller, body.contentType, body.kind) : body;
}

function withCoding(request: HttpRequest, body: Body, coding: Coding): HttpRequest {
  const headers = request.headers.without("content-length").withAppended("Content-Encoding", coding);
  return request.with({ headers, body });
}

async function sendPlain(
  request: HttpRequest,
  response: HttpResponse,
  next: (request: HttpRequest) => Promise<HttpResponse>,
  call: Call,
): Promise<HttpResponse> {
  await drop(response, call);
  call.cancel.throwIfCancelled();
  call.cause = "resend";
  return await next(request);
}
