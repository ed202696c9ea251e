/**
 * Owns the way to a connected socket: resolve, race, proxy leg, TLS.
 * Must not know the pool, HTTP, nor how a runtime opens sockets.
 * Invariant: when it settles, one socket is open or none; a cancelled dial leaves nothing.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { ResolvedAddress } from "../core/runtime.ts";
import type { Connector, ConnectTarget, Socket } from "../core/socket.ts";
import type { ProxyTarget } from "../core/settings.ts";
import type { TlsSettings } from "../core/tls.ts";
import type { DialTask } from "./dial_task.ts";
import type { Guard } from "./guard.ts";
import { checkConnected, checkRoute, firstPeer, mayDial } from "./guarded.ts";
import { interleave } from "./happy_eyeballs.ts";
import type { AddressOrder } from "./options.ts";
import { raceConnect } from "./race.ts";
import { addressOf, isAddressLiteral, type Resolver } from "./resolver.ts";
import type { Route } from "./route.ts";

/** What a proxy leg may use. */
export interface ProxyLegContext {
  readonly proxy: ProxyTarget;
  /** Where the tunnel shall lead. */
  readonly host: string;
  readonly port: number;
  /** The addresses of a name, for proxies that take addresses only. */
  readonly resolve: (name: string) => Promise<readonly ResolvedAddress[]>;
  /** Another socket to the proxy, for a proxy that has closed the one before, or for another address. */
  readonly reopen: () => Promise<Socket>;
  readonly cancel: CancelToken;
}

/**
 * Turns a socket connected to a proxy into one that leads to the origin; no byte of TLS or HTTP
 * to the origin was sent. On failure it rejects with `ProxyError`; only the socket that it was given
 * may then be open.
 */
export type ProxyLeg = (socket: Socket, context: ProxyLegContext) => Promise<Socket>;

/** What a dial uses. */
export interface DialContext {
  readonly connector: Connector;
  readonly resolver: Resolver;
  /** Whether names are left to the connector. */
  readonly connectorResolves: boolean;
  readonly order: AddressOrder;
  /** Milliseconds between attempts to connect. */
  readonly connectDelay: number;
  readonly proxyLeg: ProxyLeg;
  /** Where connections may go; `null` for anywhere. */
  readonly guard: Guard | null;
}

/** Opens a socket for `route`, TLS included. */
export async function dial(route: Route, task: DialTask, context: DialContext): Promise<Socket> {
  const { proxy } = route;
  if (context.guard !== null) checkRoute(context.guard, route);
  const began = task.now();
  let socket = await openFirstLeg(route, task, context);
  try {
    if (proxy !== null && !route.forwarded) {
      socket = await context.proxyLeg(socket, {
        proxy,
        host: route.host,
        port: route.port,
        resolve: async (name) => await resolve(name, task, context),
        reopen: async () => await openFirstLeg(route, task, context),
        cancel: task.cancel,
      });
    }
    task.connect = Math.max(0, task.now() - began - task.dns - task.tls);
    if (route.tls !== null) socket = await secure(socket, route.tls, task);
    task.cancel.throwIfCancelled();
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** A socket to the origin, or to the proxy with its TLS. */
async function openFirstLeg(route: Route, task: DialTask, context: DialContext): Promise<Socket> {
  const socket = await openSocket(route, task, context);
  const tls = route.proxy?.tls ?? null;
  // A failed handshake closes its socket.
  return tls === null ? socket : await secure(socket, tls, task);
}

async function openSocket(route: Route, task: DialTask, context: DialContext): Promise<Socket> {
  const { proxy } = route;
  const tls = route.tls ?? proxy?.tls ?? null;
  const nestedTls = route.tls !== null && proxy !== null && proxy.tls !== null;
  if (route.unix !== null) {
    const path = route.unix;
    return await attempt(path.replace(/^\0/, "@"), { kind: "unix", path, tls, nestedTls }, task.cancel, task, context);
  }
  const name = proxy?.hostname ?? route.host;
  const port = proxy?.port ?? route.port;
  const { guard } = context;
  const connect = async (host: string, cancel: CancelToken): Promise<Socket> => {
    const target: ConnectTarget = { kind: "tcp", host, port, localAddress: route.localAddress, tls, nestedTls };
    const label = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const socket = await attempt(label, target, cancel, task, context);
    if (guard !== null) checkConnected(guard, firstPeer(route), socket);
    return socket;
  };
  if (guard === null && (context.connectorResolves || isAddressLiteral(name))) return await connect(name, task.cancel);
  const found = isAddressLiteral(name) ? [addressOf(name)] : await resolve(name, task, context);
  const usable = guard === null ? found : mayDial(guard, firstPeer(route), found);
  const addresses = interleave(usable, context.order).map(({ address }) => address);
  if (addresses.length === 1) return await connect(addresses[0]!, task.cancel);
  const options = { clock: task.clock, host: name, port, connect, delay: context.connectDelay };
  return await raceConnect(addresses, options, task.cancel);
}

async function resolve(name: string, task: DialTask, context: DialContext): Promise<readonly ResolvedAddress[]> {
  const began = task.now();
  task.dnsStart(name);
  try {
    const addresses = await context.resolver.resolve(name, task.cancel);
    task.dnsEnd("ok", addresses.map(({ address }) => address));
    return addresses;
  } catch (error) {
    task.dnsEnd(task.outcome(), []);
    throw error;
  } finally {
    task.dns += task.now() - began;
  }
}

async function attempt(
  address: string,
  target: ConnectTarget,
  cancel: CancelToken,
  task: DialTask,
  context: DialContext,
): Promise<Socket> {
  task.connectStart(address);
  try {
    const socket = await context.connector.connect(target, cancel);
    task.connectEnd(address, "ok");
    return socket;
  } catch (error) {
    task.connectEnd(address, cancel.reason === undefined ? "error" : "aborted");
    throw error;
  }
}

async function secure(socket: Socket, settings: TlsSettings, task: DialTask): Promise<Socket> {
  const began = task.now();
  task.tlsStart(settings.serverName);
  try {
    const secured = await socket.startTls(settings, task.cancel);
    task.tlsEnd(settings.serverName, "ok", secured.alpn);
    return secured;
  } catch (error) {
    task.tlsEnd(settings.serverName, task.outcome(), undefined);
    throw error;
  } finally {
    task.tls += task.now() - began;
  }
}
