/**
 * Owns the decision where a connection may go: by name, by address, by socket path.
 * Must not know sockets, names' resolution, nor how the rules are written (`client/guard_options`).
 * Invariants: what cannot be read as an address is refused; `deny` counts for the address and for
 * each IPv4 address inside of it, `allow` for the address alone; only `true` of a function passes.
 */

import { type AddressRange, embeddedAddresses, rangeOfAddress } from "../base/address_range.ts";
import { formatAddress, parseAddress } from "../base/ip_address.ts";
import { bypassesProxy, type NoProxyRule } from "../http/no_proxy.ts";

/** What a `guard` function is told. */
export interface GuardTarget {
  /** The host of the URL, or of the proxy: a name, or an address without brackets. */
  readonly host: string;
  /** The address that would be connected to, IPv6 without brackets. */
  readonly address: string;
  /** The port that would be connected to. */
  readonly port: number;
  /** What the address is for. */
  readonly range: AddressRange;
  /** Whether the origin is to be reached, or a proxy on the way to it. */
  readonly role: "origin" | "proxy";
}

/** A function that judges: `true` lets a connection go there, `false` does not. */
export type GuardCheck = (target: GuardTarget) => boolean;

/** What holds when no list names an address. */
export type GuardBase = "public" | "any" | "none";

/** Rules, complete. */
export interface Guard {
  readonly base: GuardBase;
  /** The only hosts that may be asked for; `null` for all. */
  readonly hosts: readonly NoProxyRule[] | null;
  readonly allow: readonly NoProxyRule[];
  readonly deny: readonly NoProxyRule[];
  /** Proxies that may be connected to, whatever `base` says. */
  readonly proxies: readonly NoProxyRule[];
  /** Paths of sockets that may be connected to. */
  readonly sockets: ReadonlySet<string>;
  /** Asked last. */
  readonly check: GuardCheck | null;
}

/** Who is to be reached. */
export interface GuardPeer {
  readonly host: string;
  readonly port: number;
  readonly role: "origin" | "proxy";
}

/** Why a connection must not be made. */
export interface GuardRefusal {
  readonly code: "GUARD_HOST" | "GUARD_ADDRESS" | "GUARD_FUNCTION" | "GUARD_SOCKET";
  /** In words, to stand behind a colon. */
  readonly why: string;
  /** What the guard's function threw, if it did. */
  readonly cause?: unknown;
}

/** Why `host` must not be asked for, whatever address it has; `undefined` when only addresses decide. */
export function judgeHost(guard: Guard, { host, port, role }: GuardPeer): GuardRefusal | undefined {
  // An address, also one that stands in the URL, is judged as one.
  const names = guard.deny.filter(({ kind }) => kind !== "network");
  if (bypassesProxy(names, host, port)) return { code: "GUARD_HOST", why: 'the host is in "guard.deny"' };
  if (role === "proxy" || guard.hosts === null || bypassesProxy(guard.hosts, host, port)) return undefined;
  return { code: "GUARD_HOST", why: 'the host is not in "guard.hosts"' };
}

/** Whether `host` is trusted whatever address it has, so that somebody else may resolve it. */
export function trustsHost(guard: Guard, { host, port, role }: GuardPeer): boolean {
  if (guard.check !== null || guard.deny.some(({ kind }) => kind === "network")) return false;
  if (guard.base === "any") return true;
  return bypassesProxy(guard.allow, host, port) || (role === "proxy" && bypassesProxy(guard.proxies, host, port));
}

/** Why `address`, which `host` has, must not be connected to. */
export function judgeAddress(guard: Guard, peer: GuardPeer, address: string): GuardRefusal | undefined {
  // A zone says through which interface; the address is judged without it.
  const bytes = parseAddress(address.split("%", 1)[0]!);
  if (bytes === undefined) return refused("it cannot be read as an address");
  const plain = formatAddress(bytes);
  const { port } = peer;
  for (const each of [bytes, ...embeddedAddresses(bytes)]) {
    if (bypassesProxy(guard.deny, formatAddress(each), port)) return refused('it is in "guard.deny"');
  }
  const range = rangeOfAddress(bytes);
  const exempt = bypassesProxy(guard.allow, plain, port) || bypassesProxy(guard.allow, peer.host, port) ||
    (peer.role === "proxy" &&
      (bypassesProxy(guard.proxies, plain, port) || bypassesProxy(guard.proxies, peer.host, port)));
  if (!exempt && guard.base === "none") return refused('it is not in "guard.allow"');
  if (!exempt && guard.base === "public" && range !== "public") return refused(`it is ${article(range)} address`);
  return guard.check === null ? undefined : ask(guard.check, { ...peer, address: plain, range });
}

/** Why the socket at `path` must not be connected to. */
export function judgeSocket(guard: Guard, path: string): GuardRefusal | undefined {
  if (guard.sockets.has(path)) return undefined;
  return { code: "GUARD_SOCKET", why: 'the socket is not in "guard.sockets"' };
}

function refused(why: string): GuardRefusal {
  return { code: "GUARD_ADDRESS", why };
}

function ask(check: GuardCheck, target: GuardTarget): GuardRefusal | undefined {
  let answer: unknown;
  try {
    answer = check(target);
  } catch (cause) {
    return { code: "GUARD_FUNCTION", why: "the function of the guard threw", cause };
  }
  if (answer === true) return undefined;
  const why = answer === false ? "the function of the guard refused it" : "the function of the guard gave neither";
  if (answer === false) return { code: "GUARD_FUNCTION", why };
  // A promise would be true in every condition: nothing but the two words counts.
  if (answer instanceof Promise) answer.catch(() => {});
  return { code: "GUARD_FUNCTION", why: `${why} true nor false (it must not be asynchronous)` };
}

function article(range: AddressRange): string {
  return range === "unspecified" ? `an ${range}` : `a ${range}`;
}
