/**
 * Owns a proxy leg over sockets in memory: what the proxy does is a script.
 * Must not know a dialogue.
 */

import { CancelToken } from "../../src/base/cancel.ts";
import type { ResolvedAddress } from "../../src/core/runtime.ts";
import type { ProxyTarget } from "../../src/core/settings.ts";
import type { Socket } from "../../src/core/socket.ts";
import { proxyLegWith } from "../../src/engine/proxy_leg.ts";
import { addressOf } from "../../src/engine/resolver.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { MemoryConnector, type MemoryPlan } from "../../src/net/memory.ts";
import { hash } from "../support/digests.ts";

/** A proxy without wishes. */
export function proxyTarget(change: Partial<ProxyTarget> = {}): ProxyTarget {
  const { scheme = "http" } = change;
  return {
    scheme,
    hostname: "proxy.test",
    port: 3128,
    username: "",
    password: "",
    headers: HeaderList.empty,
    auth: null,
    tls: null,
    key: "proxy",
    label: `${scheme}://proxy.test:3128`,
    ...change,
  };
}

/** What a test may set. */
export interface PlayOptions {
  readonly proxy?: Partial<ProxyTarget>;
  readonly host?: string;
  readonly port?: number;
  /** What the name resolves to; without it nobody may ask. */
  readonly addresses?: readonly string[];
  readonly cancel?: CancelToken;
  readonly ownedViews?: boolean;
}

/** What came of a leg. */
export interface Played {
  readonly socket: Socket | undefined;
  readonly error: unknown;
  readonly connector: MemoryConnector;
  /** What each connection to the proxy received. */
  readonly received: readonly string[];
}

/** Leads through a proxy that does, connection by connection, what the plans say. */
export async function play(plans: readonly MemoryPlan[], options: PlayOptions = {}): Promise<Played> {
  const cancel = options.cancel ?? new CancelToken();
  const connector = new MemoryConnector(plans, { ownedViews: options.ownedViews ?? false });
  const proxy = proxyTarget(options.proxy);
  const open = (): Promise<Socket> =>
    connector.connect(
      { kind: "tcp", host: proxy.hostname, port: proxy.port, localAddress: null, tls: null, nestedTls: false },
      cancel,
    );
  const first = await open();
  const leg = proxyLegWith({
    runtime: { hash, env: () => undefined, files: undefined },
    clock: { wall: () => Date.UTC(2026, 0, 1) },
  });
  let socket: Socket | undefined;
  let error: unknown;
  try {
    socket = await leg(first, {
      proxy,
      host: options.host ?? "origin.test",
      port: options.port ?? 443,
      resolve: (name) => addressesOf(name, options.addresses),
      reopen: open,
      cancel,
    });
  } catch (reason) {
    error = reason;
    first.close();
  }
  return { socket, error, connector, received: connector.peers.map((peer) => peer.receivedText) };
}

function addressesOf(name: string, addresses: readonly string[] | undefined): Promise<readonly ResolvedAddress[]> {
  if (addresses === undefined) return Promise.reject(new Error(`Nobody may resolve ${name}`));
  return Promise.resolve(addresses.map((address) => addressOf(address)));
}
