/**
 * Owns what cannot be used while a thread waits, and the words it is refused with.
 * Must not know options by name, but for those that take the place of what is refused.
 * Invariant: each refusal names what works instead.
 */

import { recipeOf } from "../base/recipe.ts";

/** Throws `TypeError` for a value that needs the event loop of the thread that is blocked. */
export function assertCrosses(value: object): void {
  const able = value as { getReader?: unknown; readable?: { getReader?: unknown } | null; then?: unknown };
  if (typeof AbortSignal === "function" && value instanceof AbortSignal) {
    throw new TypeError(
      "Cannot use an AbortSignal in a blocking call: nothing can abort it while this thread waits, " +
        "expected the option timeout",
    );
  }
  if (typeof able.getReader === "function" || typeof able.readable?.getReader === "function") {
    throw new TypeError(
      "Cannot use a ReadableStream in a blocking call: it delivers nothing while this thread waits, " +
        "expected bytes, an iterable, a generator, or file(path)",
    );
  }
  if (Symbol.asyncIterator in value) {
    throw new TypeError(
      "Cannot use an async iterable in a blocking call: it delivers nothing while this thread waits, " +
        "expected an iterable or a generator",
    );
  }
  if (typeof able.then === "function") {
    throw new TypeError(
      "Cannot use a promise in a blocking call: it does not settle while this thread waits, expected a value",
    );
  }
}

/** Throws `TypeError` for a guard that asks a function: it must answer before the connection is used. */
export function assertGuardCrosses(guard: unknown): void {
  const check = typeof guard === "object" && guard !== null ? (guard as { check?: unknown }).check : guard;
  if (typeof check !== "function") return;
  throw new TypeError(
    "Cannot use a function as guard of a blocking client: it would have to answer at once, in another thread than " +
      'its own, expected "public" or rules',
  );
}

/** Throws `TypeError` for a transport whose handler answers by promises. */
export function assertTransportCrosses(transport: unknown): void {
  if (!isObject(transport) || recipeOf(transport)?.name !== "handlerTransport") return;
  throw new TypeError(
    "Cannot use handlerTransport() in a blocking client: its handler answers by a promise while this thread waits, " +
      "expected an object whose send() returns the response",
  );
}

/** The `TypeError` for what a function returned, if that is a promise. */
export function promiseMisuse(result: unknown, name: string): TypeError | undefined {
  if (!isObject(result) || typeof (result as { then?: unknown }).then !== "function") return undefined;
  // Nobody will wait for it: what it rejects with must not end the process.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  return new TypeError(
    `The function${name === "" ? "" : ` "${name}"`} returned a promise: ` +
      "the thread waits for the call meanwhile, expected a value",
  );
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
