/**
 * Owns the public `pool` and `dns` options and their resolution.
 * Must not know how the engine acts upon them.
 * Invariant: what leaves here is complete, checked and frozen.
 */

import {
  type AddressOrder,
  DEFAULT_DNS,
  DEFAULT_POOL,
  type DnsOptions as EngineDns,
  type EngineOptions,
  type PoolOptions as EnginePool,
} from "../engine/options.ts";
import { type GuardInput, resolveGuard } from "./guard_options.ts";
import { duration, listOf, numberWithin, oneOf, record, text, wholeNumber, wrongRange } from "./validate.ts";

/** Sizes and ages of the connection pool. */
export interface PoolOptions {
  /** Connections in all, those being opened included. @default {256} */
  max?: number;
  /** Connections per route (scheme, host, port, proxy, TLS …). @default {64} */
  perRoute?: number;
  /** Unused connections kept per route; more stay for a second, for the next burst of calls. @default {32} */
  idlePerRoute?: number;
  /** Milliseconds that an unused connection is kept, unless the server says less. @default {90_000} */
  idleTimeout?: number;
  /** Milliseconds after which a connection is not used again, so that names are resolved anew. @default {600_000} */
  maxAge?: number;
  /** Calls that may wait for a connection; one more fails at once with a `PoolError`. @default {10_000} */
  maxQueue?: number;
  /** Milliseconds between attempts to connect to the addresses of one name (RFC 8305). @default {250} */
  connectDelay?: number;
}

/** How names are resolved. */
export interface DnsOptions {
  /** Name servers to ask in place of the system, as `address` or `address:port`. @default {the system's} */
  servers?: readonly string[];
  /** Addresses by name, asked before anything else. @default {none} */
  hosts?: { readonly [name: string]: string | readonly string[] };
  /** Milliseconds that an answer is kept at least. @default {1_000} */
  minTtl?: number;
  /** Milliseconds that an answer is kept at most. @default {300_000} */
  maxTtl?: number;
  /** Milliseconds that an answer without a TTL is kept. @default {10_000} */
  defaultTtl?: number;
  /** Milliseconds that a failure is kept. @default {1_000} */
  negativeTtl?: number;
  /** Milliseconds that an expired answer is used when the name cannot be asked anew (RFC 8767). @default {300_000} */
  staleIfError?: number;
  /** The family that is tried first. @default {"ipv6first"} */
  order?: AddressOrder;
  /** Milliseconds until a silent name server is given up for the next. @default {2_000} */
  queryTimeout?: number;
  /** Rounds through all name servers. @default {2} */
  rounds?: number;
}

const POOL_NAMES = ["max", "perRoute", "idlePerRoute", "idleTimeout", "maxAge", "maxQueue", "connectDelay"] as const;
const DNS_NAMES = [
  "servers",
  "hosts",
  "minTtl",
  "maxTtl",
  "defaultTtl",
  "negativeTtl",
  "staleIfError",
  "order",
  "queryTimeout",
  "rounds",
] as const;

/** The options of the engine for the values of `pool`, `dns` and `guard`. */
export function resolveEngine(
  pool: PoolOptions | null | undefined,
  dns: DnsOptions | null | undefined,
  guard?: GuardInput | null,
): EngineOptions {
  return Object.freeze({
    pool: resolvePool(pool ?? {}),
    dns: dns == null ? null : resolveDns(dns),
    guard: resolveGuard(guard),
  });
}

function resolvePool(value: PoolOptions): EnginePool {
  const given = record<PoolOptions>("pool", value, POOL_NAMES);
  const count = (name: "max" | "perRoute" | "idlePerRoute" | "maxQueue", least: number): number =>
    wholeNumber(`pool.${name}`, given[name] ?? DEFAULT_POOL[name], least);
  return Object.freeze({
    max: count("max", 1),
    perRoute: count("perRoute", 1),
    idlePerRoute: count("idlePerRoute", 0),
    maxQueue: count("maxQueue", 0),
    idleTimeout: duration("pool.idleTimeout", given.idleTimeout ?? DEFAULT_POOL.idleTimeout),
    maxAge: duration("pool.maxAge", given.maxAge ?? DEFAULT_POOL.maxAge),
    connectDelay: duration("pool.connectDelay", given.connectDelay ?? DEFAULT_POOL.connectDelay),
    ageJitter: DEFAULT_POOL.ageJitter,
  });
}

function resolveDns(value: DnsOptions): EngineDns {
  const given = record<DnsOptions>("dns", value, DNS_NAMES);
  const keep = (name: "minTtl" | "maxTtl" | "defaultTtl" | "negativeTtl" | "staleIfError"): number =>
    numberWithin(`dns.${name}`, given[name] ?? DEFAULT_DNS[name], 0, Infinity);
  return Object.freeze({
    servers: Object.freeze(given.servers === undefined ? [] : listOf("dns.servers", given.servers, nameServer)),
    hosts: given.hosts === undefined ? DEFAULT_DNS.hosts : resolveHosts(given.hosts),
    minTtl: keep("minTtl"),
    maxTtl: keep("maxTtl"),
    defaultTtl: keep("defaultTtl"),
    negativeTtl: keep("negativeTtl"),
    staleIfError: keep("staleIfError"),
    maxNames: DEFAULT_DNS.maxNames,
    order: oneOf("dns.order", given.order ?? DEFAULT_DNS.order, ["ipv6first", "ipv4first", "verbatim"]),
    queryTimeout: duration("dns.queryTimeout", given.queryTimeout ?? DEFAULT_DNS.queryTimeout),
    rounds: wholeNumber("dns.rounds", given.rounds ?? DEFAULT_DNS.rounds, 1, 10),
  });
}

function resolveHosts(value: NonNullable<DnsOptions["hosts"]>): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, readonly string[]>();
  for (
    const [name, addresses] of Object.entries(record<Record<string, unknown>>("dns.hosts", value, Object.keys(value)))
  ) {
    const option = `dns.hosts.${name}`;
    hosts.set(
      name.toLowerCase(),
      Object.freeze(listOf(option, typeof addresses === "string" ? [addresses] : addresses, address)),
    );
  }
  return hosts;
}

function nameServer(option: string, value: unknown): string {
  const server = text(option, value);
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server);
  const host = match ? match[1] ?? match[2]! : server;
  if (!isAddress(host) || Number(match?.[3] ?? 53) > 65_535 || match?.[3] === "0") {
    throw wrongRange(option, value, "an address, address:port or [address]:port");
  }
  return server;
}

function address(option: string, value: unknown): string {
  const host = text(option, value);
  if (!isAddress(host)) throw wrongRange(option, value, "an IPv4 or IPv6 address");
  return host;
}

/** The platform's URL parser knows addresses: a host that is one comes out as it went in, or shorter. */
function isAddress(host: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return host.split(".").every((part) => Number(part) <= 255);
  if (!host.includes(":")) return false;
  try {
    return new URL(`http://[${host}]/`).hostname.startsWith("[");
  } catch {
    return false;
  }
}
