/**
 * Owns which certificates are trusted, and the secure contexts of Node made of them.
 * Must not know the handshake.
 * Invariant: `ca` replaces the runtime's trust store, `extraCa` is added to whatever is trusted.
 */

import type { TlsSettings } from "../core/tls.ts";
import { TLSError } from "../errors.ts";
import { type NodeContextOptions, nodeModule, nodeProcess } from "./node_host.ts";
import { checkPem } from "./pem.ts";
import { RecentMap } from "./recent_map.ts";
import { contextIdentity } from "./tls_identity.ts";

/** Contexts: each holds a trust store of some hundred KiB. */
const CONTEXT_LIMIT = 32;

const contexts = new RecentMap<object>(CONTEXT_LIMIT);

/** What the runtime trusts by itself, `NODE_EXTRA_CA_CERTS` included. */
function defaultTrust(): readonly string[] {
  const tls = nodeModule("tls");
  if (tls.getCACertificates) return tls.getCACertificates("default");
  // Node 20 adds the file only where no `ca` is given.
  const file = nodeProcess()?.env.NODE_EXTRA_CA_CERTS;
  if (!file) return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, new TextDecoder().decode(nodeModule("fs").readFileSync(file))];
  } catch {
    // As Node itself: a file that cannot be read adds nothing.
    return tls.rootCertificates;
  }
}

/** Every certificate trusted under `settings`. */
export function trustedCertificates(settings: TlsSettings): readonly string[] {
  return [...(settings.ca ?? defaultTrust()), ...(settings.extraCa ?? [])];
}

function refuseKey(settings: TlsSettings, why: string): never {
  throw new TLSError(`Cannot use the client certificate: ${why}`, {
    code: "TLS_SETTINGS",
    host: settings.serverName,
    hint: "Pass a certificate and the private key it was made for in `tls.cert` and `tls.key`",
  });
}

/** The options of a context; without `ca` the runtime's own trust store stays in place, unparsed. */
export function contextOptions(settings: TlsSettings): NodeContextOptions {
  const { ca, extraCa, cert, key, serverName } = settings;
  if (ca) checkPem(ca, "ca", serverName);
  if (extraCa) checkPem(extraCa, "extraCa", serverName);
  if (cert === null && key !== null) refuseKey(settings, "tls.cert is missing");
  if (cert !== null && key === null) refuseKey(settings, "tls.key is missing");
  const options: NodeContextOptions = { minVersion: `TLSv${settings.minVersion}` };
  if (ca !== null || extraCa !== null) options.ca = trustedCertificates(settings);
  if (cert !== null) options.cert = cert;
  if (key !== null) options.key = key;
  if (settings.maxVersion !== null) options.maxVersion = `TLSv${settings.maxVersion}`;
  return options;
}

/** Throws unless certificate and key belong together: Deno would fail later and name something else. */
function checkPair({ cert, key }: NodeContextOptions, settings: TlsSettings): void {
  if (cert === undefined || key === undefined) return;
  const { X509Certificate, createPrivateKey } = nodeModule("crypto");
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    refuseKey(settings, "tls.key is the key of another one");
  }
}

/** The context for `settings`, shared by all handshakes of the same trust, certificate and versions. */
export function secureContext(settings: TlsSettings): object {
  const key = contextIdentity(settings);
  let context = contexts.get(key);
  if (!context) {
    const options = contextOptions(settings);
    checkPair(options, settings);
    context = nodeModule("tls").createSecureContext(options);
    contexts.set(key, context);
  }
  return context;
}
