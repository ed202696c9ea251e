/**
 * Owns the passing of large byte arrays by their memory: it changes hands, nothing is copied.
 * Must not know messages, nor who waits for what.
 * Invariants: the memory is on its way before the message that names it; what a message that was
 * never sent had named is dropped; without a port the bytes go along in the message.
 */

import { ownBytes } from "../base/slab.ts";
import { KIND } from "./kinds.ts";
import type { Form } from "./pack.ts";

/** Bytes from which a hand-over costs less than the two copies through a ring. */
export const HANDOVER_BYTES: number = 32 * 1024;

/** The part of a `MessagePort` that is used. */
export interface MemoryPort {
  postMessage(value: unknown, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

/** Takes what waits at a port, without an event. */
export type TakeMessage = (port: MemoryPort) => { readonly message: unknown } | undefined;

/** Bytes that may be handed over. */
export class LargeBytes {
  readonly bytes: Uint8Array;
  /** Whether the sender uses them again: then a copy is handed over. */
  readonly areKept: boolean;

  /** Takes the bytes. */
  constructor(bytes: Uint8Array, areKept: boolean) {
    this.bytes = bytes;
    this.areKept = areKept;
  }
}

/** Bytes as they are to cross: short ones are copied. */
export function crossing(bytes: Uint8Array, areKept: boolean): Uint8Array | LargeBytes {
  return bytes.length < HANDOVER_BYTES ? bytes : new LargeBytes(bytes, areKept);
}

/** One thread's end of the way. */
export class Handover {
  readonly #port: MemoryPort | undefined;
  readonly #take: TakeMessage;
  #last = 0;

  /** An end at `port`, if there is one. */
  constructor(port: MemoryPort | undefined, take: TakeMessage) {
    this.#port = port;
    this.#take = take;
  }

  /** Hands the bytes over; what crosses in their place. */
  give({ bytes, areKept }: LargeBytes): Form {
    if (this.#port === undefined) return { kind: KIND.pairs, payload: bytes };
    const { buffer, byteOffset, length } = areKept ? new Uint8Array(bytes) : ownBytes(bytes);
    this.#port.postMessage([++this.#last, buffer], [buffer]);
    return { kind: KIND.given, payload: [this.#last, byteOffset, length] };
  }

  /** The bytes that crossed as `payload`. */
  take(payload: unknown): Uint8Array {
    const [wanted, offset, length] = payload as [number, number, number];
    for (;;) {
      const found = this.#port && this.#take(this.#port);
      if (found === undefined) throw new Error("The other thread named bytes that it did not hand over");
      const [id, buffer] = found.message as [number, ArrayBuffer];
      if (id === wanted) return new Uint8Array(buffer, offset, length);
    }
  }

  /** Drops what is on its way. */
  end(): void {
    this.#port?.close();
  }
}
