/**
 * Owns a pool without sockets: performs the actions of `PoolState` on plain numbers.
 * Must not know the rules; it only keeps what was decided.
 */

import {
  type PoolAction,
  type PoolDial,
  type PoolEntry,
  type PoolKey,
  PoolWaiter,
} from "../../src/engine/pool_entry.ts";
import { type PoolLimits, PoolState } from "../../src/engine/pool_state.ts";

/** A route with a name. */
export interface Key extends PoolKey {
  readonly name: string;
}

/** A call that waits. */
export class Caller extends PoolWaiter<number> {
  readonly name: string;
  readonly key: Key;
  outcome: string | undefined;
  entry: PoolEntry<number> | undefined;
  constructor(name: string, key: Key) {
    super();
    this.name = name;
    this.key = key;
  }
}

/** Limits with much room, and what a test narrows. */
export function limits(change: Partial<PoolLimits> = {}): PoolLimits {
  return { max: 100, perRoute: 100, idlePerRoute: 100, idleTimeout: 1_000, maxQueue: 100, ...change };
}

/** A route. */
export function key(name: string, mayMultiplex = false): Key {
  return { name, mayMultiplex, slots: undefined };
}

/** A pool whose connections are numbers. */
export class Model {
  readonly a: Key = key("a");
  readonly b: Key = key("b");
  readonly h2: Key = key("h2", true);
  readonly state: PoolState<number>;
  readonly dials: PoolDial<number>[] = [];
  /** What was done, in words; emptied by {@linkcode log}. */
  #log: string[] = [];
  #dialNumber = 0;
  readonly #names = new Map<PoolDial<number>, string>();
  #connection = 0;
  now = 0;
  maxAge: number = Infinity;

  constructor(change: Partial<PoolLimits> = {}) {
    this.state = new PoolState<number>(limits(change));
  }

  /** What was done since the last time. */
  log(): string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  acquire(name: string, of: Key): Caller {
    const caller = new Caller(name, of);
    this.perform(this.state.acquire(caller, of, this.now));
    return caller;
  }

  /** Dial `name` succeeds. */
  dialled(name: string, capacity = 1, multiplexed: boolean = capacity > 1): PoolEntry<number> {
    const dial = this.#take(name);
    const opened = { capacity, multiplexed, retireAt: this.now + this.maxAge };
    const { entry, actions } = this.state.dialled(dial, ++this.#connection, opened, this.now);
    this.perform(actions);
    return entry;
  }

  failed(name: string): void {
    this.perform(this.state.failed(this.#take(name), new Error("refused")));
  }

  release(entry: PoolEntry<number>, reusable = true, keepUntil?: number): void {
    this.perform(this.state.released(entry, reusable, this.now, keepUntil));
  }

  cancel(caller: Caller): void {
    caller.outcome ??= "cancelled";
    this.perform(this.state.cancelled(caller));
  }

  perform(actions: readonly PoolAction<number>[]): void {
    for (const action of actions) this.#log.push(this.#act(action));
  }

  #take(name: string): PoolDial<number> {
    const at = this.dials.findIndex((dial) => this.#names.get(dial) === name);
    if (at < 0) throw new Error(`No dial ${name}`);
    return this.dials.splice(at, 1)[0]!;
  }

  /** The name of a dial. */
  nameOf(dial: PoolDial<number>): string {
    return this.#names.get(dial)!;
  }

  #act(action: PoolAction<number>): string {
    switch (action.do) {
      case "serve": {
        const caller = action.waiter as Caller;
        if (caller.outcome !== undefined) throw new Error(`${caller.name} was ${caller.outcome} and is served`);
        caller.outcome = "served";
        caller.entry = action.entry;
        return `serve ${caller.name} ${action.entry.connection}`;
      }
      case "dial": {
        const name = `d${++this.#dialNumber}`;
        this.dials.push(action.dial);
        this.#names.set(action.dial, name);
        return `dial ${name} for ${(action.dial.sponsor as Caller | undefined)?.name ?? "nobody"}`;
      }
      case "adopt":
        return `adopt ${this.nameOf(action.dial)} for ${(action.dial.sponsor as Caller | undefined)?.name ?? "nobody"}`;
      case "cancel":
        this.dials.splice(this.dials.indexOf(action.dial), 1);
        return `cancel ${this.nameOf(action.dial)}`;
      case "fail":
        (action.waiter as Caller).outcome = "failed";
        return `fail ${(action.waiter as Caller).name}`;
      case "requeue":
        return `requeue ${(action.waiter as Caller).name}`;
      case "refuse":
        (action.waiter as Caller).outcome = "refused";
        return `refuse ${(action.waiter as Caller).name} ${action.reason}`;
      case "close":
        return `close ${action.entry.connection} ${action.reason}`;
    }
  }
}
