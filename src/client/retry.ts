/**
 * Owns the `retry` option: its class, its defaults, its resolution.
 * Must not know how a retry is decided or done (`policy/retry.ts`).
 * Invariant: what leaves here is complete and frozen.
 */

import { after } from "../base/after.ts";
import { isIdempotent } from "../http/method.ts";
import type { BudgetSettings, RetryCause, RetrySettings, RetryState } from "../core/settings.ts";
import { callable, duration, listOf, numberWithin, oneOf, record, text, wholeNumber, wrongType } from "./validate.ts";

/** Growth of the wait between attempts. */
export interface BackoffOptions {
  /** Milliseconds before the first retry, before jitter. @default {250} */
  base?: number;
  /** What each further wait is multiplied by. @default {2} */
  factor?: number;
  /** The longest wait, in milliseconds. @default {8_000} */
  max?: number;
}

/** Share of an origin's requests that may be retries. */
export interface BudgetOptions {
  /** Share, 0 to 1. @default {0.2} */
  ratio?: number;
  /** Milliseconds over which requests are counted. @default {10_000} */
  window?: number;
  /** Retries always allowed within the window. @default {10} */
  floor?: number;
}

/** When, and how often, a request is sent again. */
export interface RetryOptions {
  /** Retries per call, over all hops. @default {2} */
  max?: number;
  /** Methods that are retried. POST is with an `Idempotency-Key` too. @default {GET HEAD OPTIONS TRACE PUT DELETE QUERY} */
  methods?: readonly string[];
  /** Statuses that are retried. @default {408 429 500 502 503 504} */
  statuses?: readonly number[];
  /** Kinds of failure that are retried. @default {["connect", "reset"]} */
  on?: readonly RetryCause[];
  /** Waits between attempts: numbers, or a function of the retry's number (1 for the first). @default {250 ms, doubled each time, 8 s at most} */
  backoff?: BackoffOptions | ((retry: number) => number);
  /** `full`: a random share of the wait; `none`; or a function of wait and a random number. @default {"full"} */
  jitter?: "full" | "none" | ((delay: number, random: () => number) => number);
  /** Makes the random numbers repeatable. @default {unpredictable} */
  seed?: number;
  /** The longest wait a server may ask for, in milliseconds; beyond it the call ends at once. @default {30_000} */
  maxRetryAfter?: number;
  /** Overrides the decision: `true` retries, `false` does not, `undefined` leaves it as it is. @default {none} */
  when?: (state: RetryState) => boolean | undefined | Promise<boolean | undefined>;
  /** Share of an origin's requests that may be retries; `false` for no such limit. @default {20 % within 10 s, 10 at least} */
  budget?: BudgetOptions | false;
  /** Send an `Idempotency-Key`, the same on each attempt: a random one, a given one, or what the function makes. @default {false} */
  idempotencyKey?: boolean | string | (() => string);
}

const NAMES = [
  "max",
  "methods",
  "statuses",
  "on",
  "backoff",
  "jitter",
  "seed",
  "maxRetryAfter",
  "when",
  "budget",
  "idempotencyKey",
] as const satisfies readonly (keyof RetryOptions)[];

const DEFAULT_MAX = 2;
const DEFAULT_METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"].filter(isIdempotent);
const DEFAULT_STATUSES = [408, 429, 500, 502, 503, 504];
const DEFAULT_CAUSES: readonly RetryCause[] = ["connect", "reset"];

/**
 * Retry options that were checked and frozen once, to be used for many calls.
 *
 * Throws `TypeError` or `RangeError` that names the option.
 *
 * @example
 * ```ts
 * import { Retry } from "@jetstream/client";
 *
 * const stubborn = new Retry({ max: 5, backoff: { base: 100 } });
 * ```
 */
export class Retry implements RetryOptions {
  declare readonly max?: number;
  declare readonly methods?: readonly string[];
  declare readonly statuses?: readonly number[];
  declare readonly on?: readonly RetryCause[];
  declare readonly backoff?: BackoffOptions | ((retry: number) => number);
  declare readonly jitter?: "full" | "none" | ((delay: number, random: () => number) => number);
  declare readonly seed?: number;
  declare readonly maxRetryAfter?: number;
  declare readonly when?: (state: RetryState) => boolean | undefined | Promise<boolean | undefined>;
  declare readonly budget?: BudgetOptions | false;
  declare readonly idempotencyKey?: boolean | string | (() => string);

  /** Checks and freezes the options. */
  constructor(options: RetryOptions = {}) {
    const given = record<RetryOptions>("retry", options, NAMES);
    resolveRetry(given);
    Object.assign(this, given);
    Object.freeze(this);
  }
}

/** The decision table in force for a value of the `retry` option; `null` when off. */
export function resolveRetry(value: RetryOptions | number | false | undefined): RetrySettings | null {
  if (value === false || value === 0) return null;
  if (typeof value === "number") return complete({ max: wholeNumber("retry", value, 0) });
  if (value !== undefined && (typeof value !== "object" || value === null)) {
    throw wrongType("retry", value, "an object of options, a number of retries, or false");
  }
  const settings = complete(record<RetryOptions>("retry", value ?? {}, NAMES));
  return settings.max === 0 ? null : settings;
}

function complete(given: RetryOptions): RetrySettings {
  return Object.freeze({
    max: wholeNumber("retry.max", given.max ?? DEFAULT_MAX, 0, 100),
    methods: new Set(given.methods === undefined ? DEFAULT_METHODS : listOf("retry.methods", given.methods, text)),
    statuses: new Set(
      given.statuses === undefined
        ? DEFAULT_STATUSES
        : listOf("retry.statuses", given.statuses, (name, status) => wholeNumber(name, status, 200, 599)),
    ),
    on: new Set(
      given.on === undefined ? DEFAULT_CAUSES : listOf(
        "retry.on",
        given.on,
        (name, cause) => oneOf<RetryCause>(name, cause, ["connect", "reset", "timeout"]),
      ),
    ),
    backoff: resolveBackoff(given.backoff),
    jitter: resolveJitter(given.jitter),
    random: given.seed === undefined ? Math.random : seeded(wholeNumber("retry.seed", given.seed, 0)),
    maxRetryAfter: given.maxRetryAfter === undefined ? 30_000 : duration("retry.maxRetryAfter", given.maxRetryAfter),
    when: given.when === undefined ? null : callable("retry.when", given.when),
    budget: resolveBudget(given.budget),
    idempotencyKey: resolveKey(given.idempotencyKey),
  });
}

function resolveBackoff(value: RetryOptions["backoff"]): RetrySettings["backoff"] {
  if (typeof value === "function") {
    return (retry) =>
      after<number, number>(
        value(retry),
        (delay) => numberWithin("retry.backoff (its result)", delay, 0, Number.MAX_SAFE_INTEGER),
      );
  }
  const given = record<BackoffOptions>("retry.backoff", value ?? {}, ["base", "factor", "max"]);
  const base = numberWithin("retry.backoff.base", given.base ?? 250, 0, 3_600_000);
  const factor = numberWithin("retry.backoff.factor", given.factor ?? 2, 1, 100);
  const max = numberWithin("retry.backoff.max", given.max ?? 8_000, 0, 3_600_000);
  return (retry) => Math.min(max, base * factor ** (retry - 1));
}

function resolveJitter(value: RetryOptions["jitter"]): RetrySettings["jitter"] {
  if (typeof value === "function") return value;
  switch (oneOf("retry.jitter", value ?? "full", ["full", "none"])) {
    case "full":
      return (delay, random) => delay * random();
    case "none":
      return (delay) => delay;
  }
}

function resolveBudget(value: RetryOptions["budget"]): BudgetSettings | null {
  if (value === false) return null;
  const given = record<BudgetOptions>("retry.budget", value ?? {}, ["ratio", "window", "floor"]);
  return Object.freeze({
    ratio: numberWithin("retry.budget.ratio", given.ratio ?? 0.2, 0, 1),
    window: duration("retry.budget.window", given.window ?? 10_000),
    floor: wholeNumber("retry.budget.floor", given.floor ?? 10, 0),
  });
}

function resolveKey(value: RetryOptions["idempotencyKey"]): RetrySettings["idempotencyKey"] {
  if (value === undefined || value === false) return null;
  if (value === true) return () => crypto.randomUUID();
  if (typeof value === "function") return value;
  const key = text("retry.idempotencyKey", value);
  return () => key;
}

/** A small repeatable generator (mulberry32): for jitter only, never for secrets. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
