/**
 * Owns the one way to write a test: the same file runs under `deno test`, `bun test` and `node --test`.
 * Must not know what is tested.
 * Invariant: a test is skipped by a row in `tests/skips.ts` and in no other way.
 *
 * ```ts
 * import { test } from "../support/suite.ts";
 *
 * test("symbol() does what when", async (t) => {
 *   const server = await listen();
 *   t.after(() => server.close());
 * });
 * ```
 */

import { type Skip, SKIPS } from "../skips.ts";
import { type RuntimeId, runtimeId, runtimeName } from "./runtime.ts";

export { type RuntimeId, runtimeId, runtimeName } from "./runtime.ts";

/** What a test is given. */
export interface TestContext {
  /** The name of the test. */
  readonly name: string;
  /** Runs `cleanup` after the test, the last one first, also when the test failed. */
  after(cleanup: () => unknown): void;
}

/** The body of a test. */
export type TestFunction = (t: TestContext) => void | Promise<void>;

/** How a test runs. */
export interface TestOptions {
  /**
   * Milliseconds until the test counts as failed.
   * @default {30_000}
   */
  readonly timeout?: number;
}

interface RunnerTest {
  (name: string, options: { skip?: boolean; ignore?: boolean; timeout?: number }, fn: () => Promise<void>): unknown;
}

interface BunTest {
  (name: string, fn: () => Promise<void>, timeout?: number): void;
  skip(name: string, fn: () => Promise<void>): void;
}

const DEFAULT_TIMEOUT = 30_000;

/** How long one clean-up may take, in milliseconds. */
const CLEANUP_LIMIT = 8_000;

/** What the runner adds on top, so that its own limit never fires before ours. */
const RUNNER_MARGIN = 10_000;

/** How long Node may go on after the last test of a file before that counts as a leak, in milliseconds. */
const LINGER = 5_000;

const register = await findRunner();
let unfinished = 0;
let linger: NodeJS.Timeout | undefined;

/** Each runner has a form of its own. */
async function findRunner(): Promise<RunnerTest> {
  const name = runtimeName();
  if (name === "deno") {
    const deno = (globalThis as unknown as { Deno: { test: RunnerTest } }).Deno;
    return (name, { skip = false }, fn) => deno.test(name, { ignore: skip }, fn);
  }
  // Not literals: each runtime would try to resolve the other's module.
  const module = name === "bun" ? "bun:test" : "node:test";
  if (name === "bun") {
    const { test } = await import(module) as { test: BunTest };
    return (name, { skip, timeout }, fn) => skip ? test.skip(name, fn) : test(name, fn, timeout);
  }
  const { test } = await import(module) as { test: RunnerTest };
  return test;
}

/** The row that keeps `name` from running on `id`. */
export function findSkip(name: string, id: RuntimeId, skips: readonly Skip[] = SKIPS): Skip | undefined {
  return skips.find((skip) =>
    skip.test === name && skip.on.some((on) => on === id || (on === "node" && id.startsWith("node")))
  );
}

/** Runs a clean-up that must not hold the whole run should it never end. */
async function within(limit: number, cleanup: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Clean-up did not end within ${limit} ms: ${cleanup}`)), limit);
  });
  try {
    await Promise.race([cleanup(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one test body with its time limit and its clean-ups. */
export async function runTest(name: string, fn: TestFunction, timeout: number): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  const failures: unknown[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Test did not end within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([fn({ name, after: (cleanup) => void cleanups.push(cleanup) }), limit]);
  } catch (error) {
    failures.push(error);
  } finally {
    clearTimeout(timer);
  }
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
    try {
      await within(CLEANUP_LIMIT, cleanup);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const texts = failures.map((failure) => failure instanceof Error ? failure.stack ?? failure.message : `${failure}`);
    throw new AggregateError(failures, `Test and clean-up failed:\n${texts.join("\n")}`);
  }
}

/**
 * Deno checks after each test that nothing is left, Bun ends whatever is left; Node would wait for it
 * for ever. The timer does not hold the process: it fires only when something else does.
 */
function watchNode(change: 1 | -1): void {
  unfinished += change;
  if (runtimeName() !== "node") return;
  clearTimeout(linger);
  if (unfinished > 0) return;
  linger = setTimeout(() => {
    console.error(`Tests left something open that holds the process: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, LINGER).unref();
}

/** Registers a test. Names read "symbol() does what when". */
export function test(name: string, fn: TestFunction): void;
export function test(name: string, options: TestOptions, fn: TestFunction): void;
export function test(name: string, optionsOrFn: TestOptions | TestFunction, maybeFn?: TestFunction): void {
  const fn = typeof optionsOrFn === "function" ? optionsOrFn : maybeFn;
  const options = typeof optionsOrFn === "function" ? {} : optionsOrFn;
  if (!fn) throw new TypeError(`Cannot register the test "${name}": it has no body`);
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const skip = findSkip(name, runtimeId()) !== undefined;
  if (!skip) watchNode(1);
  register(name, { skip, timeout: timeout + RUNNER_MARGIN }, async () => {
    try {
      await runTest(name, fn, timeout);
    } finally {
      watchNode(-1);
    }
  });
}
