/**
 * Owns the entry of the worker: from here it finds the shared memory and starts to serve.
 * Must not know what is served; that is loaded only in a worker.
 * Invariants: imported by the caller's thread, it does nothing but tell its own address; a worker
 * that ends says so, whatever ended it.
 */

import { Handover, type MemoryPort, type TakeMessage } from "./handover.ts";
import { MEMORY_KEY, PORT_KEY, SharedMemory } from "./memory.ts";

/** The address of this module, for who starts the worker; a bundle may leave it out. */
export const WORKER_ENTRY: string | undefined = import.meta.url;

/** The part of `node:worker_threads` that is used. */
interface ThreadModule {
  readonly isMainThread: boolean;
  readonly workerData:
    | { readonly [MEMORY_KEY]?: SharedArrayBuffer; readonly [PORT_KEY]?: MemoryPort }
    | null
    | undefined;
  readonly receiveMessageOnPort: TakeMessage;
  readonly parentPort: { on(event: "message", listener: (value: { id: number; blob: Blob }) => void): void };
}

interface ThreadProcess {
  getBuiltinModule?(name: string): ThreadModule | undefined;
  on(event: string, listener: () => void): void;
}

/** The memory that this thread was started with; `undefined` in any other thread. */
function sharedMemory(thread: ThreadModule | undefined): SharedMemory | undefined {
  const buffer = thread?.isMainThread === false ? thread.workerData?.[MEMORY_KEY] : undefined;
  // A page that is not isolated has none: there this module is loaded by a bundle, and does nothing.
  return typeof SharedArrayBuffer === "function" && buffer instanceof SharedArrayBuffer
    ? new SharedMemory(buffer)
    : undefined;
}

async function serve(thread: ThreadModule, memory: SharedMemory, process: ThreadProcess): Promise<void> {
  process.on("exit", () => memory.state = "ended");
  const [{ ThreadEnd }, { ThreadHost }] = await Promise.all([import("./thread_end.ts"), import("./thread_host.ts")]);
  const end = new ThreadEnd(memory);
  const host = new ThreadHost(end, new Handover(thread.workerData![PORT_KEY], thread.receiveMessageOnPort));
  // Listening holds the thread, which the caller's thread does not wait for.
  thread.parentPort.on("message", ({ id, blob }) => host.receiveBlob(id, blob));
  memory.state = "running";
  await end.run((message) => host.receive(message), () => host.isIdle);
}

const { process } = globalThis as { process?: ThreadProcess };
const thread = process?.getBuiltinModule?.("node:worker_threads");
const memory = sharedMemory(thread);
if (memory !== undefined) {
  serve(thread!, memory, process!).catch((error) => {
    memory.state = "ended";
    throw error;
  });
}
