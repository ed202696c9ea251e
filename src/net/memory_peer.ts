/**
 * Owns the far side of one connection in memory: what it got, and what it does.
 * Must not know HTTP.
 * Invariant: bytes and events reach the near side in the order they were sent.
 */

import type { ConnectTarget } from "../core/socket.ts";
import type { TlsFacts, TlsSettings } from "../core/tls.ts";
import type { JetstreamError } from "../errors.ts";
import { joinBytes } from "./inbox.ts";

/** One thing that the far side does. A string stands for its Latin-1 bytes. */
export type MemoryStep =
  /** Waits for so many bytes, or for bytes up to and with a text, after those that earlier steps waited for. */
  | { readonly until: number | string }
  /** Sends bytes, in reads of at most `fragment` bytes. */
  | { readonly send: Uint8Array | string; readonly fragment?: number }
  /** Sends FIN. */
  | { readonly fin: true }
  /** Waits for FIN. */
  | { readonly untilFin: true }
  /** Sends RST. */
  | { readonly rst: true }
  /** Calls back, then goes on; for what a list cannot say. */
  | { readonly call: (peer: MemoryPeer) => void | Promise<void> };

/** What becomes of one connection. Without a script the far side is silent. */
export interface MemoryPlan {
  /** `hang` never answers, `refuse` fails, an error fails with it. */
  readonly connect?: "hang" | "refuse" | JetstreamError;
  /** The same for each TLS handshake. */
  readonly handshake?: "hang" | JetstreamError;
  /** Protocol that ALPN chooses; by default the first one offered. */
  readonly alpn?: string | null;
  /** Facts that the handshake tells. */
  readonly tls?: Partial<TlsFacts>;
  /** What the far side does, in order. */
  readonly script?: readonly MemoryStep[];
  /** Bytes that are taken before `write` returns `false`. */
  readonly window?: number;
  /** Beyond the window nothing is taken until {@linkcode MemoryPeer.take}. */
  readonly hangWrites?: boolean;
}

/** What the near side gives for its events. */
export interface MemoryNearSide {
  /** Bytes wait: ask for them by {@linkcode MemoryPeer.next} when they are wanted. */
  ready(): void;
  /** Everything written has been taken. */
  taken(): void;
}

/** What the far side has sent, in order. */
export type MemoryEvent = Uint8Array | "fin" | "rst";

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === "string" ? Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)) : bytes;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The far side of a connection. */
export class MemoryPeer {
  readonly target: ConnectTarget;
  readonly plan: MemoryPlan;
  /** The settings of the handshakes made, the outermost first. */
  readonly handshakes: TlsSettings[] = [];
  /** Whether the near side has sent FIN. */
  finished = false;
  /** Whether the near side has closed. */
  closed = false;
  /** Whether the near side holds the process. */
  held = true;
  readonly #got: Uint8Array[] = [];
  readonly #events: MemoryEvent[] = [];
  #near: MemoryNearSide | undefined;
  #length = 0;
  #untaken = 0;
  #consumed = 0;
  #wake: (() => void) | undefined;

  constructor(target: ConnectTarget, plan: MemoryPlan) {
    this.target = target;
    this.plan = plan;
    void this.#run(plan.script ?? []);
  }

  /** How many bytes the near side has sent. */
  get receivedLength(): number {
    return this.#length;
  }

  /** All bytes that the near side has sent. */
  get received(): Uint8Array {
    return joinBytes(this.#got);
  }

  /** The same as Latin-1 text. */
  get receivedText(): string {
    return latin1(this.received);
  }

  /** The pieces as they were written, for those who count writes. */
  get writes(): readonly Uint8Array[] {
    return this.#got;
  }

  /** Sends bytes, in reads of at most `fragment` bytes. */
  send(bytes: Uint8Array | string, fragment: number = Infinity): void {
    const all = bytesOf(bytes);
    for (let at = 0; at < all.length; at += fragment) this.#events.push(all.slice(at, at + fragment));
    this.#near?.ready();
  }

  /** Sends FIN. */
  fin(): void {
    this.#events.push("fin");
    this.#near?.ready();
  }

  /** Sends RST. */
  rst(): void {
    this.#events.push("rst");
    this.#near?.ready();
  }

  /** Takes everything that waits beyond the window. */
  take(): void {
    if (this.#untaken === 0) return;
    this.#untaken = 0;
    this.#near?.taken();
  }

  /** Resolves when `done` says so, asked after each event of the near side; rejects when it closes before. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.closed) throw new Error("The near side closed the connection");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** @internal The near side listens. */
  attach(near: MemoryNearSide): void {
    this.#near = near;
  }

  /** @internal The next event for the near side. */
  next(): MemoryEvent | undefined {
    return this.#events.shift();
  }

  /** @internal The near side writes; the answer says whether it was taken. */
  write(bytes: Uint8Array): boolean {
    this.#got.push(bytes.slice());
    this.#length += bytes.length;
    this.#untaken += bytes.length;
    this.#stir();
    if (this.#untaken <= (this.plan.window ?? Infinity)) {
      this.#untaken = 0;
      return true;
    }
    if (!this.plan.hangWrites) queueMicrotask(() => this.take());
    return false;
  }

  /** @internal The near side sends FIN. */
  finish(): void {
    this.finished = true;
    this.#stir();
  }

  /** @internal The near side closes. */
  close(): void {
    this.closed = true;
    this.#events.length = 0;
    this.#stir();
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async #run(script: readonly MemoryStep[]): Promise<void> {
    try {
      for (const step of script) await this.#step(step);
    } catch (error) {
      // A script is cut short by a near side that closes; any other failure is the script's own.
      if (!this.closed) throw error;
    }
  }

  async #step(step: MemoryStep): Promise<void> {
    if ("until" in step) await this.until(() => this.#consume(step.until));
    else if ("untilFin" in step) await this.until(() => this.finished);
    else if ("send" in step) this.send(step.send, step.fragment);
    else if ("fin" in step) this.fin();
    else if ("rst" in step) this.rst();
    else await step.call(this);
  }

  #consume(until: number | string): boolean {
    const fresh = this.received.subarray(this.#consumed);
    const found = typeof until === "string" ? latin1(fresh).indexOf(until) : fresh.length - until;
    if (found < 0) return false;
    this.#consumed += typeof until === "string" ? found + until.length : until;
    return true;
  }
}
