/**
 * Owns the `timeout` option: its class, its defaults, its resolution.
 * Must not know how limits are enforced.
 * Invariant: an error can name the option that set its limit.
 */

import type { TimeoutPhase } from "../errors.ts";
import type { TimeoutSettings } from "../core/settings.ts";
import { duration, record, wrongType } from "./validate.ts";

/** A limit in milliseconds; `Infinity` or `false` for none. */
export type Limit = number | false;

/** The named limits of a call, in milliseconds. Each is in force until the last byte of the body. */
export interface TimeoutOptions {
  /** The whole call with all its attempts, hops and waits. @default {false} */
  total?: Limit;
  /** One attempt, until the last byte of its body. @default {false} */
  attempt?: Limit;
  /** Waiting for a connection of the pool. @default {10_000} */
  pool?: Limit;
  /** Name look-up, TCP, proxy and TLS together. @default {10_000} */
  connect?: Limit;
  /** Between two moments at which the peer takes bytes. @default {30_000} */
  write?: Limit;
  /** From the last byte sent to the head of the response. @default {60_000} */
  head?: Limit;
  /** Between two reads of the body. @default {60_000} */
  read?: Limit;
  /** Waiting for `100 Continue` before the body is sent anyway. @default {1_000} */
  expect?: Limit;
}

const DEFAULTS: { readonly [phase in TimeoutPhase]: number } = Object.freeze({
  total: Infinity,
  attempt: Infinity,
  pool: 10_000,
  connect: 10_000,
  write: 30_000,
  head: 60_000,
  read: 60_000,
  expect: 1_000,
});

const PHASES = Object.keys(DEFAULTS) as TimeoutPhase[];

/**
 * Limits that were checked and frozen once, to be used for many calls.
 *
 * Throws `TypeError` or `RangeError` that names the limit.
 *
 * @example
 * ```ts
 * import { Timeout } from "@jetstream/client";
 *
 * const patient = new Timeout({ connect: 2_000, read: false });
 * ```
 */
export class Timeout implements TimeoutOptions {
  declare readonly total?: Limit;
  declare readonly attempt?: Limit;
  declare readonly pool?: Limit;
  declare readonly connect?: Limit;
  declare readonly write?: Limit;
  declare readonly head?: Limit;
  declare readonly read?: Limit;
  declare readonly expect?: Limit;

  /** Checks and freezes the limits. */
  constructor(options: TimeoutOptions = {}) {
    const given = record<TimeoutOptions>("timeout", options, PHASES);
    for (const phase of PHASES) {
      if (given[phase] !== undefined) check(phase, given[phase]);
    }
    Object.assign(this, given);
    Object.freeze(this);
  }
}

function check(phase: TimeoutPhase, value: unknown): number {
  return value === false ? Infinity : duration(`timeout.${phase}`, value);
}

/** The limits in force for a value of the `timeout` option. */
export function resolveTimeout(value: TimeoutOptions | number | false | undefined): TimeoutSettings {
  if (value === undefined) return settings({}, "(default)");
  if (value === false) {
    return settings(Object.fromEntries(PHASES.map((phase) => [phase, Infinity])), "timeout");
  }
  if (typeof value === "number") {
    // The caller thinks of one limit: no other may fire before it.
    const total = duration("timeout", value);
    return settings({ total, head: Infinity, read: Infinity, write: Infinity }, "timeout");
  }
  if (typeof value !== "object" || value === null) {
    throw wrongType("timeout", value, "a number of milliseconds, an object of limits, or false");
  }
  const given = record<Record<TimeoutPhase, unknown>>("timeout", value, PHASES);
  const limits: Partial<Record<TimeoutPhase, number>> = {};
  for (const phase of PHASES) {
    if (given[phase] !== undefined) limits[phase] = check(phase, given[phase]);
  }
  return settings(limits, "");
}

function settings(limits: Partial<Record<TimeoutPhase, number>>, origin: string): TimeoutSettings {
  const source: Partial<Record<TimeoutPhase, string>> = {};
  for (const phase of PHASES) {
    source[phase] = limits[phase] === undefined ? `timeout.${phase} (default)` : origin || `timeout.${phase}`;
  }
  return Object.freeze({ ...DEFAULTS, ...limits, source: Object.freeze(source) });
}
