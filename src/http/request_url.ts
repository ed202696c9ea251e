/**
 * Owns the parsed form of an absolute http or https URL.
 * Must not know base URLs, templates or parameters (`url.ts`), nor routes.
 * Invariant: there is one parser, the platform's `URL`; everything that decides by host or
 * origin (pool, redirects, cookies, proxies, guards) reads the parts from here.
 */

import { maskUserInfo } from "../base/redact.ts";
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
    const url = typeof input === "string" ? parse(input) : input;
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw new TypeError(`Cannot request ${quote(maskUserInfo(url.href))}: its scheme is ${quote(url.protocol)}, expected http: or https:`);
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
}

function parse(input: string): URL {
  if (typeof input !== "string") {
    throw new TypeError(`Cannot read the URL: it is a ${input === null ? "null" : typeof input}, expected a string or URL`);
  }
  try {
    return new URL(input);
  } catch (cause) {
    const relative = !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(input);
    throw new TypeError(
      `Cannot read the URL ${quote(maskUserInfo(input))}: ` +
        (relative ? "it is relative and there is no baseUrl, expected an absolute http or https URL" : "it is malformed, expected an absolute http or https URL"),
      { cause },
    );
  }
}

function decode(text: string): string {
  if (text === "") return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
