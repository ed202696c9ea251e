/**
 * Owns the caller's end of the channel: the start of the worker, blocking writes and reads.
 * Must not know what a message says.
 * Invariants: the worker never holds the process; a wait ends with the bytes, or with an error
 * once the worker is known to be gone.
 */

import { UnsupportedRuntimeError } from "../errors.ts";
import { bootstrapOf } from "./bootstrap.ts";
import { Handover, type MemoryPort, type TakeMessage } from "./handover.ts";
import { MEMORY_KEY, PORT_KEY, SharedMemory } from "./memory.ts";
import type { Message } from "./pack.ts";
import { encodeFrame, FrameReader } from "./wire.ts";

/** How long a quiet worker is left alone before it is asked whether it lives, in milliseconds. */
const PATIENCE = 1_000;

/** How many such waits without an answer mean that it is gone: enough for a machine under load. */
const MAX_SILENT_WAITS = 10;

/** The same for one that has not begun to serve: it tells why it cannot, so silence only means that it is slow. */
const MAX_WAITS_FOR_START = 60;

/** The part of `node:worker_threads` that is used. */
interface ThreadModule {
  readonly Worker: new (url: URL, options: object) => ThreadWorker;
  readonly SHARE_ENV: symbol;
  readonly MessageChannel: new () => { readonly port1: MemoryPort; readonly port2: MemoryPort };
  readonly receiveMessageOnPort: TakeMessage;
}

/** The part of its `Worker` that is used. */
interface ThreadWorker {
  unref(): void;
  postMessage(value: unknown): void;
  terminate(): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
}

interface ThreadHost {
  readonly process?: { getBuiltinModule?(name: string): ThreadModule | undefined };
  readonly navigator?: { readonly userAgent?: string };
}

/** Where threads come from; `UnsupportedRuntimeError` where there are none. */
function threadModule(): ThreadModule {
  const host = globalThis as ThreadHost;
  const found = host.navigator?.userAgent === "Cloudflare-Workers"
    ? undefined
    : host.process?.getBuiltinModule?.("node:worker_threads");
  if (found !== undefined && typeof SharedArrayBuffer === "function") return found;
  throw new UnsupportedRuntimeError(
    "Cannot make a blocking client: this runtime has no threads to wait for, " +
      'expected the asynchronous one: import { Client } from "@jetstream/client"',
  );
}

/** Whether memory changes hands: to Deno's tests a port that stays open is a leak of the test that used it first. */
function usesPorts(): boolean {
  return !("Deno" in globalThis);
}

/** The worker is gone, with all that it was doing. */
export class LostWorker extends Error {}

/** One worker and the memory shared with it. */
export class Channel {
  /** For large byte arrays. */
  readonly handover: Handover;
  readonly #memory = new SharedMemory();
  readonly #worker: ThreadWorker;
  readonly #reader: FrameReader;
  #failure: string | undefined;

  /**
   * Starts the worker whose entry is the module `entry`; `onMessage` is told each message as it
   * is read. A `data:` module imports the entry, which works from any origin. On Deno an entry that
   * is a file takes the permission to read the library's folder.
   */
  constructor(entry: string | undefined, onMessage: (message: Message) => void) {
    const { Worker, SHARE_ENV, MessageChannel, receiveMessageOnPort } = threadModule();
    const bootstrap = bootstrapOf(entry);
    const { port1, port2 } = usesPorts() ? new MessageChannel() : { port1: undefined, port2: undefined };
    this.handover = new Handover(port1, receiveMessageOnPort);
    const workerData = { [MEMORY_KEY]: this.#memory.buffer, [PORT_KEY]: port2 };
    const transferList = port2 === undefined ? [] : [port2];
    this.#worker = new Worker(bootstrap, { workerData, env: SHARE_ENV, transferList });
    this.#worker.unref();
    this.#worker.on("error", (error) => this.#failure = error instanceof Error ? error.message : String(error));
    this.#reader = new FrameReader(onMessage);
  }

  /** Whether the worker has not ended, as far as is known. */
  get isAlive(): boolean {
    return this.#memory.state !== "ended" && this.#failure === undefined;
  }

  /** Writes a message; blocks while the ring is full. */
  send(message: Message): void {
    const { toWorker } = this.#memory;
    for (const part of encodeFrame(message)) {
      for (let at = 0; at < part.length;) {
        const count = this.#memory.callerBell.count;
        const written = toWorker.write(part, at);
        at += written;
        if (at === part.length) break;
        this.#memory.wakeWorker();
        if (written === 0) this.#wait(count);
      }
    }
    this.#memory.wakeWorker();
  }

  /** Reads what there is; blocks until there is something. */
  receive(): void {
    const { toCaller, callerBell } = this.#memory;
    for (;;) {
      const count = callerBell.count;
      let read = 0;
      for (let piece = toCaller.peek(PIECE); piece.length > 0; piece = toCaller.peek(PIECE)) {
        this.#reader.push(piece);
        read += piece.length;
        if (toCaller.consume(piece.length)) this.#memory.wakeWorker();
        if (read >= PIECE && this.#reader.isBetweenFrames) return;
      }
      if (read > 0 && this.#reader.isBetweenFrames) return;
      if (read === 0) this.#wait(count);
    }
  }

  /** Hands a value over that only the runtime can copy; it arrives on its own. */
  post(value: unknown): void {
    this.#worker.postMessage(value);
  }

  /** Ends the worker. */
  end(): void {
    this.#worker.terminate();
    this.handover.end();
  }

  #wait(count: number): void {
    for (let silent = 0; this.isAlive; silent++) {
      if (silent >= (this.#memory.state === "starting" ? MAX_WAITS_FOR_START : MAX_SILENT_WAITS)) break;
      if (this.#memory.callerBell.wait(count, PATIENCE)) return;
      // An answer to the last question changes the bell as well: then the worker lives, and works.
      this.#memory.ping();
    }
    const { failure, state } = this.#memory;
    if (failure !== undefined) throw new LostWorker(`it could not start: ${failure}`);
    throw new LostWorker(this.#failure ?? (state === "starting" ? "it did not start" : "it has ended"));
  }
}

/** Bytes taken from the ring before the room is given back: large enough to be cheap, small enough to overlap. */
const PIECE = 64 * 1024;
