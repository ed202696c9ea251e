/**
 * Owns the host port on Node, and what Bun shares with it.
 * Must not know who asks.
 * Invariant: a module is loaded on first use.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { HostFetch } from "../core/host_fetch.ts";
import type { Codecs, Files, HashName, ResolvedAddress, Runtime, RuntimeName } from "../core/runtime.ts";
import type { Connector } from "../core/socket.ts";
import { NodeCodecs } from "./codecs.ts";
import { dnsQueryByNode, lookupByNode } from "./dns_node.ts";
import { nodeFiles } from "./files_node.ts";
import { hashBytes } from "./hash.ts";
import { hostFetch } from "./host_fetch.ts";
import { nodeConnector } from "./node.ts";
import { nodeProcess } from "./node_host.ts";

/** A runtime with Node's modules. */
export class NodeRuntime implements Runtime {
  readonly name: RuntimeName = "node";
  readonly connector: Connector = nodeConnector;
  readonly files: Files = nodeFiles;
  readonly codecs: Codecs = new NodeCodecs();
  readonly hostFetch: HostFetch = hostFetch;

  get agent(): string {
    return `Node/${nodeProcess()?.versions.node}`;
  }

  lookup(name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> {
    return lookupByNode(name, cancel);
  }

  /** Behind all that the sockets have brought in this turn: microtasks would write for each of them. */
  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  dnsQuery(server: string, message: Uint8Array, cancel: CancelToken): Promise<Uint8Array> {
    return dnsQueryByNode(server, message, cancel);
  }

  env(name: string): string | undefined {
    return nodeProcess()?.env[name];
  }

  hash(name: HashName, data: Uint8Array): Uint8Array {
    return hashBytes(name, data);
  }
}
