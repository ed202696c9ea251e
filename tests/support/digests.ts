/**
 * Owns digests for tests, as a runtime would compute them.
 * Must not know what is digested.
 */

import { createHash } from "node:crypto";
import type { HashName } from "../../src/core/runtime.ts";

const NODE_NAMES: { readonly [name in HashName]: string } = {
  "md5": "md5",
  "sha-1": "sha1",
  "sha-256": "sha256",
  "sha-512": "sha512",
  "sha-512-256": "sha512-256",
};

/** The digest of `data`. */
export function hash(name: HashName, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(NODE_NAMES[name]).update(data).digest());
}
