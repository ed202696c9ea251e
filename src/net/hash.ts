/**
 * Owns digests by `node:crypto`.
 * Must not know what is digested.
 * Invariant: synchronous, on every runtime that has the module.
 */

import type { HashName } from "../core/runtime.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { nodeModule, nodeProcess } from "./node_host.ts";

const NAMES: Readonly<Record<HashName, string>> = {
  "md5": "md5",
  "sha-1": "sha1",
  "sha-256": "sha256",
  "sha-512": "sha512",
  "sha-512-256": "sha512-256",
};

/** The digest of `data`. */
export function hashBytes(name: HashName, data: Uint8Array): Uint8Array {
  if (nodeProcess()?.getBuiltinModule?.("node:crypto") === undefined) {
    throw new UnsupportedRuntimeError(
      `Cannot compute ${name}: this runtime has no node:crypto (on Cloudflare, set the flag nodejs_compat)`,
    );
  }
  return new Uint8Array(nodeModule("crypto").createHash(NAMES[name]).update(data).digest());
}
