/**
 * Owns certificates made inside a test: authorities and what they issue, right and wrong ones.
 * Must not know who uses them, nor need any tool: ECDSA P-256 by WebCrypto, DER by hand.
 * Invariant: every certificate is X.509 version 3 with a subject alternative name, unless asked otherwise.
 *
 * ```ts
 * const authority = await Authority.create("Test CA");
 * const server = await authority.issue({ names: ["localhost", "127.0.0.1"] });
 * ```
 */

import { bits, element, integer, objectId, octets, pem, sequence, time, utf8 } from "./der.ts";

/** What a certificate shall say. */
export interface CertificateOptions {
  /** Common name; the first of `names` by default. */
  readonly subject?: string;
  /** DNS names and IP addresses it is valid for. */
  readonly names?: readonly string[];
  /** First instant of validity; yesterday by default. */
  readonly validFrom?: Date;
  /** Last instant of validity; in a year by default. */
  readonly validTo?: Date;
  /** Extended key usage; `server` by default. */
  readonly purpose?: "server" | "client" | "code";
  /** Whether it is an authority of its own. */
  readonly authority?: boolean;
}

/** A certificate with its key. */
export interface Issued {
  /** The certificate and the intermediate ones above it, PEM. */
  readonly cert: string;
  /** The certificate alone, PEM. */
  readonly leaf: string;
  /** The private key, PEM. */
  readonly key: string;
  /** Base64 SHA-256 of the public key (SPKI). */
  readonly pin: string;
}

interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

const DAY = 86_400_000;
const ECDSA_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const PURPOSES = {
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
  code: "1.3.6.1.5.5.7.3.3",
};
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;

async function generate(): Promise<KeyPair> {
  return await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]) as KeyPair;
}

async function exported(format: "spki" | "pkcs8" | "raw", key: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.exportKey(format, key) as ArrayBuffer);
}

async function digest(algorithm: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

function name(common: string): Uint8Array {
  return sequence(element(0x31, sequence(objectId("2.5.4.3"), utf8(common))));
}

function generalName(text: string): Uint8Array {
  if (/^[\d.]+$/.test(text)) return element(0x87, text.split(".").map(Number));
  if (!text.includes(":")) return element(0x82, new TextEncoder().encode(text));
  const [left, right] = text.split("::");
  const groups = (part: string | undefined): string[] => part ? part.split(":") : [];
  const missing = 8 - groups(left).length - groups(right).length;
  const all = right === undefined ? groups(left) : [...groups(left), ...Array(missing).fill("0"), ...groups(right)];
  return element(0x87, all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(objectId(id), element(0x01, [0xff]), octets(value))
    : sequence(objectId(id), octets(value));
}

async function keyId(key: CryptoKey): Promise<Uint8Array> {
  return await digest("SHA-1", await exported("raw", key));
}

async function extensions(options: CertificateOptions, key: CryptoKey, signer: CryptoKey): Promise<Uint8Array> {
  const list = options.authority
    ? [
      extension("2.5.29.19", true, sequence(element(0x01, [0xff]))),
      extension("2.5.29.15", true, element(0x03, [1, 0x06])), // keyCertSign, cRLSign
    ]
    : [
      extension("2.5.29.19", true, sequence()),
      extension("2.5.29.15", true, element(0x03, [7, 0x80])), // digitalSignature
      extension("2.5.29.37", false, sequence(objectId(PURPOSES[options.purpose ?? "server"]))),
    ];
  if (options.names?.length) list.push(extension("2.5.29.17", false, sequence(...options.names.map(generalName))));
  list.push(extension("2.5.29.14", false, octets(await keyId(key))));
  list.push(extension("2.5.29.35", false, sequence(element(0x80, await keyId(signer)))));
  return element(0xa3, sequence(...list));
}

/** The DER form of a signature that WebCrypto gives as two numbers side by side. */
function derSignature(raw: Uint8Array): Uint8Array {
  return sequence(integer(raw.slice(0, 32)), integer(raw.slice(32)));
}

async function sign(
  options: CertificateOptions,
  keys: KeyPair,
  issuer: { readonly subject: string; readonly keys: KeyPair },
): Promise<string> {
  const now = Date.now();
  const body = sequence(
    element(0xa0, integer([2])),
    integer(crypto.getRandomValues(new Uint8Array(16)).fill(1, 0, 1)),
    ECDSA_SHA256,
    name(issuer.subject),
    sequence(time(options.validFrom ?? new Date(now - DAY)), time(options.validTo ?? new Date(now + 365 * DAY))),
    name(options.subject ?? options.names?.[0] ?? "Test"),
    await exported("spki", keys.publicKey),
    await extensions(options, keys.publicKey, issuer.keys.publicKey),
  ) as Uint8Array<ArrayBuffer>;
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, issuer.keys.privateKey, body);
  return pem("CERTIFICATE", sequence(body, ECDSA_SHA256, bits(derSignature(new Uint8Array(raw)))));
}

async function issued(leaf: string, above: string, keys: KeyPair): Promise<Issued> {
  const spki = await digest("SHA-256", await exported("spki", keys.publicKey));
  return {
    cert: leaf + above,
    leaf,
    key: pem("PRIVATE KEY", await exported("pkcs8", keys.privateKey)),
    pin: btoa(String.fromCharCode(...spki)),
  };
}

/** Who issues certificates. */
export class Authority {
  /** Its common name. */
  readonly subject: string;
  /** Its own certificate, PEM. */
  readonly cert: string;
  /** Base64 SHA-256 of its public key (SPKI). */
  readonly pin: string;
  readonly #keys: KeyPair;
  readonly #above: string;

  private constructor(subject: string, cert: string, pin: string, keys: KeyPair, above: string) {
    this.subject = subject;
    this.cert = cert;
    this.pin = pin;
    this.#keys = keys;
    this.#above = above;
  }

  /** A root that signs itself. */
  static async create(subject: string): Promise<Authority> {
    const keys = await generate();
    const cert = await sign({ subject, authority: true }, keys, { subject, keys });
    return new Authority(subject, cert, (await issued(cert, "", keys)).pin, keys, "");
  }

  /** An authority below this one; what it issues carries its certificate along. */
  async intermediate(subject: string): Promise<Authority> {
    const keys = await generate();
    const cert = await sign({ subject, authority: true }, keys, { subject: this.subject, keys: this.#keys });
    return new Authority(subject, cert, (await issued(cert, "", keys)).pin, keys, cert + this.#above);
  }

  /** A certificate signed by this authority. */
  async issue(options: CertificateOptions): Promise<Issued> {
    const keys = await generate();
    const leaf = await sign(options, keys, { subject: this.subject, keys: this.#keys });
    return issued(leaf, this.#above, keys);
  }
}

/** A certificate that signs itself and is no authority. */
export async function selfSigned(options: CertificateOptions): Promise<Issued> {
  const keys = await generate();
  const subject = options.subject ?? options.names?.[0] ?? "Test";
  const leaf = await sign({ ...options, subject }, keys, { subject, keys });
  return issued(leaf, "", keys);
}
