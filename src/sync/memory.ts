/**
 * Owns the layout of the memory that the caller's thread and its worker share.
 * Must not know how either side waits.
 * Invariant: each side waits on its own bell alone; whoever changes something that the other may
 * wait for (bytes, room, a state) rings the other's bell afterwards.
 */

import { Ring } from "./ring.ts";

/** The words in front of the rings. */
const CALLER_BELL = 0;
const WORKER_BELL = 1;
const TO_WORKER = 2;
const TO_CALLER = 5;
const STATE = 8;
const PING = 9;
const PONG = 10;
const SLEEPING = 11;
const SLEEP = 12;
const FAILURE = 13;
const WORDS = 16;

/** Bytes on their way to the worker: requests are small, and uploads go out as fast as the socket takes them. */
const TO_WORKER_BYTES = 256 * 1024;

/** Bytes on their way to the caller: room for the next chunks of a download while one is being used. */
const TO_CALLER_BYTES = 512 * 1024;

/** Bytes of the reason for which the worker could not start. */
const FAILURE_BYTES = 1024;

const RINGS_AT = 4 * WORDS + FAILURE_BYTES;

/** The name under which a worker is given the memory: one that no program uses for its own. */
export const MEMORY_KEY = "@jetstream/client/sync memory";

/** The same for its end of the way by which memory changes hands. */
export const PORT_KEY = "@jetstream/client/sync port";

/** What has become of the worker. */
export type WorkerState = "starting" | "running" | "ended";

const STATES: readonly WorkerState[] = ["starting", "running", "ended"];

/** Where a worker that could not load this library leaves the reason: words, then bytes. */
export const FAILURE_LAYOUT: {
  readonly [name in "state" | "ended" | "bell" | "length" | "offset" | "bytes"]: number;
} = {
  state: STATE,
  ended: STATES.indexOf("ended"),
  bell: CALLER_BELL,
  length: FAILURE,
  offset: 4 * WORDS,
  bytes: FAILURE_BYTES,
};

/** A bell: a number that grows, and the thread that sleeps until it does. */
export class Bell {
  readonly #words: Int32Array;
  readonly #at: number;

  /** The bell at word `at`. */
  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** The number now; look for work after reading it, then wait for it to change. */
  get count(): number {
    return Atomics.load(this.#words, this.#at);
  }

  /** Wakes who waits. */
  ring(): void {
    this.tick();
    this.notify();
  }

  /** Counts without waking anybody. */
  tick(): void {
    Atomics.add(this.#words, this.#at, 1);
  }

  /** Wakes who waits for a number that has changed. */
  notify(): void {
    Atomics.notify(this.#words, this.#at);
  }

  /** Blocks until the number is no longer `count`, for `timeout` milliseconds at most; whether it has changed. */
  wait(count: number, timeout: number): boolean {
    return Atomics.wait(this.#words, this.#at, count, timeout) !== "timed-out";
  }

  /** The same without blocking. */
  async changed(count: number): Promise<void> {
    const wait = Atomics.waitAsync(this.#words, this.#at, count);
    if (wait.async) await wait.value;
  }
}

/** One worker's shared memory. */
export class SharedMemory {
  /** What crosses to the worker when it starts. */
  readonly buffer: SharedArrayBuffer;
  /** The caller waits on it. */
  readonly callerBell: Bell;
  /** The worker waits on it with its event loop running. */
  readonly workerBell: Bell;
  /** The worker sleeps on it, its event loop standing still. */
  readonly sleepBell: Bell;
  /** Bytes for the worker. */
  readonly toWorker: Ring;
  /** Bytes for the caller. */
  readonly toCaller: Ring;
  readonly #words: Int32Array;

  /** Lays out new memory, or memory that another thread laid out. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(RINGS_AT + TO_WORKER_BYTES + TO_CALLER_BYTES)) {
    this.buffer = buffer;
    const words = this.#words = new Int32Array(buffer, 0, WORDS);
    this.callerBell = new Bell(words, CALLER_BELL);
    this.workerBell = new Bell(words, WORKER_BELL);
    this.sleepBell = new Bell(words, SLEEP);
    const first = new Uint8Array(buffer, RINGS_AT, TO_WORKER_BYTES);
    const second = new Uint8Array(buffer, RINGS_AT + TO_WORKER_BYTES, TO_CALLER_BYTES);
    this.toWorker = new Ring(words, TO_WORKER, first);
    this.toCaller = new Ring(words, TO_CALLER, second);
  }

  /** What has become of the worker, as far as it could say. */
  get state(): WorkerState {
    return STATES[Atomics.load(this.#words, STATE)]!;
  }

  /** Said by the worker. */
  set state(state: WorkerState) {
    Atomics.store(this.#words, STATE, STATES.indexOf(state));
    this.callerBell.ring();
  }

  /** Set by the worker around its sleep; whoever sets it looks for work afterwards. */
  set isSleeping(sleeping: boolean) {
    Atomics.store(this.#words, SLEEPING, sleeping ? 1 : 0);
  }

  /** Why the worker could not start; `undefined` when it said nothing. */
  get failure(): string | undefined {
    const length = Atomics.load(this.#words, FAILURE);
    // Text is not decoded where it is shared.
    return length === 0 ? undefined : new TextDecoder().decode(new Uint8Array(this.buffer, 4 * WORDS, length).slice());
  }

  /** Wakes the worker, and only in the way that it waits: to wake an event loop for nothing costs as much as a call. */
  wakeWorker(): void {
    this.workerBell.tick();
    this.sleepBell.tick();
    if (Atomics.load(this.#words, SLEEPING) === 1) this.sleepBell.notify();
    else this.workerBell.notify();
  }

  /** The caller asks whether the worker lives. */
  ping(): void {
    Atomics.add(this.#words, PING, 1);
    this.wakeWorker();
  }

  /** Whether the last question is open. */
  get isPinged(): boolean {
    return Atomics.load(this.#words, PING) !== Atomics.load(this.#words, PONG);
  }

  /** The worker answers the question, if there is one. */
  pong(): void {
    if (!this.isPinged) return;
    Atomics.store(this.#words, PONG, Atomics.load(this.#words, PING));
    this.callerBell.ring();
  }
}
