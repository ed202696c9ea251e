/**
 * Owns the decision what follows a redirect (RFC 9110 §15.4).
 * Must not know layers, hooks or time; all it needs is handed in.
 * Invariants: only http and https are followed; what goes to another origin is on a list of
 * harmless fields or named by the caller; a next request is made of the one before it, so that
 * what was stripped stays stripped.
 */

import { maskUrl } from "../base/redact.ts";
import type { RedirectSettings } from "../core/settings.ts";
import { quote } from "../http/field_grammar.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import { RequestUrl } from "../http/request_url.ts";
import type { HttpResponse } from "../http/response.ts";
import { isRedirect } from "../http/status.ts";

/** Where a response points, if it is a redirect: the parsed target, or what is wrong with it. */
export type RedirectTarget = { readonly to: URL } | { readonly fault: string };

/** What follows a redirect: a request, or the reason why none does. */
export type RedirectDecision = { readonly next: HttpRequest } | { readonly refusal: string };

/**
 * Fields that tell another origin no more than any request does. `Range` and `If-Range` go
 * together: a resumed download that is sent on to a store must stay one.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  "accept",
  "accept-charset",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "if-range",
  "pragma",
  "priority",
  "range",
  "te",
  "user-agent",
]);

/** Fields that describe a body; they go to another origin if the body does. */
const DESCRIBES_BODY: ReadonlySet<string> = new Set(["content-type", "content-encoding", "content-language"]);

/** Fields that say nothing without a body, besides those that begin with `content-` (§15.4). */
const NEEDS_BODY: ReadonlySet<string> = new Set([
  "digest",
  "expect",
  "last-modified",
  "repr-digest",
  "trailer",
  "transfer-encoding",
]);

/** Whether the body of `response` will not be handed out, whatever else is decided. */
export function isDroppedByRedirect(response: HttpResponse, settings: RedirectSettings): boolean {
  // A policy may yet say "stop", which makes the redirect the result of the call.
  return isRedirect(response.status) && settings.policy === null && locationsOf(response).length > 0;
}

/** Reads where `response` points from `request`; `undefined` when it is no redirect. */
export function redirectTarget(request: HttpRequest, response: HttpResponse): RedirectTarget | undefined {
  if (!isRedirect(response.status)) return undefined;
  const locations = locationsOf(response);
  if (locations.length === 0) return undefined;
  if (locations.length > 1) return { fault: "it has several Location fields that differ" };
  const location = utf8(locations[0]!);
  let to: URL;
  try {
    to = new URL(location, request.url.href);
  } catch {
    return { fault: `its Location is ${quote(maskUrl(location))}, which is no URL` };
  }
  // Credentials are the caller's to give, never the server's.
  to.username = to.password = "";
  if (!location.includes("#")) to.hash = request.url.fragment;
  return { to };
}

/** The method of the request that follows (§15.4.2–15.4.9): POST becomes GET, or anything but HEAD at 303. */
export function redirectMethod(status: number, method: string): string {
  if (status === 303) return method === "HEAD" ? method : "GET";
  return method === "POST" && (status === 301 || status === 302) ? "GET" : method;
}

/** Decides what follows. `earlier` are the redirects of the call so far. */
export function decideRedirect(
  request: HttpRequest,
  response: HttpResponse,
  to: URL,
  settings: RedirectSettings,
  earlier: readonly HttpResponse[],
): RedirectDecision {
  const target = quote(maskUrl(to.href));
  if (to.protocol !== "http:" && to.protocol !== "https:") {
    return { refusal: `it leads to ${target}, expected http: or https:` };
  }
  const url = new RequestUrl(to);
  if (request.url.scheme === "https" && url.scheme === "http" && !settings.allowDowngrade) {
    return { refusal: `it leads from https to ${target} (redirect.allowDowngrade)` };
  }
  if (earlier.length >= settings.max) {
    return { refusal: `it is one more than the limit of ${settings.max} (redirect.max)` };
  }
  if (earlier.some((one) => isSame(one.request, response.request))) {
    return { refusal: "it is a loop: the same request was redirected before" };
  }
  return nextRequest(request, response.status, url, settings);
}

/** A loop is the same method, URL and Cookie field: with another cookie the answer may be another. */
function isSame(one: HttpRequest, other: HttpRequest): boolean {
  return one.method === other.method && one.url.href === other.url.href &&
    one.headers.get("cookie") === other.headers.get("cookie");
}

function nextRequest(
  request: HttpRequest,
  status: number,
  url: RequestUrl,
  settings: RedirectSettings,
): RedirectDecision {
  const method = redirectMethod(status, request.method);
  const sameOrigin = url.origin === request.url.origin;
  const body = method === request.method && status !== 303 ? request.body : null;
  if (body !== null && !sameOrigin && !settings.resendBody) {
    return { refusal: `the body would go to another origin, ${url.origin} (redirect.resendBody)` };
  }
  if (body !== null && !body.replayable) {
    return {
      refusal: `the body is ${body.kind}, which can be read once, expected one that can be read again ` +
        "(such as a function that makes it)",
    };
  }
  let headers = body === null ? withoutBodyFields(request.headers) : request.headers;
  if (!sameOrigin) headers = headers.filter((name) => mayLeave(name, body !== null, settings));
  return { next: request.with({ method, url, headers, body }) };
}

function withoutBodyFields(headers: HeaderList): HeaderList {
  return headers.filter((name) => !name.startsWith("content-") && !NEEDS_BODY.has(name));
}

function mayLeave(name: string, withBody: boolean, settings: RedirectSettings): boolean {
  return HARMLESS.has(name) || settings.keepHeaders.has(name) || (withBody && DESCRIBES_BODY.has(name));
}

/** The Location fields, equal ones taken as one; an empty one says nothing. */
function locationsOf(response: HttpResponse): string[] {
  return [...new Set(response.headers.getAll("location"))].filter((location) => location !== "");
}

/** Servers send UTF-8 where only ASCII is allowed; each byte arrives as one character. */
function utf8(text: string): string {
  let plain = true;
  for (let at = 0; at < text.length && plain; at++) plain = text.charCodeAt(at) < 0x80;
  if (plain) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
  } catch {
    return text;
  }
}
