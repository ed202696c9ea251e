/**
 * Owns one resolved proxy: what it is made of, and its checks.
 * Must not know where its URL comes from, nor how a proxy is spoken to.
 * Invariants: an option that a kind of proxy cannot honour is refused; credentials are reachable
 * by name only, never by printing or serialising; two proxies have the same key only when every
 * field is equal.
 */

import { inspectAs } from "../base/inspect.ts";
import type { Auth } from "../core/auth.ts";
import type { Files } from "../core/runtime.ts";
import type { ProxyTarget } from "../core/settings.ts";
import type { TlsSettings } from "../core/tls.ts";
import { quote } from "../http/field_grammar.ts";
import { HeaderList } from "../http/header_list.ts";
import { basicCredentials } from "../policy/auth/basic.ts";
import { proxyIdentity } from "./proxy_identity.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { ProxyUrl } from "./proxy_url.ts";
import { resolveTls } from "./tls_options.ts";

/** Fields that belong to the engine: host, framing and connection. */
const FORBIDDEN = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Bytes of a user or password in SOCKS: their length is one byte (RFC 1929 section 2). */
const LONGEST_SOCKS_TEXT = 255;

/** How a proxy is named in errors, and by what option. */
export interface ProxySource {
  /** Such as `the option "proxy"`, or the variable. */
  readonly words: string;
  /** The option that its parts belong to. */
  readonly option: string;
}

/** Puts a proxy together. Throws `TypeError` that names the source. */
export function makeProxy(
  url: ProxyUrl,
  given: Omit<ProxyOptions, "url">,
  source: ProxySource,
  files: Files | undefined,
): ProxyTarget {
  const refuse = (why: string): TypeError => new TypeError(`Cannot use ${source.words}: ${why}`);
  const login = loginOf(url, given.auth, refuse);
  if (url.scheme !== "https" && given.tls != null) throw refuse(`tls is for https proxies, it is ${url.scheme}`);
  if (url.scheme !== "http" && url.scheme !== "https") {
    if (given.headers != null) throw refuse(`headers are for HTTP proxies, it is ${url.scheme}`);
    return new ResolvedProxy(url, { ...NOTHING, ...socksLogin(url.scheme, login, refuse) }, "");
  }
  const own = given.headers == null ? HeaderList.empty : checkHeaders(HeaderList.from(given.headers), refuse);
  if (login !== null && own.has("proxy-authorization")) {
    throw refuse("it has both credentials and a Proxy-Authorization field, expected one");
  }
  const pair = isPair(login);
  const headers = pair ? own.withAppended("Proxy-Authorization", basicField(login, refuse)) : own;
  const auth = pair ? null : login;
  if (url.scheme === "http") return new ResolvedProxy(url, { ...NOTHING, headers, auth }, "");
  const choice = resolveTls(given.tls ?? undefined, files, `${source.option}.tls`);
  const tls = Object.freeze({
    ...choice.settings,
    serverName: choice.serverName ?? url.hostname,
    alpn: choice.alpn ?? Object.freeze(["http/1.1"]),
  });
  return new ResolvedProxy(url, { ...NOTHING, headers, auth, tls }, choice.key);
}

type Refuse = (why: string) => TypeError;
type Pair = readonly [user: string, password: string];
type Login = Pair | Auth | null;

function isPair(login: unknown): login is Pair {
  return Array.isArray(login) && login.length === 2 && login.every((part) => typeof part === "string");
}

/** The credentials: from the URL or the option, never from both. */
function loginOf(url: ProxyUrl, auth: unknown, refuse: Refuse): Login {
  const inUrl = url.username !== "" || url.password !== "";
  if (auth == null) return inUrl ? [url.username, url.password] : null;
  if (inUrl) throw refuse("it has both user info in its URL and auth, expected one");
  if (isPair(auth)) return auth;
  if (typeof auth === "object" && typeof (auth as Auth).flow === "function") return auth as Auth;
  throw refuse("its auth is neither, expected a pair of user and password, or a scheme with a flow() method");
}

function basicField([user, password]: Pair, refuse: Refuse): string {
  try {
    return basicCredentials(user, password);
  } catch (error) {
    const { message } = error as Error;
    throw refuse(`${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}

function socksLogin(
  scheme: ProxyUrl["scheme"],
  login: Login,
  refuse: Refuse,
): { readonly username: string; readonly password: string } {
  if (login === null) return { username: "", password: "" };
  if (!isPair(login)) throw refuse("SOCKS takes a user and a password, no other scheme");
  const [username, password] = login;
  const version4 = scheme === "socks4" || scheme === "socks4a";
  const length = (part: string): number => new TextEncoder().encode(part).length;
  if (version4 && password !== "") throw refuse("it has a password, which SOCKS 4 does not know");
  if (version4 && username.includes("\0")) throw refuse("its user holds U+0000, which ends a user in SOCKS 4");
  if (username === "") throw refuse("it has a password and no user, expected both");
  if (length(username) > LONGEST_SOCKS_TEXT || length(password) > LONGEST_SOCKS_TEXT) {
    throw refuse(`its user or password is too long, expected at most ${LONGEST_SOCKS_TEXT} bytes each`);
  }
  return { username, password };
}

function checkHeaders(headers: HeaderList, refuse: Refuse): HeaderList {
  const field = headers.pairs.find(([name]) => FORBIDDEN.has(name.toLowerCase()));
  if (field !== undefined) throw refuse(`the field ${quote(field[0])} is the client's own, expected another`);
  return headers;
}

type Hidden = Pick<ProxyTarget, "username" | "password" | "headers" | "auth" | "tls">;

const NOTHING: Hidden = { username: "", password: "", headers: HeaderList.empty, auth: null, tls: null };

/** A proxy. What may hold a secret is behind getters, where neither consoles nor serialisers look. */
class ResolvedProxy implements ProxyTarget {
  static {
    inspectAs(ResolvedProxy, (proxy) => `Proxy ${proxy.label}`);
  }
  readonly scheme: ProxyTarget["scheme"];
  readonly hostname: string;
  readonly port: number;
  readonly label: string;
  readonly key: string;
  readonly #hidden: Hidden;

  constructor({ scheme, hostname, port, label }: ProxyUrl, hidden: Hidden, tlsKey: string) {
    this.scheme = scheme;
    this.hostname = hostname;
    this.port = port;
    this.label = label;
    this.#hidden = hidden;
    const { username, password, headers, auth } = hidden;
    this.key = proxyIdentity({ label, username, password, headers: headers.pairs, tlsKey }, auth);
    Object.freeze(this);
  }

  get username(): string {
    return this.#hidden.username;
  }

  get password(): string {
    return this.#hidden.password;
  }

  get headers(): HeaderList {
    return this.#hidden.headers;
  }

  get auth(): Auth | null {
    return this.#hidden.auth;
  }

  get tls(): TlsSettings | null {
    return this.#hidden.tls;
  }

  toJSON(): string {
    return this.label;
  }
}
