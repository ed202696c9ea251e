/**
 * Owns how a certificate of the runtime becomes our facts, and which names it is valid for.
 * Must not know the handshake.
 * Invariant: facts are read when somebody asks, not once per connection.
 */

import type { CertificateFacts, TlsFacts } from "../core/tls.ts";
import type { NodePeerCertificate } from "./node_host.ts";

function commonName(name: Readonly<Record<string, string | string[]>> | undefined): string {
  if (!name) return "";
  const common = name.CN;
  if (common !== undefined) return typeof common === "string" ? common : common.join(", ");
  return Object.entries(name).map(([key, value]) => `${key}=${value}`).join(", ");
}

/**
 * The names of a subject alternative name as Node prints it, such as `DNS:a.test, IP Address:::1`.
 * A name with a comma or a quote is printed as a JSON string (CVE-2021-44532), which may hold what looks like
 * another name.
 */
export function alternativeNames(text: string | undefined): string[] {
  const names: string[] = [];
  for (const match of (text ?? "").matchAll(/(?:^|, )(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    names.push(match[2]!);
  }
  return names;
}

/** The facts of a certificate; `undefined` for an empty one. */
export function certificateFacts(certificate: NodePeerCertificate | null | undefined): CertificateFacts | undefined {
  if (!certificate?.fingerprint256) return undefined;
  return {
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    names: alternativeNames(certificate.subjectaltname),
    validFrom: new Date(certificate.valid_from ?? NaN),
    validTo: new Date(certificate.valid_to ?? NaN),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Where facts are read from; each may answer nothing once the socket is closed. */
export interface FactSource {
  version(): string | null | undefined;
  cipher(): string | null | undefined;
  resumed(): boolean | null;
  certificate(): NodePeerCertificate | null | undefined;
}

/** Facts that are read from the runtime when they are asked for, and kept. */
export class LazyTlsFacts implements TlsFacts {
  readonly #source: FactSource;
  #certificate: CertificateFacts | undefined;

  constructor(source: FactSource) {
    this.#source = source;
  }

  get version(): string | undefined {
    return this.#source.version() ?? undefined;
  }

  get cipher(): string | undefined {
    return this.#source.cipher() ?? undefined;
  }

  get resumed(): boolean | undefined {
    return this.#source.resumed() ?? undefined;
  }

  get certificate(): CertificateFacts | undefined {
    return this.#certificate ??= certificateFacts(this.#source.certificate());
  }
}
