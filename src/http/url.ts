/**
 * Owns how the URL of a request comes about: base URL, template, parameters.
 * Must not know routes, nor read any URL by itself: `RequestUrl` holds the one parser.
 * Invariants: a relative URL stays on the origin and below the directory of its base; the
 * bytes of a path and query that were given pass through, only illegal ones are escaped.
 */

import { maskUrl } from "../base/redact.ts";
import { quote } from "./field_grammar.ts";
import { ParamList, type Params } from "./params.ts";
import { fillTemplate, type PathValues } from "./path_template.ts";
import { assertUrlText, hasScheme, RequestUrl } from "./request_url.ts";

/** A URL as callers write it: relative to the base URL, or absolute. */
export type UrlInput = string | URL;

/** Which absolute URLs a client with a base URL requests: those of the base's origin, all, or none. */
export type AllowAbsoluteUrls = "same-origin" | boolean;

/** What the URL of a request is made of. */
export interface UrlParts {
  /** The base URL, from {@linkcode parseBaseUrl}; `null` for none. */
  readonly base?: RequestUrl | null | undefined;
  /** What the caller asked for. */
  readonly url: UrlInput;
  /** Values for the names in braces; without it braces are plain characters. */
  readonly path?: PathValues | undefined;
  /** Parameters to put behind the query. */
  readonly params?: ParamList | Params | undefined;
  /** Which absolute URLs may leave the base; `"same-origin"` by default. Without a base all are fine. */
  readonly allowAbsolute?: AllowAbsoluteUrls | undefined;
}

/** Reads a base URL: absolute, without query and fragment. Throws `TypeError`. */
export function parseBaseUrl(input: UrlInput): RequestUrl {
  const base = new RequestUrl(input);
  if (base.target.includes("?") || base.fragment !== "") {
    throw new TypeError(
      `Cannot use the baseUrl ${
        quote(maskUrl(base.href))
      }: it has a query or fragment, expected a directory (see params)`,
    );
  }
  return base;
}

/**
 * Makes the URL of a request.
 * Throws `TypeError` when the URL is malformed, leaves its base, or does not fit `path`.
 *
 * @example
 * ```ts
 * import { parseBaseUrl, prepareUrl } from "./url.ts";
 *
 * const base = parseBaseUrl("https://api.example.com/v1");
 * prepareUrl({ base, url: "/users/{id}", path: { id: "a/b" }, params: { q: 1 } }).href;
 * // "https://api.example.com/v1/users/a%2Fb?q=1"
 * ```
 */
export function prepareUrl(parts: UrlParts): RequestUrl {
  let text = textOf(parts.url);
  if (parts.path !== undefined) text = fillTemplate(text, parts.path);
  const params = parts.params;
  if (params !== undefined) text = (params instanceof ParamList ? params : ParamList.from(params)).appendTo(text);
  const base = parts.base ?? null;
  const memory = memoryOf(base);
  const known = memory.get(text);
  if (known !== undefined) return known;
  // Not remembered: whether it may be requested depends on more than the text.
  if (base !== null && hasScheme(text)) return absolute(base, text, parts.allowAbsolute ?? "same-origin");
  const url = base === null ? new RequestUrl(text) : join(base, text);
  if (text.length <= LONGEST_REMEMBERED && (base !== null || !url.hasUserInfo)) {
    if (memory.size >= MOST_REMEMBERED) memory.clear();
    memory.set(text, url);
  }
  return url;
}

/** URLs remembered for each base: a program asks for few, again and again, and parsing costs more than all else here. */
const MOST_REMEMBERED = 256;

/** Characters of a URL that is remembered; a longer one is hardly asked for twice. */
const LONGEST_REMEMBERED = 512;

const withoutBase = new Map<string, RequestUrl>();
const byBase = new WeakMap<RequestUrl, Map<string, RequestUrl>>();

/** What was made of texts before: a `RequestUrl` never changes, so one serves all. */
function memoryOf(base: RequestUrl | null): Map<string, RequestUrl> {
  if (base === null) return withoutBase;
  let memory = byBase.get(base);
  if (memory === undefined) byBase.set(base, memory = new Map());
  return memory;
}

function textOf(url: UrlInput): string {
  if (typeof url === "string") return url;
  if (typeof url === "object" && url !== null && typeof url.href === "string") return url.href;
  throw new TypeError(`Cannot read the URL: it is a ${url === null ? "null" : typeof url}, expected a string or URL`);
}

function absolute(base: RequestUrl, text: string, allow: AllowAbsoluteUrls): RequestUrl {
  const url = new RequestUrl(text);
  if (allow === true || (allow === "same-origin" && url.origin === base.origin)) return url;
  const wanted = allow === false ? "a relative URL" : `the origin ${base.origin} of the baseUrl`;
  throw new TypeError(
    `Cannot request ${quote(maskUrl(url.href))}: the URL is absolute, expected ${wanted} (see allowAbsoluteUrls)`,
  );
}

function join(base: RequestUrl, text: string): RequestUrl {
  assertUrlText(text);
  const stop = text.search(/[?#]/);
  const path = stop < 0 ? text : text.slice(0, stop);
  const rest = stop < 0 ? "" : text.slice(stop);
  // Parsers disagree on both: some read a host out of them.
  if (path.includes("\\")) throw outside(base, text, "it holds a backslash");
  if (path.startsWith("//")) throw outside(base, text, "it starts with //");
  if (climbs(path)) throw outside(base, text, "its .. segments leave the baseUrl");
  const directory = base.target.endsWith("/") ? base.target : `${base.target}/`;
  const target = path === "" ? base.target : directory + (path.startsWith("/") ? path.slice(1) : path);
  const url = new URL(`${base.origin}${target}${rest}`);
  if (url.pathname !== target && !url.pathname.startsWith(directory)) {
    throw outside(base, text, "it leaves the baseUrl");
  }
  if (base.hasUserInfo) {
    url.username = encodeURIComponent(base.username);
    url.password = encodeURIComponent(base.password);
  }
  return new RequestUrl(url);
}

/** Whether the `..` segments of a relative path go above where it starts. */
function climbs(path: string): boolean {
  if (!/\.\.|%2e/i.test(path)) return false;
  let depth = 0;
  for (const segment of (path.startsWith("/") ? path.slice(1) : path).split("/")) {
    const dots = segment.replace(/%2e/gi, ".");
    if (dots === "..") depth--;
    else if (dots !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function outside(base: RequestUrl, text: string, reason: string): TypeError {
  return new TypeError(`Cannot request ${quote(maskUrl(text))}: ${reason}, expected a path below ${base.href}`);
}
