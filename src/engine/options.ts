/**
 * Owns the options of the engine that belong to a client as a whole: names and the pool.
 * Must not know how options are written by a caller (`client/options`), nor settings of a call.
 * Invariant: complete and validated when it reaches the engine; every field is acted upon.
 */

import type { Guard } from "./guard.ts";

/** The order in which addresses of both families are tried. */
export type AddressOrder = "ipv6first" | "ipv4first" | "verbatim";

/** How names are resolved. */
export interface DnsOptions {
  /**
   * Name servers to ask instead of the system, as `address`, `address:port` or `[address]:port`;
   * empty asks the system.
   * @default {[]}
   */
  readonly servers: readonly string[];
  /**
   * Addresses per name, asked before anything else; names in lower case.
   * @default {new Map()}
   */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /**
   * Milliseconds that an answer is kept at least, whatever its TTL says.
   * @default {1_000}
   */
  readonly minTtl: number;
  /**
   * Milliseconds that an answer is kept at most.
   * @default {300_000}
   */
  readonly maxTtl: number;
  /**
   * Milliseconds that an answer without a TTL is kept: systems do not tell it.
   * @default {10_000}
   */
  readonly defaultTtl: number;
  /**
   * Milliseconds that a failure is kept.
   * @default {1_000}
   */
  readonly negativeTtl: number;
  /**
   * Milliseconds that an expired answer may still be used when the name cannot be asked anew (RFC 8767).
   * @default {300_000}
   */
  readonly staleIfError: number;
  /**
   * Names that are kept; the one that was asked for longest ago goes first.
   * @default {1_000}
   */
  readonly maxNames: number;
  /**
   * The family that is tried first; `verbatim` leaves that to the resolver.
   * @default {"ipv6first"}
   */
  readonly order: AddressOrder;
  /**
   * Milliseconds until a name server that stays silent is asked again, or the next one is.
   * @default {2_000}
   */
  readonly queryTimeout: number;
  /**
   * Rounds through all name servers before a look-up fails.
   * @default {2}
   */
  readonly rounds: number;
}

/** How connections are kept. */
export interface PoolOptions {
  /**
   * Connections in all, those being opened included.
   * @default {256}
   */
  readonly max: number;
  /**
   * Connections per route, those being opened included.
   * @default {64}
   */
  readonly perRoute: number;
  /**
   * Connections kept open per route while nothing uses them.
   * @default {32}
   */
  readonly idlePerRoute: number;
  /**
   * Milliseconds that a connection is kept while nothing uses it, unless the server says less.
   * @default {90_000}
   */
  readonly idleTimeout: number;
  /**
   * Milliseconds after which a connection is not used again, so that names are resolved anew.
   * @default {600_000}
   */
  readonly maxAge: number;
  /**
   * Share of `maxAge` by which it varies from connection to connection, both ways.
   * @default {0.1}
   */
  readonly ageJitter: number;
  /**
   * Calls that may wait for a connection.
   * @default {10_000}
   */
  readonly maxQueue: number;
  /**
   * Milliseconds between attempts to connect to the addresses of one name (RFC 8305 §5).
   * @default {250}
   */
  readonly connectDelay: number;
}

/** Options of the engine. */
export interface EngineOptions {
  /** `null` leaves names to the connector where it resolves them itself, and to the system's resolver elsewhere. */
  readonly dns: DnsOptions | null;
  readonly pool: PoolOptions;
  /** Where connections may go; nothing stands for anywhere. */
  readonly guard?: Guard | null;
}

/** What holds when nothing is said about names. */
export const DEFAULT_DNS: DnsOptions = Object.freeze({
  servers: Object.freeze([]),
  hosts: new Map<string, readonly string[]>(),
  minTtl: 1_000,
  maxTtl: 300_000,
  defaultTtl: 10_000,
  negativeTtl: 1_000,
  staleIfError: 300_000,
  maxNames: 1_000,
  order: "ipv6first" as const,
  queryTimeout: 2_000,
  rounds: 2,
});

/** What holds when nothing is said about the pool. */
export const DEFAULT_POOL: PoolOptions = Object.freeze({
  max: 256,
  perRoute: 64,
  idlePerRoute: 32,
  idleTimeout: 90_000,
  maxAge: 600_000,
  ageJitter: 0.1,
  maxQueue: 10_000,
  connectDelay: 250,
});

/** What holds when nothing is said. */
export const DEFAULT_ENGINE: EngineOptions = Object.freeze({ dns: null, pool: DEFAULT_POOL });
