/**
 * Owns how a guard's verdicts meet a connection: which addresses are dialled, what a proxy is asked
 * for, what stands once a socket is open.
 * Must not know the rules (`guard.ts`), nor how a socket is opened.
 * Invariants: an address that was not judged is never dialled, and the one that was judged is the
 * one that is dialled; a proxy is given a name only where any address of it would do.
 */

import type { ResolvedAddress } from "../core/runtime.ts";
import type { Socket } from "../core/socket.ts";
import { GuardError, ProxyError } from "../errors.ts";
import type { ProxyLeg, ProxyLegContext } from "./dial.ts";
import {
  type Guard,
  type GuardPeer,
  type GuardRefusal,
  judgeAddress,
  judgeHost,
  judgeSocket,
  trustsHost,
} from "./guard.ts";
import { authorityOf } from "./proxy_failure.ts";
import { addressOf, isAddressLiteral } from "./resolver.ts";
import type { Route } from "./route.ts";

/** Addresses of one name that an HTTP proxy is asked for. */
const MAX_ADDRESSES = 4;

/** Throws `GuardError` unless the route may be dialled as far as its names and literals tell. */
export function checkRoute(guard: Guard, route: Route): void {
  if (route.unix !== null) {
    const refusal = judgeSocket(guard, route.unix);
    const path = route.unix.replace(/^\0/, "@");
    if (refusal !== undefined) throw guardError(refusal, path, { host: path });
    return;
  }
  const origin = originOf(route);
  const refusal = judgeHost(guard, origin);
  if (refusal !== undefined) throw refusedHost(refusal, origin);
  if (isAddressLiteral(origin.host)) mayDial(guard, origin, [addressOf(origin.host)]);
  if (route.proxy === null) return;
  const proxy: GuardPeer = { host: route.proxy.hostname, port: route.proxy.port, role: "proxy" };
  const refusedProxy = judgeHost(guard, proxy);
  if (refusedProxy !== undefined) throw refusedHost(refusedProxy, proxy);
}

/** Whom the first socket of a route leads to. */
export function firstPeer(route: Route): GuardPeer {
  const { proxy } = route;
  return proxy === null ? originOf(route) : { host: proxy.hostname, port: proxy.port, role: "proxy" };
}

function originOf({ host, port }: { readonly host: string; readonly port: number }): GuardPeer {
  return { host, port, role: "origin" };
}

/** Those of `addresses` that may be dialled; throws the refusal of the first when none may. */
export function mayDial(
  guard: Guard,
  peer: GuardPeer,
  addresses: readonly ResolvedAddress[],
): readonly ResolvedAddress[] {
  let first: GuardError | undefined;
  const passed = addresses.filter(({ address }) => {
    const refusal = judgeAddress(guard, peer, address);
    if (refusal !== undefined) first ??= refusedAddress(refusal, peer, address, addresses);
    return refusal === undefined;
  });
  if (passed.length === 0 && first !== undefined) throw first;
  return passed;
}

/** Closes `socket` and throws `GuardError` when it leads elsewhere than to an address that may be dialled. */
export function checkConnected(guard: Guard, peer: GuardPeer, socket: Socket): void {
  const { remoteAddress } = socket;
  if (remoteAddress === undefined) return;
  const address = remoteAddress.slice(0, remoteAddress.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  const refusal = judgeAddress(guard, peer, address);
  if (refusal === undefined) return;
  socket.close();
  throw refusedAddress(refusal, peer, address, [addressOf(address)]);
}

/** Leads through proxies as `leg` does, with addresses that were judged in place of names that were not. */
export function guardedLeg(leg: ProxyLeg, guard: Guard): ProxyLeg {
  return async (socket, context) => {
    const origin = originOf(context);
    const resolve = async (name: string): Promise<readonly ResolvedAddress[]> =>
      mayDial(guard, origin, await context.resolve(name));
    const hosts = await hostsFor(guard, context, resolve);
    let open = socket;
    for (let at = 0;; at++) {
      try {
        return await leg(open, { ...context, resolve, host: hosts[at]! });
      } catch (error) {
        const another = error instanceof ProxyError && error.code === "PROXY_REFUSED" && error.retryable;
        if (!another || at + 1 >= hosts.length) throw error;
        open.close();
        open = await context.reopen();
      }
    }
  };
}

/** What the proxy is asked for. */
async function hostsFor(
  guard: Guard,
  { proxy, host, port }: ProxyLegContext,
  resolve: ProxyLegContext["resolve"],
): Promise<readonly string[]> {
  // SOCKS 4 and 5 resolve here as they are.
  const { scheme } = proxy;
  if (
    isAddressLiteral(host) || scheme === "socks4" || scheme === "socks5" || trustsHost(guard, originOf({ host, port }))
  ) {
    return [host];
  }
  if (scheme === "http" || scheme === "https") {
    return (await resolve(host)).slice(0, MAX_ADDRESSES).map(({ address }) => address);
  }
  const plain = scheme.slice(0, -1);
  const why = `${scheme} leaves the name to the proxy, where no address can be judged; expected ${plain}, ` +
    `or the name in "guard.allow"`;
  throw new GuardError(`Cannot reach ${authorityOf(host, port)} through the proxy ${proxy.label}: ${why}`, {
    code: "GUARD_UNSEEN",
    host,
    port,
  });
}

/** Whether a proxy may be sent requests for `host` in absolute form: it resolves the name itself. */
export function mayForward(guard: Guard, host: string, port: number): boolean {
  return isAddressLiteral(host) || trustsHost(guard, originOf({ host, port }));
}

function refusedHost(refusal: GuardRefusal, { host, port, role }: GuardPeer): GuardError {
  return guardError(refusal, `${role === "proxy" ? "the proxy " : ""}${authorityOf(host, port)}`, { host, port });
}

function refusedAddress(
  refusal: GuardRefusal,
  { host, port, role }: GuardPeer,
  address: string,
  addresses: readonly ResolvedAddress[],
): GuardError {
  const at = address === host ? "" : ` at ${address}`;
  const where = `${role === "proxy" ? "the proxy " : ""}${authorityOf(host, port)}${at}`;
  return guardError(refusal, where, { host, port, address, addresses: addresses.map(({ address }) => address) });
}

function guardError(
  { code, why, ...rest }: GuardRefusal,
  where: string,
  fields: { host: string; port?: number; address?: string; addresses?: readonly string[] },
): GuardError {
  return new GuardError(`Cannot connect to ${where}: ${why}`, { code, ...fields, ...rest });
}
