/**
 * Owns what pool, exchange and connection know of one another, so that none imports the others.
 * Must not know a protocol.
 */

import type { Call } from "../core/call.ts";
import type { Socket } from "../core/socket.ts";
import type { Exchange } from "./exchange.ts";
import type { LazyUnref } from "./lazy_unref.ts";
import type { PoolEntry } from "./pool_entry.ts";
import type { Pool, PooledConnection } from "./pool.ts";
import type { ReadBuffers } from "./read_buffers.ts";

/** One connection as exchange and transport see it. */
export interface Connection extends PooledConnection {
  /** Number within its engine. */
  readonly id: number;
  /** Told once by the pool. */
  place(entry: PoolEntry<Connection>): void;
  /** Sends the request of `exchange` and tells it what comes back. */
  begin(exchange: Exchange, now: number): void;
  /** Ends whatever is under way, and the connection. */
  cut(reason: Error): void;
}

/** What carries one exchange: a connection, or a part of it. */
export interface Carrier {
  /** Number of the connection. */
  readonly id: number;
  /** Stops reading soon. */
  pause(exchange: Exchange): void;
  /** Reads on. */
  resume(exchange: Exchange): void;
  /** Ends the exchange at once; what it carried is lost. */
  abort(exchange: Exchange, reason: Error): void;
  /** Gives the connection itself away, after 101 or 2xx to CONNECT. Throws `TypeError` where it cannot. */
  takeOver(): Socket;
}

/** What connections and exchanges share in one engine. */
export interface EngineContext {
  readonly pool: Pool<Connection>;
  readonly buffers: ReadBuffers;
  readonly unrefs: LazyUnref;
  /** Milliseconds on the clock of the engine. */
  now(): number;
  /** Sends the request of an exchange again, on a fresh connection in the place of `entry`. */
  resend(exchange: Exchange, entry: PoolEntry<Connection>, now: number): void;
  /** Sends the request of an exchange again, which the server has not processed. */
  replay(exchange: Exchange, now: number): void;
  /** Runs `callback` once, after what is ready to run now. */
  afterTurn(callback: () => void): void;
  /** A connection was closed; `call` if one is concerned. */
  evicted(connection: number, reason: string, call: Call | undefined): void;
}
