/**
 * Owns one call that waits for a connection, as the running pool sees it.
 * Must not know the rules (`pool_state.ts`).
 * Invariant: it is told its end once, by `acquired` or by `refused`.
 */

import type { Deadline } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import { PoolError } from "../errors.ts";
import type { AttemptRecord } from "../http/record.ts";
import type { DialTask } from "./dial_task.ts";
import type { PoolOptions } from "./options.ts";
import { type PoolEntry, PoolWaiter } from "./pool_entry.ts";
import type { Route } from "./route.ts";

/** Who wants a connection. */
export interface PoolClient<C> {
  /** A slot was taken for it. */
  acquired(entry: PoolEntry<C>): void;
  /** None came about: `PoolError`, `ConnectError`, `TimeoutError`, or the reason of the call's scope. */
  refused(error: Error): void;
}

/** A call in the queue, or waiting for a dial. */
export class PoolCall<C> extends PoolWaiter<C> {
  readonly client: PoolClient<C>;
  readonly call: Call;
  readonly attempt: AttemptRecord;
  readonly route: Route;
  readonly since: number;
  readonly scope: Call["scope"];
  readonly cancelled: (reason: Error) => void;
  limit: Deadline | undefined = undefined;
  /** The dial that tells its call. */
  task: DialTask | undefined = undefined;
  /** Whether it was told that it waits in the queue. */
  told = false;
  settled = false;

  constructor(
    client: PoolClient<C>,
    call: Call,
    attempt: AttemptRecord,
    route: Route,
    since: number,
    abandon: (waiter: PoolCall<C>, reason: Error) => void,
  ) {
    super();
    this.client = client;
    this.call = call;
    this.attempt = attempt;
    this.route = route;
    this.since = since;
    this.scope = call.scope;
    this.cancelled = (reason) => abandon(this, reason);
  }
}

/** Why the pool takes a call in no more. */
export function refusal(route: Route, reason: "full" | "closed", options: PoolOptions): PoolError {
  const { host, port, label } = route;
  if (reason === "closed") {
    return new PoolError(`Cannot connect to ${label}: the client is closed`, { code: "POOL_CLOSED", host, port });
  }
  return new PoolError(
    `Cannot wait for a connection to ${label}: ${options.maxQueue} calls wait already (pool.maxQueue)`,
    { code: "POOL_QUEUE_FULL", host, port },
  );
}
