/**
 * Owns the run of a script of the tests in threads of this process.
 * Must not know what the script does.
 */

import { runtimeId } from "./runtime.ts";

interface Thread {
  on(event: "message", listener: (value: unknown) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: () => void): void;
  terminate(): Promise<unknown>;
}

interface Threads {
  readonly Worker: new (url: URL, options: object) => Thread;
}

/** What each of `count` threads tells, which run `script` (a path from the top of the project) with `workerData`. */
export async function inThreads<T>(script: string, count: number, workerData: object): Promise<T[]> {
  const { Worker } = process.getBuiltinModule("node:worker_threads") as unknown as Threads;
  const path = runtimeId() === "node20" ? script.replace(/\.ts$/, ".js") : script;
  const url = new URL(`../../${path}`, import.meta.url);
  return await Promise.all(Array.from({ length: count }, async () => {
    const thread = new Worker(url, { workerData });
    const ended = new Promise<void>((resolve) => thread.on("exit", resolve));
    try {
      return await new Promise<T>((resolve, reject) => {
        thread.on("message", (value) => resolve(value as T));
        thread.on("error", reject);
      });
    } finally {
      await thread.terminate();
      await ended;
    }
  }));
}
