/**
 * Owns the pool key: everything that must be equal for two requests to share a connection.
 * Must not know connections.
 * Invariant: within one table equal routes are the same object, and routes that differ in any
 * field (origin, socket path, proxy, TLS identity, local address) never are.
 */

import type { HttpRequest } from "../http/request.ts";
import type { RequestUrl } from "../http/request_url.ts";
import type { Http2Choice, ProxyTarget, Settings, TlsChoice } from "../core/settings.ts";
import type { TlsSettings } from "../core/tls.ts";
import type { HeadMemory } from "../protocol/h1/head_memory.ts";
import type { H1Settings } from "../protocol/h1/limits.ts";

/** Offered unless the options say otherwise. */
const DEFAULT_ALPN: readonly string[] = Object.freeze(["http/1.1"]);

/** The same where HTTP/2 is wanted. */
const H2_ALPN: readonly string[] = Object.freeze(["h2", "http/1.1"]);

/** Routes kept before unused ones are dropped: a crawler meets very many. */
const MANY_ROUTES = 4_096;

/** Where a request goes, and over what. */
export class Route {
  readonly scheme: "http" | "https";
  /** Host name or address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Scheme, host and port as `URL.origin` writes it. */
  readonly origin: string;
  /** What the Host field says. */
  readonly authority: string;
  /** Path of the unix socket to connect to; `null` for TCP. */
  readonly unix: string | null;
  readonly proxy: ProxyTarget | null;
  /** The TLS towards the origin, complete; `null` for http. */
  readonly tls: TlsSettings | null;
  readonly localAddress: string | null;
  /** Whether requests go to the proxy itself, in absolute form, instead of through a tunnel. */
  readonly forwarded: boolean;
  /** Whether HTTP/2 is wanted, by ALPN; in clear text only by prior knowledge. */
  readonly http2: Http2Choice;
  /** Whether HTTP/2 is spoken in clear text, unasked. */
  readonly priorKnowledge: boolean;
  /** Whether ALPN may choose HTTP/2, or it is known already. */
  readonly mayMultiplex: boolean;
  /** The route in words, without a secret. */
  readonly label: string;
  /** @internal What it was made from. */
  readonly choice: TlsChoice;
  /** @internal What the pool knows of it. */
  slots: object | undefined = undefined;
  /** @internal Whether its last connection carried several exchanges; `undefined` before the first. */
  multiplexed: boolean | undefined = undefined;
  /** @internal What its connections share of the heads that they read by these settings. */
  heads: { readonly settings: H1Settings; readonly memory: HeadMemory } | undefined = undefined;
  /** @internal Who made it; `undefined` once it was dropped. */
  table: RouteTable | undefined;

  /** @internal */
  constructor(table: RouteTable, url: RequestUrl, settings: Settings, proxy: ProxyTarget | null, http2: Http2Choice) {
    const choice = settings.tls;
    this.scheme = url.scheme;
    this.host = url.hostname;
    this.port = url.port;
    this.origin = url.origin;
    this.authority = url.authority;
    this.unix = settings.unix;
    this.proxy = proxy;
    this.localAddress = settings.localAddress;
    this.choice = choice;
    this.table = table;
    this.tls = url.scheme === "http" ? null : Object.freeze({
      ...choice.settings,
      serverName: choice.serverName ?? url.hostname,
      alpn: choice.alpn ?? (http2 === false ? DEFAULT_ALPN : H2_ALPN),
    });
    this.forwarded = proxy !== null && url.scheme === "http" &&
      (proxy.scheme === "http" || proxy.scheme === "https") && table.mayForward(url.hostname, url.port);
    this.http2 = http2;
    this.priorKnowledge = http2 === "prior-knowledge" && this.tls === null && !this.forwarded;
    this.mayMultiplex = this.priorKnowledge || (this.tls?.alpn?.includes("h2") ?? false);
    this.label = describe(this);
  }

  /** @internal Whether it stands for these settings; the origin is known to be equal. */
  fits(settings: Settings, proxy: ProxyTarget | null, http2: Http2Choice): boolean {
    return this.http2 === http2 &&
      (this.proxy === proxy || (this.proxy !== null && proxy !== null && this.proxy.key === proxy.key)) &&
      this.unix === settings.unix &&
      this.localAddress === settings.localAddress &&
      (this.tls === null || this.choice === settings.tls || sameTls(this.choice, settings.tls));
  }
}

/** What turns a whole connection into something else needs one of its own: that is HTTP/1.1's way. */
function http2For(request: HttpRequest, wanted: Http2Choice): Http2Choice {
  return request.method === "CONNECT" || request.headers.has("upgrade") ? false : wanted;
}

function describe(route: Route): string {
  if (route.unix !== null) return `${route.origin} at ${route.unix.replace(/^\0/, "@")}`;
  return route.proxy === null ? route.origin : `${route.origin} via ${route.proxy.label}`;
}

/** The key stands for every field; name and protocols are compared once more, because they cost nothing. */
function sameTls(a: TlsChoice, b: TlsChoice): boolean {
  return a.key === b.key && a.serverName === b.serverName && sameList(a.alpn, b.alpn);
}

function sameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  return a.every((item, index) => item === b[index]);
}

/** The routes of one engine, each once. */
export class RouteTable {
  readonly #byOrigin = new Map<string, Route[]>();
  readonly #inUse: (route: Route) => boolean;
  /** @internal Whether a proxy may be sent requests for a host in absolute form. */
  readonly mayForward: (host: string, port: number) => boolean;
  #size = 0;
  #sweepAt = MANY_ROUTES;

  /** `inUse` tells which routes must stay; a host that a proxy must not be sent requests for is tunnelled to. */
  constructor(inUse: (route: Route) => boolean, mayForward: (host: string, port: number) => boolean = () => true) {
    this.#inUse = inUse;
    this.mayForward = mayForward;
  }

  /** Routes known. */
  get size(): number {
    return this.#size;
  }

  /** The route of a request; found again at once for a request that was sent before. */
  routeFor(request: HttpRequest, settings: Settings): Route {
    // A unix socket is where the caller wants to go: no proxy leads there.
    const proxy = settings.proxy === null || settings.unix !== null ? null : settings.proxy.proxyFor(request.url);
    const last = request.wire.route as Route | undefined;
    const http2 = settings.http2 === false ? false : http2For(request, settings.http2);
    if (last !== undefined && last.table === this && last.fits(settings, proxy, http2)) return last;
    const route = this.#find(request.url, settings, proxy, http2);
    request.wire.route = route;
    return route;
  }

  #find(url: RequestUrl, settings: Settings, proxy: ProxyTarget | null, http2: Http2Choice): Route {
    let routes = this.#byOrigin.get(url.origin);
    if (routes !== undefined) {
      for (const route of routes) if (route.fits(settings, proxy, http2)) return route;
    }
    if (this.#size >= this.#sweepAt) {
      this.#sweep();
      routes = this.#byOrigin.get(url.origin);
    }
    if (routes === undefined) this.#byOrigin.set(url.origin, routes = []);
    const route = new Route(this, url, settings, proxy, http2);
    routes.push(route);
    this.#size++;
    return route;
  }

  #sweep(): void {
    for (const [origin, routes] of this.#byOrigin) {
      const kept = routes.filter((route) => this.#inUse(route));
      for (const route of routes) if (!kept.includes(route)) route.table = undefined;
      this.#size -= routes.length - kept.length;
      if (kept.length === 0) this.#byOrigin.delete(origin);
      else this.#byOrigin.set(origin, kept);
    }
    this.#sweepAt = Math.max(MANY_ROUTES, 2 * this.#size);
  }
}
