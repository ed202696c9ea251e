/**
 * Owns one connection being opened, seen from outside: for whom, since when, how long each
 * phase took, and how to stop it.
 * Must not know how a connection is opened (`dial.ts`) nor who gets it (`pool_state.ts`).
 * Invariant: a call that was told a start is told its end, also when the dial goes on without it.
 */

import { CancelToken } from "../base/cancel.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";

/** A dial under way. */
export class DialTask {
  /** Stops the dial. */
  readonly cancel: CancelToken = new CancelToken();
  readonly startedAt: number;
  /** Milliseconds that resolving took. */
  dns = 0;
  /** Milliseconds from the first attempt to connect until the socket, or the tunnel, stood. */
  connect = 0;
  /** Milliseconds that the TLS handshakes took. */
  tls = 0;
  /** Time. */
  readonly clock: Clock;
  readonly #owner: Call;
  readonly #limit: Deadline;
  #told: Call | undefined;
  /** Ends to tell, for the starts that `#told` was told. */
  readonly #open = new Map<string, (call: Call) => void>();

  /** Begins now, within the connect limit of `call`. */
  constructor(call: Call, clock: Clock) {
    this.clock = clock;
    this.#owner = call;
    this.#told = call;
    this.startedAt = clock.now();
    this.#limit = new Deadline(() => this.cancel.cancel(call.timeout("connect", this.startedAt)));
    call.deadlines.add(this.#limit, call.settings.timeout.connect, this.startedAt);
  }

  /** What the call that it was begun for wants. */
  get settings(): Call["settings"] {
    return this.#owner.settings;
  }

  /** Tells another call from now on, or none. */
  tell(call: Call | undefined): void {
    if (this.#told === call) return;
    for (const end of this.#open.values()) if (this.#told) end(this.#told);
    this.#open.clear();
    this.#told = call;
  }

  /** Tells `call` nothing more; does nothing when another is told. */
  forget(call: Call): void {
    if (this.#told === call) this.tell(undefined);
  }

  /** The limit no longer runs; nothing more is told. */
  settle(): void {
    this.#owner.deadlines.remove(this.#limit);
    this.tell(undefined);
  }

  /** How a failure counts: stopped from outside, or failed by itself. */
  outcome(): Outcome {
    return this.cancel.reason === undefined ? "error" : "aborted";
  }

  now(): number {
    return this.clock.now();
  }

  dnsStart(name: string): void {
    this.#start("dns", (call) => call.emit("dns-end", { outcome: "aborted", addresses: [] }));
    this.#told?.emit("dns-start", { name });
  }

  dnsEnd(outcome: Outcome, addresses: readonly string[]): void {
    if (this.#end("dns")) this.#told?.emit("dns-end", { outcome, addresses });
  }

  connectStart(address: string): void {
    this.#start(`connect ${address}`, (call) => call.emit("connect-end", { address, outcome: "aborted" }));
    this.#told?.emit("connect-start", { address });
  }

  connectEnd(address: string, outcome: Outcome): void {
    if (this.#end(`connect ${address}`)) this.#told?.emit("connect-end", { address, outcome });
  }

  tlsStart(name: string): void {
    this.#start(`tls ${name}`, (call) => call.emit("tls-end", { name, outcome: "aborted" }));
    this.#told?.emit("tls-start", { name });
  }

  tlsEnd(name: string, outcome: Outcome, alpn: string | undefined): void {
    if (!this.#end(`tls ${name}`)) return;
    this.#told?.emit("tls-end", alpn === undefined ? { name, outcome } : { name, outcome, alpn });
  }

  #start(key: string, abort: (call: Call) => void): void {
    if (this.#told !== undefined) this.#open.set(key, abort);
  }

  #end(key: string): boolean {
    return this.#open.delete(key);
  }
}
