/**
 * Owns the public `proxy` option, and what the environment says in its place.
 * Must not know how a proxy is spoken to.
 * Invariant: an explicit option is the whole truth; the environment is read only without one.
 */

import type { Runtime } from "../core/runtime.ts";
import type { ProxyChoice, ProxyTarget } from "../core/settings.ts";
import { quote } from "../http/field_grammar.ts";
import type { HeadersInput } from "../http/header_list.ts";
import { bypassesProxy, type NoProxyRule, parseNoProxy } from "../http/no_proxy.ts";
import { type ProxyVariable, readProxyEnv } from "../http/proxy_env.ts";
import type { RequestUrl } from "../http/request_url.ts";
import type { AuthInput, TlsOptions } from "./options.ts";
import { makeProxy } from "./proxy_target.ts";
import { parseProxyUrl } from "./proxy_url.ts";
import { listOf, record, text, wrongType } from "./validate.ts";

/**
 * A proxy: its URL, or more about it, or one per scheme of the request. An explicit proxy is used for
 * every host; the environment, NO_PROXY included, is not read then.
 *
 * Schemes: `http`, `https`, `socks4`, `socks4a`, `socks5`, `socks5h`; the proxy resolves names with
 * `socks4a` and `socks5h`, this machine does with `socks4` and `socks5`. User info in the URL is
 * Basic authentication, or the user and password of SOCKS.
 */
export type ProxyInput = string | URL | ProxyOptions | ProxyByScheme;

/** One proxy, and how to speak to it. */
export interface ProxyOptions {
  /** Such as `http://user:password@proxy.example:3128`. */
  url: string | URL;
  /** User and password, or for an HTTP proxy any scheme, in the place of user info in the URL. @default {none} */
  auth?: AuthInput | null;
  /** Fields for an HTTP proxy, on CONNECT and on each http request that it forwards. @default {none} */
  headers?: HeadersInput | null;
  /** TLS to an https proxy. The `tls` option of the client is for origins and does not hold here. @default {see tls} */
  tls?: TlsOptions | null;
}

/** A proxy for each scheme of the request's URL. */
export interface ProxyByScheme {
  /** For http URLs; `null` for none. @default {all} */
  http?: string | URL | ProxyOptions | null;
  /** For https URLs; `null` for none. @default {all} */
  https?: string | URL | ProxyOptions | null;
  /** For URLs whose scheme has no entry of its own. @default {null} */
  all?: string | URL | ProxyOptions | null;
  /**
   * Hosts that are reached without a proxy, as NO_PROXY writes them: `example.com` with all below it,
   * `*.example.com`, addresses, networks such as `10.0.0.0/8`, each with `:port` if need be, or `*`.
   * @default {[]}
   */
  no?: string | readonly string[] | null;
}

/** Where files and the environment come from. */
type Host = Pick<Runtime, "env" | "files">;

const OPTION_NAMES = ["url", "auth", "headers", "tls"] as const satisfies readonly (keyof ProxyOptions)[];
const SCHEME_NAMES = ["http", "https", "all", "no"] as const satisfies readonly (keyof ProxyByScheme)[];

/** Without a prototype, so that nothing can be added to it from outside. */
const NO_OPTIONS: Omit<ProxyOptions, "url"> = Object.freeze(Object.create(null));

/** The proxies in force for a value of the `proxy` option; without one, those of the environment if it is trusted. */
export function resolveProxy(value: ProxyInput | false | undefined, trustEnv: boolean, host: Host): ProxyChoice | null {
  if (value === false) return null;
  if (value === undefined) return trustEnv ? fromEnv(host) : null;
  if (typeof value === "string" || value instanceof URL || isOptions(value)) {
    const proxy = resolveOne("proxy", value, host);
    return chooseBetween(proxy, proxy, []);
  }
  const given = record<ProxyByScheme>("proxy", value, SCHEME_NAMES);
  const one = (name: "http" | "https" | "all"): ProxyTarget | null =>
    given[name] == null ? null : resolveOne(`proxy.${name}`, given[name], host);
  const all = one("all");
  return chooseBetween(
    given.http === undefined ? all : one("http"),
    given.https === undefined ? all : one("https"),
    given.no == null ? [] : resolveNo(given.no),
  );
}

function fromEnv(host: Host): ProxyChoice | null {
  const { http, https, no } = readProxyEnv((name) => host.env(name));
  if (http === null && https === null) return null;
  const one = (variable: ProxyVariable | null): ProxyTarget | null => {
    if (variable === null) return null;
    const words = `the environment variable ${variable.name}`;
    return makeProxy(parseProxyUrl(variable.value, words), NO_OPTIONS, { words, option: "proxy" }, host.files);
  };
  // Other programs read NO_PROXY too: what is not of our grammar may be of theirs.
  return chooseBetween(one(http), one(https), parseNoProxy(no).rules);
}

function chooseBetween(
  http: ProxyTarget | null,
  https: ProxyTarget | null,
  no: readonly NoProxyRule[],
): ProxyChoice | null {
  if (http === null && https === null) return null;
  return {
    proxyFor(url: RequestUrl): ProxyTarget | null {
      const proxy = url.scheme === "http" ? http : https;
      return proxy === null || bypassesProxy(no, url.hostname, url.port) ? null : proxy;
    },
  };
}

function resolveNo(value: string | readonly string[]): readonly NoProxyRule[] {
  const entries = typeof value === "string" ? [value] : listOf("proxy.no", value, text);
  const { rules, refused } = parseNoProxy(entries.join(","));
  if (refused.length === 0) return rules;
  throw new TypeError(
    `Cannot use the option "proxy.no": ${quote(refused[0])} is no host, expected a name, an address, a network or "*"`,
  );
}

function isOptions(value: object): value is ProxyOptions {
  return Object.hasOwn(value, "url");
}

function resolveOne(option: string, value: string | URL | ProxyOptions, host: Host): ProxyTarget {
  if (typeof value !== "string" && typeof value !== "object") {
    throw wrongType(option, value, "a URL, or an object with one");
  }
  const whole = typeof value === "string" || value instanceof URL;
  const given = record<ProxyOptions>(option, whole ? { url: value } : value, OPTION_NAMES);
  const source = `the option "${whole ? option : `${option}.url`}"`;
  if (typeof given.url !== "string" && !(given.url instanceof URL)) {
    throw wrongType(`${option}.url`, given.url, "a string or URL");
  }
  const url = parseProxyUrl(String(given.url), source);
  return makeProxy(url, given, { words: `the option "${option}"`, option }, host.files);
}
