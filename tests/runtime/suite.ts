/**
 * Owns the stand-in for `tests/support/suite.ts` where there is no test runner: in a worker or a page.
 * Must not know what is tested.
 * Invariant: a test runs when it is asked for, with its clean-ups, and tells how it ended.
 */

import type { TestContext, TestFunction, TestOptions } from "../support/suite.ts";

export type { TestContext, TestFunction, TestOptions } from "../support/suite.ts";

/** How a test ended. */
export interface Outcome {
  readonly name: string;
  readonly failure?: string;
  /** Why the runtime cannot show this behaviour. */
  readonly refused?: string;
}

interface Registered {
  readonly name: string;
  readonly fn: TestFunction;
}

/** Milliseconds until a test counts as failed. */
const LIMIT = 20_000;

const tests: Registered[] = [];

/** Registers a test. */
export function test(name: string, optionsOrFn: TestOptions | TestFunction, fn?: TestFunction): void {
  tests.push({ name, fn: typeof optionsOrFn === "function" ? optionsOrFn : fn! });
}

/** How many tests there are. */
export function countTests(): number {
  return tests.length;
}

/** Runs one of them. */
export async function runTest(index: number): Promise<Outcome> {
  const { name, fn } = tests[index]!;
  const cleanups: (() => unknown)[] = [];
  const t: TestContext = { name, after: (cleanup) => void cleanups.push(cleanup) };
  const said = console.log;
  let refused: string | undefined;
  console.log = (text: string) => void (refused = /refused: (.*)/.exec(text)?.[1] ?? refused);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Test did not end within ${LIMIT} ms`)), LIMIT);
    });
    await Promise.race([fn(t), late]);
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) await cleanup();
    return refused === undefined ? { name } : { name, refused };
  } catch (error) {
    return { name, failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } finally {
    clearTimeout(timer);
    console.log = said;
  }
}
