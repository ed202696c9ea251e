/**
 * Owns the host port where there are no sockets of ours: edge runtimes and browsers.
 * Must not know what carries requests there (`engine/fetch_transport.ts`).
 * Invariant: what is missing is `undefined`, or says so when it is asked for.
 */

import type { HostFetch } from "../core/host_fetch.ts";
import type { Codecs, HashName, ResolvedAddress, Runtime } from "../core/runtime.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { WebCodecs } from "./codecs.ts";
import { hashBytes } from "./hash.ts";
import { hostFetch } from "./host_fetch.ts";
import { nodeProcess } from "./node_host.ts";

function refuse(what: string): Promise<never> {
  return Promise.reject(new UnsupportedRuntimeError(`Cannot ${what}: this runtime has no sockets`));
}

/** A runtime with `fetch` alone. */
export class EdgeRuntime implements Runtime {
  readonly name = "edge";
  readonly connector: undefined = undefined;
  readonly files: undefined = undefined;
  readonly codecs: Codecs = new WebCodecs();
  readonly hostFetch: HostFetch = hostFetch;

  get agent(): string {
    return globalThis.navigator?.userAgent ?? "edge";
  }

  lookup(name: string): Promise<readonly ResolvedAddress[]> {
    return refuse(`resolve ${name}`);
  }

  dnsQuery(server: string): Promise<Uint8Array> {
    return refuse(`ask the name server ${server}`);
  }

  env(name: string): string | undefined {
    return nodeProcess()?.env?.[name];
  }

  hash(name: HashName, data: Uint8Array): Uint8Array {
    return hashBytes(name, data);
  }
}
