/**
 * Stand-in for `@std/assert`, so that the tests need no registry and run on every runtime:
 * the same names, the same behaviour, only what the tests use.
 */

import { equal } from "./equal.ts";
import { diff, format } from "./format.ts";

export { equal };

/** What every function here throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is false | 0 | "" | null | undefined {
  if (expr) throw new AssertionError(msg);
}

/** Always fails. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/** Fails when it is reached. */
export function unreachable(reason?: string): never {
  throw new AssertionError(reason ?? "Unreachable.");
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const a = format(actual);
  const b = format(expected);
  const detail = a === b
    ? `    ${a}\n    (both look the same: another class, or hidden members)`
    : `    [Diff] - actual / + expected\n\n${diff(a, b)}`;
  throw new AssertionError(`Values are not equal${suffix(msg)}\n\n${detail}\n`);
}

/** Fails when both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
  );
}

/** Fails unless both are the same by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const a = format(actual);
  const b = format(expected);
  const detail = a === b ? `    ${a}` : diff(a, b);
  const why = a === b ? "Values have the same structure but are not reference-equal" : "Values are not strictly equal";
  throw new AssertionError(`${why}${suffix(msg)}\n\n${detail}\n`);
}

/** Fails when both are the same by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(`Expected "actual" to not be strictly equal to: ${format(actual)}${suffix(msg)}`);
}

/** Fails when `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(`Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`);
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any
  expectedType: abstract new (...args: any[]) => T,
  msg = "",
): asserts actual is T {
  if (actual instanceof expectedType) return;
  const found = actual === null
    ? "null"
    : typeof actual === "object"
    ? (actual as object).constructor?.name ?? "Object"
    : typeof actual;
  const text = actual instanceof Error ? ` (${actual.name}: ${actual.message})` : "";
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was "${found}"${text}${suffix(msg)}`,
  );
}

/** Fails unless `actual` matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  // A global expression remembers where it stopped: start afresh.
  expected.lastIndex = 0;
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected actual: ${format(actual)} to match: ${expected}${suffix(msg)}`);
}

/** Fails when `actual` matches. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  expected.lastIndex = 0;
  if (!expected.test(actual)) return;
  throw new AssertionError(`Expected actual: ${format(actual)} to not match: ${expected}${suffix(msg)}`);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(`Expected actual: ${format(actual)} to contain: ${format(expected)}${suffix(msg)}`);
}

/** Fails unless `actual` contains every item of `expected`. */
export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  const items = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !items.some((other) => equal(other, item)));
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: ${format(items)} to include: ${format(Array.from(expected))}${suffix(msg)}\nmissing: ${
      format(missing)
    }`,
  );
}

function subset(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, i) => i < expected.length ? subset(item, expected[i]) : item).slice(0, expected.length);
  }
  const plain = typeof expected === "object" && expected !== null &&
    (Object.getPrototypeOf(expected) === Object.prototype || Object.getPrototypeOf(expected) === null);
  if (!plain || typeof actual !== "object" || actual === null) return actual;
  const picked: Record<PropertyKey, unknown> = {};
  for (const key of Reflect.ownKeys(expected)) {
    if (!(key in actual)) continue;
    picked[key] = subset(
      (actual as Record<PropertyKey, unknown>)[key],
      (expected as Record<PropertyKey, unknown>)[key],
    );
  }
  return picked;
}

/** Fails unless every member of `expected` is in `actual`, deeply. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals<unknown>(subset(actual, expected), expected, msg);
}

/** Fails unless `actual` > `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(`Expect ${format(actual)} > ${format(expected)}${msg ? `: ${msg}` : ""}`);
}

/** Fails unless `actual` >= `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual >= expected) return;
  throw new AssertionError(`Expect ${format(actual)} >= ${format(expected)}${msg ? `: ${msg}` : ""}`);
}

/** Fails unless `actual` < `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(`Expect ${format(actual)} < ${format(expected)}${msg ? `: ${msg}` : ""}`);
}

/** Fails unless `actual` <= `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual <= expected) return;
  throw new AssertionError(`Expect ${format(actual)} <= ${format(expected)}${msg ? `: ${msg}` : ""}`);
}

/** Fails unless both differ by at most `tolerance`; by default a ten-millionth of `expected`. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} to be close to ${format(expected)}: delta ${format(delta)} is greater than ${
      format(allowed)
    }${suffix(msg)}`,
  );
}

/** Fails unless `error` is an Error, of the class and with the text given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix(msg)} Got ${format(error)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}"${suffix(msg)} ${
        format(error)
      }`,
      { cause: error },
    );
  }
  const found = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches === undefined || msgMatches.test(error.message);
  if (!found) {
    const wanted = typeof msgMatches === "string" ? `include ${format(msgMatches)}` : `match ${msgMatches}`;
    throw new AssertionError(`Expected error message to ${wanted}, but got ${format(error.message)}${suffix(msg)}`, {
      cause: error,
    });
  }
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of the class, with the text given; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): E | unknown {
  const wanted = typeof classOrMsg === "string" ? undefined : classOrMsg;
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
    if (wanted) assertIsError(error, wanted, msgIncludes, text);
    return thrown;
  }
  throw new AssertionError(`Expected function to throw${suffix(text)}`);
}

/** Fails unless the promise of `fn` rejects; resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of `fn` rejects with an error of the class and text given; resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<E | unknown> {
  const wanted = typeof classOrMsg === "string" ? undefined : classOrMsg;
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(`Function throws when expected to reject${suffix(text)} ${format(error)}`, {
      cause: error,
    });
  }
  if (typeof (promise as { then?: unknown } | undefined)?.then !== "function") {
    throw new AssertionError(`Function did not return a promise${suffix(text)}`);
  }
  try {
    await promise;
  } catch (error) {
    if (wanted) assertIsError(error, wanted, msgIncludes, text);
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(text)}`);
}
