/**
 * Owns the one way to make a {@linkcode Client} on a host of the test's own: not part of the public types.
 * Must not know what the host is made of.
 */

import { Client, type ClientOptions } from "../../mod.ts";
import { resolveEngine } from "../../src/client/engine_options.ts";
import { Host, type HostParts } from "../../src/client/host.ts";
import { checkedTransport } from "../../src/client/transport_option.ts";

type ClientOnHost = new (
  options: ClientOptions,
  derived: { host: Host; kept: object; layers: { callLayers: readonly []; networkLayers: readonly [] } },
) => Client;

/** A client of these options on a host of these parts. */
export function clientOnHost(parts: HostParts, options: ClientOptions): { client: Client; host: Host } {
  // Its own options alone, as a client reads them: a test may have polluted the prototype.
  const { pool, dns, guard, transport, ...rest } = { __proto__: null, ...options } as ClientOptions;
  const host = new Host(parts, resolveEngine(pool, dns, guard), checkedTransport(transport));
  const derived = { host, kept: {}, layers: { callLayers: [], networkLayers: [] } } as const;
  return { client: new (Client as unknown as ClientOnHost)(rest, derived), host };
}
