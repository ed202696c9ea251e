/**
 * Owns a look-up through name servers: both families at once, server after server.
 * Must not know sockets (a runtime carries the messages) nor caches.
 * Invariant: when it settles, no query and no timer is left.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Clock } from "../base/clock.ts";
import type { ResolvedAddress, Runtime } from "../core/runtime.ts";
import { DNSError } from "../errors.ts";
import { type AddressType, decodeAnswer, type DnsAnswer, encodeQuery, RECORD } from "../protocol/dns/dns_message.ts";
import type { DnsOptions } from "./options.ts";
import { addressOf, type Lookup } from "./resolver.ts";

/** Milliseconds that the other family may take longer (RFC 8305 section 3): its addresses may be the better ones. */
const RESOLUTION_DELAY = 50;

/** What a look-up uses. */
export interface DnsLookupParts {
  readonly options: Pick<DnsOptions, "servers" | "queryTimeout" | "rounds">;
  readonly dnsQuery: Runtime["dnsQuery"];
  readonly clock: Clock;
  /** An unpredictable number of 16 bits. */
  readonly id: () => number;
}

type Settled = { readonly answer: DnsAnswer } | { readonly error: Error };

/** A look-up that asks the name servers of the options. */
export function dnsLookup(parts: DnsLookupParts): Lookup {
  return (name, cancel) => lookup(parts, name, cancel);
}

async function lookup(parts: DnsLookupParts, name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> {
  const work = cancel.child();
  const settle = (type: AddressType): Promise<Settled> =>
    ask(parts, name, type, work).then((answer) => ({ answer }), (error: Error) => ({ error }));
  const v6 = settle(RECORD.aaaa);
  const v4 = settle(RECORD.a);
  try {
    const first = await Promise.race([v6, v4]);
    if (!("answer" in first && first.answer.kind === "addresses")) return combine(name, await v6, await v4);
    const both = await within(parts.clock, RESOLUTION_DELAY, Promise.all([v6, v4]));
    // One family alone: kept as briefly as may be, so that the other gets its chance.
    return both === undefined ? addressesOf(first, 0) : combine(name, ...both);
  } finally {
    work.cancel(new DNSError("The look-up is over", { host: name }));
    work.detach();
  }
}

function combine(name: string, v6: Settled, v4: Settled): ResolvedAddress[] {
  const addresses = [...addressesOf(v6), ...addressesOf(v4)];
  if (addresses.length > 0) return addresses;
  for (const settled of [v4, v6]) if ("error" in settled) throw settled.error;
  const missing = [v6, v4].some((settled) => "answer" in settled && settled.answer.kind === "missing");
  throw new DNSError(`Cannot resolve ${name}: ${missing ? "there is no such name" : "it has no address"}`, {
    host: name,
    systemCode: "ENOTFOUND",
  });
}

function addressesOf(settled: Settled, ttl?: number): ResolvedAddress[] {
  if (!("answer" in settled) || settled.answer.kind !== "addresses") return [];
  const { answer } = settled;
  return answer.addresses.map((address) => addressOf(address, ttl ?? answer.ttl));
}

/** What `work` resolves to, or `undefined` when it takes longer. */
function within<T>(clock: Clock, delay: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = clock.schedule(() => resolve(undefined), delay, true);
    work.then((value) => {
      stop();
      resolve(value);
    });
  });
}

/** One family: the servers in turn, until one knows. */
async function ask(parts: DnsLookupParts, name: string, type: AddressType, cancel: CancelToken): Promise<DnsAnswer> {
  const { servers, rounds } = parts.options;
  let last: Error | undefined;
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      cancel.throwIfCancelled();
      try {
        const answer = await askServer(parts, server, name, type, cancel);
        if (answer.kind !== "failed" && answer.kind !== "truncated") return answer;
        last = refused(name, server, answer);
      } catch (error) {
        // A name that cannot be asked for is the same everywhere.
        if (error instanceof DNSError && error.code === "DNS_NAME") throw error;
        last = error as Error;
      }
    }
  }
  cancel.throwIfCancelled();
  throw last ?? new DNSError(`Cannot resolve ${name}: there is no name server`, { host: name });
}

async function askServer(
  parts: DnsLookupParts,
  server: string,
  name: string,
  type: AddressType,
  cancel: CancelToken,
): Promise<DnsAnswer> {
  const id = parts.id();
  const query = encodeQuery(id, name, type);
  const attempt = cancel.child();
  const { queryTimeout } = parts.options;
  const stop = parts.clock.schedule(() => attempt.cancel(silent(name, server, queryTimeout)), queryTimeout, true);
  try {
    return decodeAnswer(await parts.dnsQuery(server, query, attempt), id, name, type);
  } finally {
    stop();
    attempt.detach();
  }
}

function silent(name: string, server: string, limit: number): DNSError {
  return new DNSError(`Cannot resolve ${name}: ${server} did not answer within ${limit} ms`, {
    code: "DNS_TIMEOUT",
    host: name,
    systemCode: "ETIMEDOUT",
  });
}

function refused(name: string, server: string, answer: DnsAnswer & { kind: "failed" | "truncated" }): DNSError {
  const why = answer.kind === "truncated" ? "its answer was cut short" : `it failed with code ${answer.code}`;
  return new DNSError(`Cannot resolve ${name}: ${server} was asked, ${why}`, { host: name });
}
