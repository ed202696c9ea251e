/**
 * Owns the reading of what the web's `fetch` is called with: an input and its `init`.
 * Must not know how a call is made, nor the response.
 * Invariant: every member that would change what goes out is acted upon or refused by name; only
 * those that mean something to a page in a browser alone (`mode`, `referrer` …) have no effect.
 */

import type { BodyInput } from "../http/bodies/body_of.ts";
import { readAhead } from "../http/bodies/read_ahead.ts";
import type { MaybePromise } from "../http/body.ts";
import type { RequestOptions } from "./options.ts";

/** What `client.fetch` takes beside the URL: the web's, with `duplex` for bodies that are streams. */
export interface FetchInit extends RequestInit {
  /** Required by some runtimes for a stream as body; the response is waited for either way. @default {"half"} */
  duplex?: "half";
}

/** A call to `fetch`, as a call of the client. */
export interface FetchCall {
  readonly method: string;
  readonly url: string | URL;
  readonly options: RequestOptions;
}

/** Fields that follow from URL, connection and body: those of an incoming request that is passed on are wrong here. */
const ENGINE_FIELDS = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Members by which runtimes let a `fetch` go another way, and the option that does it here. */
const FOREIGN_MEMBERS: Readonly<Record<string, string>> = {
  agent: "pool, tls or proxy",
  client: "pool, tls or proxy",
  decompress: "decompress",
  dispatcher: "pool, tls or proxy",
  integrity: "a digest of your own over the body",
  proxy: "proxy",
  tls: "tls",
  unix: "unix",
};

const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

const CACHE_FIELDS: Readonly<Record<string, readonly (readonly [name: string, value: string])[]>> = {
  default: [],
  "force-cache": [],
  "no-cache": [["cache-control", "max-age=0"]],
  "no-store": [["pragma", "no-cache"], ["cache-control", "no-cache"]],
  reload: [["pragma", "no-cache"], ["cache-control", "no-cache"]],
};

/** Reads the arguments of a `fetch`. Throws `TypeError` for what the web's refuses as well. */
export function fetchCall(input: string | URL | Request, init: FetchInit = {}): MaybePromise<FetchCall> {
  if (typeof init !== "object" || init === null) throw new TypeError("Cannot fetch: init is not an object");
  refuseForeign(init);
  const request = isRequest(input) ? input : undefined;
  const method = methodOf(init.method ?? request?.method ?? "GET");
  const hasBody = init.body != null || (init.body === undefined && request?.body != null);
  if (hasBody && (method === "GET" || method === "HEAD")) {
    throw new TypeError(`Cannot fetch: ${method} is given a body, expected none`);
  }
  if (request?.bodyUsed && init.body == null) {
    throw new TypeError("Cannot fetch: the body of the Request was read, expected one that nobody has read");
  }
  const headers = new Headers(init.headers ?? request?.headers);
  for (const name of ENGINE_FIELDS) headers.delete(name);
  addCacheFields(headers, init.cache ?? request?.cache ?? "default");
  const signal = init.signal === undefined ? request?.signal : init.signal;
  const options: RequestOptions = {
    headers,
    // A status is the caller's to judge, as the web has it.
    raiseForStatus: false,
    ...redirectOptions(init.redirect ?? request?.redirect ?? "follow"),
    ...((init.credentials ?? request?.credentials) === "omit" ? { cookies: false, auth: null } : {}),
    ...(signal == null ? {} : { signal }),
  };
  const url = request?.url ?? (input as string | URL);
  if (!hasBody) return { method, url, options };
  if (init.body != null) return { method, url, options: { ...options, body: sourceOf(init.body) } };
  // A body that was given as text or bytes comes out of a Request as a stream: it is made what it was.
  return readAhead(request!.body!).then((body) => ({ method, url, options: { ...options, body: body as BodyInput } }));
}

/** By what it can do: a Request of another realm, or of a package, is one as well. */
function isRequest(input: unknown): input is Request {
  return typeof input === "object" && input !== null && "url" in input && "method" in input && "headers" in input;
}

function refuseForeign(init: object): void {
  for (const [name, instead] of Object.entries(FOREIGN_MEMBERS)) {
    const value = (init as Record<string, unknown>)[name];
    if (value === undefined || value === null || value === "") continue;
    throw new TypeError(`Cannot fetch: "${name}" has no effect here, expected ${instead} on the client`);
  }
}

function methodOf(value: string): string {
  const method = String(value);
  if (FORBIDDEN_METHODS.has(method.toUpperCase())) {
    throw new TypeError(`Cannot fetch: the method is ${method}, expected none of CONNECT, TRACE and TRACK`);
  }
  return method;
}

function addCacheFields(headers: Headers, cache: string): void {
  for (const [name, value] of CACHE_FIELDS[known("cache", cache, Object.keys(CACHE_FIELDS))]!) {
    if (!headers.has(name)) headers.set(name, value);
  }
}

function known(member: string, value: string, wanted: readonly string[]): string {
  if (wanted.includes(value)) return value;
  throw new TypeError(`Cannot fetch: "${member}" is ${JSON.stringify(value)}, expected one of ${wanted.join(", ")}`);
}

function redirectOptions(mode: string): Pick<RequestOptions, "redirect"> {
  switch (known("redirect", mode, ["follow", "manual", "error"])) {
    case "manual":
      return { redirect: false };
    case "error":
      return { redirect: { policy: () => "error" } };
    default:
      return {};
  }
}

/** The web takes anything else than its kinds of body as text. */
function sourceOf(body: unknown): BodyInput {
  if (typeof body !== "object" || body === null) return String(body);
  const known = ArrayBuffer.isView(body) || body instanceof URLSearchParams || body instanceof FormData ||
    /^\[object (?:Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(body)) ||
    "getReader" in body || "stream" in body || Symbol.asyncIterator in body;
  return known ? body as BodyInput : String(body);
}
