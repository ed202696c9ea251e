/**
 * Owns the pool as it runs: performs what `pool_state.ts` decides.
 * Must not decide, and must not know protocols or how a connection is opened.
 * Invariants: a call that waits holds the process, an idle connection does not; a connect
 * limit belongs to the dial, a queue limit to the call; after `close` nothing is left.
 */

import type { Clock, StopTimer } from "../base/clock.ts";
import { Deadline, type DeadlineQueue } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";
import { PoolError } from "../errors.ts";
import type { AttemptRecord } from "../http/record.ts";
import { DialTask } from "./dial_task.ts";
import type { PoolOptions } from "./options.ts";
import { PoolCall, type PoolClient, refusal } from "./pool_call.ts";
import type { CloseReason, PoolAction, PoolDial, PoolEntry } from "./pool_entry.ts";
import { PoolState } from "./pool_state.ts";
import { inspectPool, type PoolStats, statsOf } from "./pool_stats.ts";
import type { Route } from "./route.ts";

/** What the pool needs of a connection. */
export interface PooledConnection {
  /** Exchanges that it can carry at once. */
  readonly capacity: number;
  /** Whether that can be more than one. */
  readonly multiplexed: boolean;
  /** Closes it. */
  close(reason: CloseReason): void;
}

/** What the pool is made of. */
export interface PoolParts<C> {
  readonly options: PoolOptions;
  readonly clock: Clock;
  readonly deadlines: DeadlineQueue;
  /** Opens a connection. */
  readonly dial: (route: Route, task: DialTask) => Promise<C>;
  /** Tells a new connection its place in the pool. */
  readonly placed: (connection: C, entry: PoolEntry<C>) => void;
  /** A number in [0, 1), for the spread of ages. */
  readonly random: () => number;
}

/** A timer that only keeps the process alive. */
const HOLD = 2_147_483_647;

/** Sweeps come no more often than this, in milliseconds: what is stale is never used anyway. */
const SWEEP_PAUSE = 1_000;

/** Keeps connections of one engine. */
export class Pool<C extends PooledConnection> {
  readonly #parts: PoolParts<C>;
  readonly #state: PoolState<C>;
  readonly #tasks = new Map<PoolDial<C>, DialTask>();
  readonly #sweep: Deadline = new Deadline(() => this.#tick());
  #sweepAt = Infinity;
  #hold: StopTimer | undefined;
  #emptied: (() => void)[] = [];
  /** Actions to perform; filled while others are performed. */
  #actions: PoolAction<C>[] = [];
  #performing = false;

  constructor(parts: PoolParts<C>) {
    this.#parts = parts;
    this.#state = new PoolState<C>(parts.options);
  }

  /** Takes a slot on an idle connection; `undefined` when {@linkcode acquire} must be asked. */
  tryAcquire(route: Route, now: number): PoolEntry<C> | undefined {
    return this.#state.take(route, now);
  }

  /** Finds a slot for `client`, now or later. */
  acquire(route: Route, call: Call, attempt: AttemptRecord, now: number, client: PoolClient<C>): void {
    if (call.scope.reason !== undefined) return client.refused(call.scope.reason);
    const waiter = new PoolCall<C>(client, call, attempt, route, now, this.#abandon);
    this.#wait(waiter, this.#state.acquire(waiter, route, now));
  }

  /** Finds a fresh connection for `client` in the place of `entry`, which is dead. */
  replace(
    entry: PoolEntry<C>,
    route: Route,
    call: Call,
    attempt: AttemptRecord,
    now: number,
    client: PoolClient<C>,
  ): void {
    if (call.scope.reason !== undefined) {
      this.release(entry, false, now);
      return client.refused(call.scope.reason);
    }
    const waiter = new PoolCall<C>(client, call, attempt, route, now, this.#abandon);
    this.#wait(waiter, entry.gone ? this.#state.acquire(waiter, route, now) : this.#state.replace(entry, waiter));
  }

  /** Gives a slot back. `keepUntil` is the longest that the server lets the connection be idle. */
  release(entry: PoolEntry<C>, reusable: boolean, now: number, keepUntil?: number): void {
    this.#perform(this.#state.released(entry, reusable, now, keepUntil));
  }

  /** Strikes out a connection that died while idle. */
  lost(entry: PoolEntry<C>): void {
    this.#perform(this.#state.lost(entry));
  }

  /** The peer allows another number of exchanges. */
  resized(entry: PoolEntry<C>, capacity: number): void {
    this.#perform(this.#state.resized(entry, capacity, this.#parts.clock.now()));
  }

  /** Opens connections that nobody waits for yet, within the limits; `call` gives the connect limit. */
  preconnect(route: Route, call: Call, count: number): void {
    this.#perform(this.#state.preconnect(route, count), call);
  }

  /** Closes the connections of the routes that `matches` after their last exchange. */
  purge(matches: (route: Route) => boolean): void {
    this.#perform(this.#state.purge((key) => matches(key as Route)));
  }

  /** Refuses new calls and closes what is idle; resolves when the last connection is gone. */
  drain(): Promise<void> {
    this.#perform(this.#state.drain());
    if (this.#state.total === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Refuses those that wait, too, and stops every dial. Connections in use are the caller's to cut. */
  cut(): void {
    this.#perform(this.#state.cut());
  }

  /** Every open connection, also those in use. */
  *connections(): IterableIterator<C> {
    for (const slots of this.#state.routes.values()) {
      for (const entry of slots.entries) yield entry.connection;
    }
  }

  /** Whether anything is known of a route. */
  uses(route: Route): boolean {
    return this.#state.routes.has(route);
  }

  /** Numbers per route. */
  stats(): PoolStats[] {
    return statsOf(this.#state.routes);
  }

  /** One line for assertions and logs. */
  inspect(): string {
    return inspectPool(this.#state, this.#parts.options.max);
  }

  #wait(waiter: PoolCall<C>, actions: readonly PoolAction<C>[]): void {
    // Before the actions: they may settle it.
    waiter.scope.add(waiter.cancelled);
    this.#perform(actions);
    if (waiter.queued) this.#queue(waiter, waiter.since);
  }

  #queue(waiter: PoolCall<C>, now: number): void {
    const { call } = waiter;
    waiter.told = true;
    call.emit("queue-start", { route: waiter.route.label });
    // The listener may have ended the call.
    if (waiter.settled) return;
    waiter.limit ??= new Deadline(() => this.#abandon(waiter, call.timeout("pool", waiter.since)));
    call.deadlines.add(waiter.limit, call.settings.timeout.pool, now);
  }

  #requeue(waiter: PoolCall<C>): void {
    if (waiter.queued) this.#queue(waiter, this.#parts.clock.now());
  }

  #unqueue(waiter: PoolCall<C>, outcome: Outcome): void {
    if (waiter.limit) waiter.call.deadlines.remove(waiter.limit);
    if (!waiter.told) return;
    waiter.told = false;
    waiter.call.emit("queue-end", { outcome });
  }

  readonly #abandon = (waiter: PoolCall<C>, reason: Error): void => {
    if (waiter.settled) return;
    this.#settle(waiter, waiter.scope.reason === undefined ? "error" : "aborted");
    const actions = this.#state.cancelled(waiter);
    waiter.client.refused(reason);
    this.#perform(actions);
  };

  #settle(waiter: PoolCall<C>, outcome: Outcome): void {
    waiter.settled = true;
    this.#unqueue(waiter, outcome);
    waiter.task?.forget(waiter.call);
    waiter.scope.remove(waiter.cancelled);
  }

  /** What is decided while actions are performed is performed after them. */
  #perform(actions: readonly PoolAction<C>[], call?: Call): void {
    if (actions.length > 0) {
      for (const action of actions) this.#actions.push(action);
      if (this.#performing) return;
      this.#performing = true;
      try {
        for (let at = 0; at < this.#actions.length; at++) this.#act(this.#actions[at]!, call);
      } finally {
        this.#actions = [];
        this.#performing = false;
      }
    }
    if (this.#state.tickAt < this.#sweepAt) this.#armSweep();
    if (this.#state.queued > 0 !== (this.#hold !== undefined)) this.#holdProcess();
    if (this.#state.total === 0) this.#tellEmptied();
  }

  #act(action: PoolAction<C>, call: Call | undefined): void {
    switch (action.do) {
      case "serve":
        this.#serve(action.waiter as PoolCall<C>, action.entry);
        break;
      case "dial":
        this.#dial(action.dial, (action.dial.sponsor as PoolCall<C> | undefined)?.call ?? call!);
        break;
      case "adopt":
        this.#adopt(action.dial);
        break;
      case "cancel":
        this.#cancelDial(action.dial);
        break;
      case "fail":
        this.#fail(action.waiter as PoolCall<C>, action.error);
        break;
      case "requeue":
        this.#requeue(action.waiter as PoolCall<C>);
        break;
      case "refuse":
        this.#fail(
          action.waiter as PoolCall<C>,
          refusal((action.waiter as PoolCall<C>).route, action.reason, this.#parts.options),
        );
        break;
      case "close":
        action.entry.connection.close(action.reason);
        break;
    }
  }

  #tellEmptied(): void {
    this.#parts.deadlines.remove(this.#sweep);
    this.#sweepAt = Infinity;
    if (this.#emptied.length === 0) return;
    const emptied = this.#emptied;
    this.#emptied = [];
    for (const resolve of emptied) resolve();
  }

  #serve(waiter: PoolCall<C>, entry: PoolEntry<C>): void {
    if (waiter.settled) return this.release(entry, true, this.#parts.clock.now());
    this.#settle(waiter, "ok");
    waiter.client.acquired(entry);
  }

  #fail(waiter: PoolCall<C>, error: Error): void {
    if (waiter.settled) return;
    this.#settle(waiter, "error");
    waiter.client.refused(error);
  }

  #adopt(dial: PoolDial<C>): void {
    const waiter = dial.sponsor as PoolCall<C> | undefined;
    if (waiter === undefined) return;
    this.#unqueue(waiter, "ok");
    waiter.task = this.#tasks.get(dial);
    waiter.task?.tell(waiter.call);
  }

  #cancelDial(dial: PoolDial<C>): void {
    const task = this.#tasks.get(dial);
    this.#tasks.delete(dial);
    task?.settle();
    task?.cancel.cancel(new PoolError("Nobody waits for the connection any more", { code: "DIAL_ABANDONED" }));
  }

  #dial(dial: PoolDial<C>, call: Call): void {
    const sponsor = dial.sponsor as PoolCall<C> | undefined;
    if (sponsor) this.#unqueue(sponsor, "ok");
    const route = dial.route.key as Route;
    const task = new DialTask(call, this.#parts.clock);
    if (sponsor === undefined || sponsor.settled) task.tell(undefined);
    else sponsor.task = task;
    this.#tasks.set(dial, task);
    this.#parts.dial(route, task).then(
      (connection) => this.#dialled(dial, task, connection),
      (error: Error) => this.#dialFailed(dial, task, error),
    );
  }

  #dialled(dial: PoolDial<C>, task: DialTask, connection: C): void {
    task.settle();
    if (!this.#tasks.delete(dial)) return connection.close("closed");
    const { options, clock, random } = this.#parts;
    const now = clock.now();
    const spread = 1 + options.ageJitter * (2 * random() - 1);
    const { capacity, multiplexed } = connection;
    const opened = { capacity, multiplexed, retireAt: now + options.maxAge * spread };
    const sponsor = dial.sponsor as PoolCall<C> | undefined;
    if (sponsor) {
      sponsor.attempt.dns = task.dns;
      sponsor.attempt.connect = task.connect;
      sponsor.attempt.tls = task.tls;
    }
    const { entry, actions } = this.#state.dialled(dial, connection, opened, now);
    this.#parts.placed(connection, entry);
    this.#perform(actions);
  }

  #dialFailed(dial: PoolDial<C>, task: DialTask, error: Error): void {
    task.settle();
    if (!this.#tasks.delete(dial)) return;
    this.#perform(this.#state.failed(dial, error));
  }

  #tick(): void {
    this.#sweepAt = Infinity;
    this.#perform(this.#state.tick(this.#parts.clock.now()));
  }

  #armSweep(): void {
    const { clock, deadlines } = this.#parts;
    const now = clock.now();
    const pause = Math.ceil(Math.max(1, this.#state.tickAt - now) / SWEEP_PAUSE) * SWEEP_PAUSE;
    this.#sweepAt = now + pause;
    deadlines.add(this.#sweep, pause, now);
  }

  /** A queued call waits for the sockets of others, which need not hold the process: so it does itself. */
  #holdProcess(): void {
    if (this.#state.queued > 0) this.#hold = this.#parts.clock.schedule(() => {}, HOLD, true);
    else {
      this.#hold?.();
      this.#hold = undefined;
    }
  }
}
