/**
 * Owns the check of pinned public keys (SPKI, as in RFC 7469 section 2.4) on a verified chain.
 * Must not know how the chain was verified, nor trust the order in which a server sent it.
 * Invariant: a key counts only if its certificate signed, link by link, the one that was
 * verified; whatever cannot be established is a mismatch.
 *
 * Runtimes link the certificates that a server sends by their names alone. A server that
 * holds any trusted certificate could add one with the pinned key and the issuer's name:
 * it did not sign anything, and only the signature shows that.
 */

import { PinError } from "../errors.ts";
import { nodeModule, type NodePeerCertificate, type NodeX509 } from "./node_host.ts";

/** Certificates: longer chains than this are not followed. */
const DEPTH_LIMIT = 16;

/** Base64 SHA-256 of the public key of `certificate`. */
function pinOf(certificate: NodeX509): string {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  const digest = nodeModule("crypto").createHash("sha256").update(spki).digest();
  return btoa(String.fromCharCode(...digest));
}

/** The leaf and those above it that signed the one below. */
function signedChain(leaf: NodePeerCertificate): NodeX509[] {
  const { X509Certificate } = nodeModule("crypto");
  const chain: NodeX509[] = [];
  let next: NodePeerCertificate | undefined = leaf;
  while (next?.raw && chain.length < DEPTH_LIMIT) {
    const certificate: NodeX509 = new X509Certificate(next.raw);
    const below = chain.at(-1);
    if (below && !below.verify(certificate.publicKey)) break;
    chain.push(certificate);
    // A root is its own issuer.
    if (certificate.subject === certificate.issuer) break;
    next = next.issuerCertificate;
  }
  return chain;
}

/** The trust anchor that signed the last of `chain`, for runtimes that do not tell it. */
function anchorOf(chain: readonly NodeX509[], anchors: readonly string[]): NodeX509 | undefined {
  const last = chain.at(-1);
  if (!last || last.subject === last.issuer) return undefined;
  const { X509Certificate } = nodeModule("crypto");
  for (const text of anchors) {
    const anchor = new X509Certificate(text);
    if (anchor.subject === last.issuer && last.verify(anchor.publicKey)) return anchor;
  }
  return undefined;
}

function matches(pins: readonly string[], found: readonly string[]): boolean {
  return found.some((pin) => pins.includes(pin));
}

/** Throws `PinError` unless one of `pins` is on the chain of `leaf`; `anchors` are the trusted certificates. */
export function checkPins(
  pins: readonly string[],
  leaf: NodePeerCertificate | null,
  anchors: () => readonly string[],
  serverName: string,
): void {
  const found: string[] = [];
  let cause: unknown;
  try {
    const chain = leaf ? signedChain(leaf) : [];
    found.push(...chain.map(pinOf));
    if (matches(pins, found)) return;
    const anchor = anchorOf(chain, anchors());
    if (anchor) found.push(pinOf(anchor));
    if (matches(pins, found)) return;
  } catch (error) {
    cause = error;
  }
  const seen = found.length > 0 ? found.map((pin) => `sha256/${pin}`).join(", ") : "none that can be read";
  throw new PinError(
    `Cannot secure the connection to ${serverName}: none of its ${pins.length} pinned keys is on the chain (${seen})`,
    {
      host: serverName,
      hint: "If the server's keys changed rightly, update `tls.pins`; else somebody reads along",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
