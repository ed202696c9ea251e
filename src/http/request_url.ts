/**
 * Owns the parsed form of an absolute http or https URL.
 * Must not know base URLs, templates or parameters (`url.ts`), nor routes.
 * Invariant: there is one parser, the platform's `URL`; everything that decides by host or
 * origin (pool, redirects, cookies, proxies, guards) reads the parts from here.
 */

import { inspectAs } from "../base/inspect.ts";
import { maskUrl } from "../base/redact.ts";
import { quote } from "./field_grammar.ts";

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** An absolute http or https URL, taken apart once. */
export class RequestUrl {
  /** The whole URL without user info and fragment. */
  readonly href: string;
  /** Scheme without the colon. */
  readonly scheme: "http" | "https";
  /** Host name in lower case (IDNA form) or address; IPv6 without brackets. */
  readonly hostname: string;
  /** The port, the scheme's default filled in. */
  readonly port: number;
  /** What the Host field says: host, and the port unless it is the default. */
  readonly authority: string;
  /** Scheme, host and port (RFC 6454), as `URL.origin` writes it. */
  readonly origin: string;
  /** Path and query: the request target in origin form. */
  readonly target: string;
  /** The fragment with its `#`, or empty. */
  readonly fragment: string;
  /** User name, decoded; empty if none. */
  readonly username: string;
  readonly #password: string;

  /** Takes an absolute URL apart; throws `TypeError` that says what is wrong with it. */
  constructor(input: string | URL) {
    const url = typeof input === "object" && input !== null ? input : parse(input);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      // `user:password@host` reads as a URL of the scheme `user`.
      const found = /^[^/?#]*@/.test(url.href)
        ? "it has user info and no scheme"
        : `its scheme is ${quote(url.protocol)}`;
      throw new TypeError(`Cannot request ${quote(maskUrl(url.href))}: ${found}, expected http: or https:`);
    }
    this.scheme = url.protocol === "https:" ? "https" : "http";
    const host = url.hostname;
    this.hostname = host.startsWith("[") ? host.slice(1, -1) : host;
    this.port = url.port === "" ? DEFAULT_PORT[this.scheme] : Number(url.port);
    this.authority = url.host;
    this.origin = `${url.protocol}//${url.host}`;
    this.target = `${url.pathname}${url.search}`;
    this.fragment = url.hash;
    this.href = `${this.origin}${this.target}`;
    this.username = decode(url.username);
    this.#password = decode(url.password);
  }

  /** Password of the user info, decoded; empty if none. */
  get password(): string {
    return this.#password;
  }

  /** Whether the URL carried user info. */
  get hasUserInfo(): boolean {
    return this.username !== "" || this.#password !== "";
  }

  /** The URL without user info, fragment included: safe to hand out. */
  toString(): string {
    return this.href + this.fragment;
  }

  /** The URL without user info and fragment, secret-looking query values masked: safe to log. */
  toJSON(): string {
    return maskUrl(this.href);
  }

  static {
    inspectAs(this, (url) => `RequestUrl ${url.toJSON()}`);
  }
}

/** Whether `text` begins with a scheme: then it is not relative. */
export function hasScheme(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text);
}

/**
 * Throws `TypeError` when `text` holds what the URL parser would remove without a word:
 * control characters, and spaces at the ends.
 */
export function assertUrlText(text: string): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x20 && code !== 0x7f) continue;
    if (code === 0x20 && at > 0 && at < text.length - 1) continue;
    const found = `U+${code.toString(16).toUpperCase().padStart(4, "0")} at position ${at}`;
    throw new TypeError(`Cannot read the URL ${quote(maskUrl(text))}: it holds ${found}`);
  }
}

function parse(input: string): URL {
  if (typeof input !== "string") {
    throw new TypeError(
      `Cannot read the URL: it is a ${input === null ? "null" : typeof input}, expected a string or URL`,
    );
  }
  assertUrlText(input);
  if (!hasScheme(input)) throw unreadable(input, "it is relative and there is no baseUrl");
  // The parser would take a host out of `http:host` and `http:///host`; other parsers would not.
  if (/^https?:(?!\/\/[^/\\])/i.test(input)) throw unreadable(input, "its scheme is not followed by //host");
  try {
    return new URL(input);
  } catch {
    // No cause: some runtimes put the whole input on it, password and all.
    throw unreadable(input, "it is malformed");
  }
}

function unreadable(input: string, reason: string): TypeError {
  const url = quote(maskUrl(input));
  return new TypeError(`Cannot read the URL ${url}: ${reason}, expected an absolute http or https URL`);
}

function decode(text: string): string {
  if (text === "") return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
