/**
 * Owns the module that a worker begins with: it imports the entry, and tells why that failed.
 * Must not know what the entry does.
 * Invariant: it works from any origin, and leaves the reason where a thread that waits can read it.
 */

import { UnsupportedRuntimeError } from "../errors.ts";
import { FAILURE_LAYOUT, MEMORY_KEY } from "./memory.ts";

/** Where the entry stands in the library, however that is packed. */
const ENTRY = /\/src\/sync\/worker\.[jt]s(?:[?#]|$)/;

/**
 * The address of a module that imports `entry`. A bundle has another name, or none: it would be the
 * program itself, run once more in the worker, so it is refused before anything starts.
 */
export function bootstrapOf(entry: string | undefined): URL {
  if (entry === undefined || !ENTRY.test(entry)) {
    throw new UnsupportedRuntimeError(
      "Cannot make a blocking client: the library was bundled with the program, so its worker has no module " +
        "to start from, expected @jetstream/client to stay outside (an external of the bundler)",
    );
  }
  const { state, ended, bell, length, offset, bytes } = FAILURE_LAYOUT;
  const source = `try {
  await import(${JSON.stringify(entry)});
} catch (error) {
  const { workerData } = process.getBuiltinModule("node:worker_threads");
  const buffer = workerData[${JSON.stringify(MEMORY_KEY)}];
  const words = new Int32Array(buffer, 0, ${offset / 4});
  const text = new TextEncoder().encode(String(error?.message ?? error)).subarray(0, ${bytes});
  new Uint8Array(buffer, ${offset}, ${bytes}).set(text);
  Atomics.store(words, ${length}, text.length);
  Atomics.store(words, ${state}, ${ended});
  Atomics.add(words, ${bell}, 1);
  Atomics.notify(words, ${bell});
}`;
  return new URL(`data:text/javascript,${encodeURIComponent(`import process from "node:process";${source}`)}`);
}
