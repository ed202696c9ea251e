/**
 * Owns the host port on Bun: its own sockets, Node's modules for the rest.
 * Must not know who asks.
 * Invariant: a module is loaded on first use.
 */

import type { RuntimeName } from "../core/runtime.ts";
import type { Connector } from "../core/socket.ts";
import { bunConnector } from "./bun.ts";
import { bunHost } from "./bun_host.ts";
import { NodeRuntime } from "./runtime_node.ts";

/** Bun. */
export class BunRuntime extends NodeRuntime {
  override readonly name: RuntimeName = "bun";
  override readonly connector: Connector = bunConnector;

  override get agent(): string {
    return `Bun/${bunHost().version}`;
  }
}
