/**
 * Owns the forms of requests and responses, and what they tell of their call.
 * Must not know who lends what; bodies on the wire and identity are the ends' business.
 * Invariant: a response is complete, live or dropped on both sides alike.
 */

import type { Body, IncomingBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { MemoryBody } from "../http/memory_body.ts";
import type { AttemptRecord, CallRecord, ResponseSettings } from "../http/record.ts";
import { HttpRequest } from "../http/request.ts";
import { HttpResponse, type HttpVersion, type ResponseHead } from "../http/response.ts";
import { attemptOf, attemptParts, fieldsOf, flatFields, urlOf, type UrlParts, urlParts } from "./common_forms.ts";

/** A request as it crosses. */
export type RequestParts = readonly [method: string, url: UrlParts, fields: readonly string[], body: Body | null];

/** The parts of a request. */
export function requestParts({ method, url, headers, body }: HttpRequest): RequestParts {
  return [method, urlParts(url), flatFields(headers), body];
}

/** The request of its parts. */
export function requestOf([method, url, fields, body]: RequestParts): HttpRequest {
  return new HttpRequest(method, urlOf(url), fieldsOf(fields), body);
}

/** A response as it crosses. */
export type ResponseParts = readonly [
  head: readonly [status: number, reason: string, version: HttpVersion | undefined, fields: HeaderList],
  request: HttpRequest,
  /** Bytes in memory, a body on the wire, or `null` for one that was dropped. */
  body: Uint8Array | IncomingBody | null,
  trailers: readonly string[] | undefined,
  /** Which of the attempts brought it. */
  at: number,
  attempts: readonly (readonly unknown[])[],
  history: readonly ResponseHead[],
  settings: readonly [parseJson: ResponseSettings["parseJson"], body: number, drain: number],
];

/** What crosses for the body of a response. */
function bodyOf({ live, loaded }: HttpResponse): Uint8Array | IncomingBody | null {
  return live ?? loaded ?? null;
}

/** The parts of a response; `body` crosses in the place of its own. */
export function responseParts(response: HttpResponse, body: unknown = bodyOf(response)): ResponseParts {
  const { status, reason, version, headers, request, attempt, call } = response.parts;
  const { attempts } = call;
  const found = attempts.indexOf(attempt);
  const { live, settings } = response;
  return [
    [status, reason, version, headers],
    request,
    body as Uint8Array | IncomingBody | null,
    live === null && response.trailers.length > 0 ? flatFields(response.trailers) : undefined,
    Math.max(0, found),
    (found < 0 ? [attempt] : attempts).map((one) => attemptParts(one, request)),
    response.history,
    [settings.parseJson, settings.limits.body, settings.limits.drain],
  ];
}

/** The response of its parts. */
export function responseOf(parts: ResponseParts): HttpResponse {
  const [[status, reason, version, fields], request, body, trailers, at, attempts, history, settings] = parts;
  const records: AttemptRecord[] = attempts.map((one) => attemptOf(one, request));
  const [parseJson, limit, drain] = settings;
  const call: CallRecord<ResponseHead> = {
    attempts: records,
    history,
    settings: { parseJson, limits: { body: limit, drain } },
  };
  const response = new HttpResponse({
    status,
    reason,
    version,
    headers: fields,
    request,
    body: body === null ? new MemoryBody(EMPTY) : body instanceof Uint8Array ? null : body,
    attempt: records[at]!,
    call,
  });
  if (body === null) response.drop(0);
  else if (body instanceof Uint8Array) response.complete(body, trailers && fieldsOf(trailers));
  return response;
}

const EMPTY = new Uint8Array(0);
