/**
 * A script for Deno with few permissions: does what its argument says and prints the outcome as JSON.
 * With `trap` any touch of `process`, which would boot the Node layer, ends it.
 */

import { CancelToken } from "../../src/base/cancel.ts";
import type { ConnectTarget } from "../../src/core/socket.ts";
import { detectRuntime } from "../../src/net/detect.ts";

interface Task {
  readonly trap?: boolean;
  readonly target?: ConnectTarget;
  readonly lookup?: string;
  readonly env?: string;
  readonly gunzip?: readonly number[];
}

interface Failure {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
}

const { Deno } = globalThis as unknown as { Deno: { args: readonly string[] } };
const task = JSON.parse(Deno.args[0]!) as Task;
if (task.trap) {
  Object.defineProperty(globalThis, "process", {
    get(): never {
      throw new Error("process was touched");
    },
  });
}

async function run(): Promise<unknown> {
  const runtime = detectRuntime();
  if (task.env !== undefined) return runtime.env(task.env) ?? null;
  if (task.lookup !== undefined) return await runtime.lookup(task.lookup, new CancelToken());
  if (task.gunzip !== undefined) {
    const bytes = Uint8Array.from(task.gunzip);
    const offered = runtime.codecs.decodeSync("gzip", bytes, 1_000) !== undefined;
    const decoder = runtime.codecs.decoder("gzip");
    const chunks = [...await decoder.push(bytes), ...await decoder.finish()];
    return [runtime.codecs.decodable, offered, chunks.map((chunk) => new TextDecoder().decode(chunk)).join("")];
  }
  const socket = await runtime.connector!.connect(task.target!, new CancelToken());
  const secured = task.target!.tls ? await socket.startTls(task.target!.tls, new CancelToken()) : socket;
  const answer = new Promise<string>((resolve, reject) => {
    const space = new Uint8Array(64);
    secured.start({
      buffer: () => space,
      bytes: (view) => resolve(new TextDecoder().decode(view)),
      end: () => reject(new Error("ended")),
      error: reject,
      drain(): void {},
    });
  });
  secured.write(new TextEncoder().encode("hello"));
  const text = await answer;
  secured.close();
  return text;
}

const outcome = await run().then((value) => ({ value }), (error: Failure) => ({
  failure: [error.name, error.code, error.message],
}));
console.log(JSON.stringify(outcome));
