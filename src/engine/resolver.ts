/**
 * Owns what is known of names: answers, failures, and look-ups under way.
 * Must not know how a look-up is made, nor connections.
 * Invariants: one look-up in flight per name; at most `maxNames` are kept; an address literal
 * and `localhost` are never asked for; nobody gets an error object that another call holds.
 */

import { CancelToken } from "../base/cancel.ts";
import type { Clock } from "../base/clock.ts";
import type { ResolvedAddress } from "../core/runtime.ts";
import { DNSError, JetstreamError } from "../errors.ts";
import type { MaybePromise } from "../http/body.ts";
import type { DnsOptions } from "./options.ts";

/** Asks for all addresses of a name. Rejects with `DNSError`. */
export type Lookup = (name: string, cancel: CancelToken) => Promise<readonly ResolvedAddress[]>;

interface Waiting {
  readonly resolve: (addresses: readonly ResolvedAddress[]) => void;
  readonly reject: (reason: Error) => void;
}

interface Flight {
  readonly cancel: CancelToken;
  readonly waiting: Set<Waiting>;
}

interface Answer {
  readonly addresses: readonly ResolvedAddress[];
  readonly error: DNSError | undefined;
  /** When to ask anew. */
  readonly freshUntil: number;
  /** Until when it may still serve if nothing newer is to be had. */
  readonly usableUntil: number;
}

const LOOPBACK: readonly ResolvedAddress[] = Object.freeze([
  Object.freeze({ address: "127.0.0.1", family: 4, ttl: undefined }),
  Object.freeze({ address: "::1", family: 6, ttl: undefined }),
]);

/** Resolves names for one engine. */
export class Resolver {
  readonly #options: DnsOptions;
  readonly #clock: Clock;
  readonly #lookup: Lookup;
  readonly #answers = new Map<string, Answer>();
  readonly #flights = new Map<string, Flight>();

  constructor(options: DnsOptions, clock: Clock, lookup: Lookup) {
    this.#options = options;
    this.#clock = clock;
    this.#lookup = lookup;
  }

  /** Names that are kept. */
  get size(): number {
    return this.#answers.size;
  }

  /** Look-ups under way. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** The addresses of `name`, at once when they are known. Throws or rejects with `DNSError` or the token's reason. */
  resolve(name: string, cancel: CancelToken): MaybePromise<readonly ResolvedAddress[]> {
    const fixed = fixedAddresses(name, this.#options.hosts);
    if (fixed !== undefined) return fixed;
    const answer = this.#answers.get(name);
    if (answer !== undefined && answer.freshUntil > this.#clock.now()) {
      // Moves it to the end: the one at the front was asked for longest ago.
      this.#answers.delete(name);
      this.#answers.set(name, answer);
      if (answer.error !== undefined) throw copyOf(answer.error);
      return answer.addresses;
    }
    cancel.throwIfCancelled();
    return this.#join(name, cancel);
  }

  /** Forgets a name, or all. */
  forget(name?: string): void {
    if (name === undefined) this.#answers.clear();
    else this.#answers.delete(name);
  }

  #join(name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> {
    return new Promise((resolve, reject) => {
      const flight = this.#flights.get(name) ?? this.#begin(name);
      const waiting: Waiting = {
        resolve: (addresses) => {
          cancel.remove(leave);
          resolve(addresses);
        },
        reject: (reason) => {
          cancel.remove(leave);
          reject(reason);
        },
      };
      const leave = (reason: Error): void => {
        flight.waiting.delete(waiting);
        reject(reason);
        if (flight.waiting.size > 0) return;
        if (this.#flights.get(name) === flight) this.#flights.delete(name);
        flight.cancel.cancel(reason);
      };
      flight.waiting.add(waiting);
      cancel.add(leave);
    });
  }

  #begin(name: string): Flight {
    const flight: Flight = { cancel: new CancelToken(), waiting: new Set() };
    this.#flights.set(name, flight);
    this.#lookup(name, flight.cancel).then(
      (addresses) => {
        if (addresses.length === 0) return this.#failed(name, flight, noAddress(name));
        this.#land(name, flight);
        this.#keep(name, addresses);
        for (const waiting of flight.waiting) waiting.resolve(addresses);
      },
      (error: unknown) => this.#failed(name, flight, error),
    );
    return flight;
  }

  #land(name: string, flight: Flight): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
  }

  #failed(name: string, flight: Flight, reason: unknown): void {
    if (flight.cancel.reason !== undefined) return;
    this.#land(name, flight);
    const error = reason instanceof DNSError ? reason : translate(name, reason);
    const known = this.#answers.get(name);
    const now = this.#clock.now();
    // That a name does not exist is an answer; anything else says nothing about what was known.
    if (known && known.error === undefined && known.usableUntil > now && error.systemCode !== "ENOTFOUND") {
      this.#store(name, { ...known, freshUntil: now + this.#options.negativeTtl });
      for (const waiting of flight.waiting) waiting.resolve(known.addresses);
      return;
    }
    const until = now + this.#options.negativeTtl;
    this.#store(name, { addresses: [], error, freshUntil: until, usableUntil: until });
    for (const waiting of flight.waiting) waiting.reject(copyOf(error));
  }

  #keep(name: string, addresses: readonly ResolvedAddress[]): void {
    const { minTtl, maxTtl, defaultTtl, staleIfError } = this.#options;
    let kept = Infinity;
    for (const { ttl } of addresses) if (ttl !== undefined) kept = Math.min(kept, ttl * 1_000);
    const ttl = kept === Infinity ? defaultTtl : Math.min(Math.max(kept, minTtl), maxTtl);
    const freshUntil = this.#clock.now() + ttl;
    this.#store(name, { addresses, error: undefined, freshUntil, usableUntil: freshUntil + staleIfError });
  }

  #store(name: string, answer: Answer): void {
    this.#answers.delete(name);
    this.#answers.set(name, answer);
    if (this.#answers.size <= this.#options.maxNames) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      return;
    }
  }
}

/** Whether `host` is an address, IPv6 without brackets. URLs carry no other forms than these. */
export function isAddressLiteral(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

/** An address with its family. */
export function addressOf(address: string, ttl?: number): ResolvedAddress {
  return { address, family: address.includes(":") ? 6 : 4, ttl };
}

/** Addresses that need no look-up: literals, localhost (RFC 6761 §6.3), and what the options say. */
export function fixedAddresses(
  name: string,
  hosts: ReadonlyMap<string, readonly string[]>,
): readonly ResolvedAddress[] | undefined {
  if (isAddressLiteral(name)) return [addressOf(name)];
  if (/^(?:.*\.)?localhost\.?$/.test(name)) return LOOPBACK;
  return hosts.get(name)?.map((address) => addressOf(address));
}

function noAddress(name: string): DNSError {
  return new DNSError(`Cannot resolve ${name}: it has no address`, { host: name, systemCode: "ENOTFOUND" });
}

function translate(name: string, cause: unknown): DNSError {
  const why = cause instanceof JetstreamError ? cause.message : "the resolver failed";
  return new DNSError(`Cannot resolve ${name}: ${why}`, { host: name, cause });
}

/** An error belongs to one call, which adds its request to it. */
function copyOf(error: DNSError): DNSError {
  return new DNSError(error.message, {
    code: error.code,
    retryable: error.retryable,
    ...(error.host === undefined ? {} : { host: error.host }),
    ...(error.systemCode === undefined ? {} : { systemCode: error.systemCode }),
    ...("cause" in error ? { cause: error.cause } : {}),
  });
}
