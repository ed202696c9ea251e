/**
 * Owns the host port on Deno.
 * Must not know who asks; must not touch `process` where Deno itself can do it.
 * Invariant: nothing here asks the user for a permission, except to connect.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { HostFetch } from "../core/host_fetch.ts";
import type { Codecs, Files, HashName, ResolvedAddress, Runtime } from "../core/runtime.ts";
import type { Connector } from "../core/socket.ts";
import { DenoCodecs } from "./codecs.ts";
import { denoConnector } from "./deno.ts";
import { denoHost } from "./deno_host.ts";
import { lookupByNode } from "./dns_node.ts";
import { queryOverTcp } from "./dns_server.ts";
import { denoFiles } from "./files_deno.ts";
import { hashBytes } from "./hash.ts";
import { hostFetch } from "./host_fetch.ts";

/** Deno. */
export class DenoRuntime implements Runtime {
  readonly name = "deno";
  readonly connector: Connector = denoConnector;
  readonly files: Files = denoFiles;
  readonly codecs: Codecs = new DenoCodecs();
  readonly hostFetch: HostFetch = hostFetch;

  get agent(): string {
    return `Deno/${denoHost().version.deno}`;
  }

  /**
   * By `getaddrinfo`, as connecting by name does. `Deno.resolveDns` would need a grant for the
   * system's name server, and does not know all that the system's resolver knows.
   */
  lookup(name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> {
    return lookupByNode(name, cancel);
  }

  /** By TCP: `node:dgram` needs a grant for every address here, and throws the lack of it at nobody. */
  dnsQuery(server: string, message: Uint8Array, cancel: CancelToken): Promise<Uint8Array> {
    return queryOverTcp(denoConnector, server, message, cancel);
  }

  env(name: string): string | undefined {
    const deno = denoHost();
    if (deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
    return deno.env.get(name);
  }

  hash(name: HashName, data: Uint8Array): Uint8Array {
    return hashBytes(name, data);
  }
}
