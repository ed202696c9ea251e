/**
 * Owns the check that PEM text given as trust holds certificates.
 * Must not know what is done with them.
 * Invariant: text without a certificate is refused here; Deno would ignore it in silence.
 */

import { TLSError } from "../errors.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/;

/** Throws `TLSError` when one of the texts of `option` holds no certificate. */
export function checkPem(texts: readonly string[], option: "ca" | "extraCa", serverName: string): void {
  for (let i = 0; i < texts.length; i++) {
    if (CERTIFICATE.test(texts[i]!)) continue;
    throw new TLSError(`Cannot use entry ${i} of tls.${option}: it holds no PEM certificate`, {
      code: "TLS_SETTINGS",
      host: serverName,
      hint: "Pass text that holds -----BEGIN CERTIFICATE-----",
    });
  }
}
