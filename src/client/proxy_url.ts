/**
 * Owns the reading of a proxy's URL.
 * Must not know where it comes from (an option, a variable) but by the words for it.
 * Invariant: no message holds a part of the URL but its scheme, since any other part of a
 * malformed one may be a password.
 *
 * ```text
 * [scheme://][user[:password]@]host[:port][/]
 *
 * http (the default, port 80), https (443)
 * socks4, socks5     names are resolved here        (port 1080)
 * socks4a, socks5h   names are resolved by the proxy; `socks` means socks5h
 * ```
 */

import type { ProxyTarget } from "../core/settings.ts";
import { quote } from "../http/field_grammar.ts";

/** The schemes that a proxy may have, with their ports. */
const DEFAULT_PORT: Readonly<Record<ProxyTarget["scheme"], number>> = {
  http: 80,
  https: 443,
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  socks5h: 1080,
};

/** A proxy's URL, taken apart. */
export interface ProxyUrl {
  readonly scheme: ProxyTarget["scheme"];
  /** Host name or address in canonical form; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** User, decoded; empty for none. */
  readonly username: string;
  /** Password, decoded; empty for none. */
  readonly password: string;
  /** `scheme://host:port`, safe to print. */
  readonly label: string;
}

/** Takes a proxy's URL apart; `source` says in an error whose value it is. Throws `TypeError`. */
export function parseProxyUrl(text: string, source: string): ProxyUrl {
  const fail = (found: string, wanted = "a URL such as http://host:port"): TypeError =>
    new TypeError(`Cannot use ${source}: ${found}, expected ${wanted}`);
  // The parser would drop control characters without a word.
  if (hasBlankOrControl(text)) throw fail("it holds a space or control character");
  const [prefix = "http://", given = "http"] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text) ?? [];
  const scheme = schemeOf(given.toLowerCase());
  if (scheme === undefined) {
    const known = Object.keys(DEFAULT_PORT).join(", ");
    throw fail(`its scheme is ${quote(given)}`, `one of ${known}`);
  }
  const rest = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  // Behind http and https hosts are canonical, behind the others they would stay as written.
  const url = parse(`http://${rest}`);
  if (url === undefined || /^[/\\]/.test(rest)) throw fail("it is malformed");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") throw fail("it has a path, query or fragment");
  // The parser hides a port that is the scheme's own: one of the two shows it.
  const portText = url.port === "" ? parse(`https://${rest}`)!.port : url.port;
  const port = portText === "" ? DEFAULT_PORT[scheme] : Number(portText);
  if (port === 0) throw fail("its port is 0", "1 to 65535");
  return {
    scheme,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    username: decode(url.username),
    password: decode(url.password),
    label: `${scheme}://${url.hostname}:${port}`,
  };
}

function schemeOf(given: string): ProxyTarget["scheme"] | undefined {
  // What desktops put into ALL_PROXY; the name alone does not say which version.
  if (given === "socks") return "socks5h";
  return Object.hasOwn(DEFAULT_PORT, given) ? given as ProxyTarget["scheme"] : undefined;
}

function hasBlankOrControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    // No cause is kept: some runtimes put the whole input on it, password and all.
    return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
