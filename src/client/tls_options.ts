/**
 * Owns the resolution of the `tls` option: files read, PEM checked, identity made.
 * Must not know how a runtime does TLS.
 * Invariant: two resolutions have the same `key` exactly when every field is equal, and the
 * key says nothing of a private key or certificate.
 */

import type { Files } from "../core/runtime.ts";
import type { TlsChoice } from "../core/settings.ts";
import type { TlsVersion } from "../core/tls.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import type { CertificateInput, TlsOptions } from "./options.ts";
import { flag, listOf, oneOf, record, text, wrongRange, wrongType } from "./validate.ts";

const NAMES = [
  "ca",
  "extraCa",
  "cert",
  "key",
  "serverName",
  "verify",
  "pins",
  "minVersion",
  "maxVersion",
  "alpn",
] as const satisfies readonly (keyof TlsOptions)[];

const VERSIONS: readonly TlsVersion[] = ["1.2", "1.3"];

/** Every PEM block of a text, each with its label. */
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----[A-Za-z0-9+/=\s]*-----END \1-----/g;

/** Resolutions so far by all their fields: the key is a number, so that it cannot tell a secret. */
const identities = new Map<string, string>();

/** The TLS in force for a value of the `tls` option. Reads files; throws what names the option. */
export function resolveTls(value: TlsOptions | undefined, files: Files | undefined, option = "tls"): TlsChoice {
  const given = record<TlsOptions>(option, value ?? {}, NAMES);
  const cert = given.cert == null ? null : readPem(`${option}.cert`, given.cert, "CERTIFICATE", files).join("\n");
  const key = given.key == null ? null : readPem(`${option}.key`, given.key, "PRIVATE KEY", files).join("\n");
  if ((cert === null) !== (key === null)) {
    const missing = cert === null ? "cert" : "key";
    throw new TypeError(`Cannot use the option "${option}": it has no ${missing}, expected cert and key together`);
  }
  const minVersion = oneOf(`${option}.minVersion`, given.minVersion ?? "1.2", VERSIONS);
  const maxVersion = given.maxVersion == null ? null : oneOf(`${option}.maxVersion`, given.maxVersion, VERSIONS);
  if (maxVersion !== null && maxVersion < minVersion) {
    throw wrongRange(`${option}.maxVersion`, maxVersion, `a version not older than minVersion "${minVersion}"`);
  }
  const settings = Object.freeze({
    ca: given.ca == null ? null : readPem(`${option}.ca`, given.ca, "CERTIFICATE", files),
    extraCa: given.extraCa == null ? null : readPem(`${option}.extraCa`, given.extraCa, "CERTIFICATE", files),
    cert,
    key,
    verify: flag(`${option}.verify`, given.verify ?? true),
    pins: given.pins == null ? null : Object.freeze(readPins(`${option}.pins`, given.pins)),
    minVersion,
    maxVersion,
  });
  if (settings.pins !== null && !settings.verify) {
    throw new TypeError(`Cannot use the option "${option}": pins need verification, expected verify: true`);
  }
  const serverName = given.serverName == null ? null : text(`${option}.serverName`, given.serverName);
  const alpn = given.alpn == null ? null : Object.freeze(listOf(`${option}.alpn`, given.alpn, protocolName));
  return Object.freeze({ settings, serverName, alpn, key: identityOf({ ...settings, serverName, alpn }) });
}

function identityOf(fields: object): string {
  const whole = JSON.stringify(fields);
  let identity = identities.get(whole);
  if (identity === undefined) identities.set(whole, identity = `tls-${identities.size}`);
  return identity;
}

function protocolName(option: string, value: unknown): string {
  const name = text(option, value);
  // With a proxy HTTP/1.1 alone is spoken.
  if (name === "http/1.1" || (name === "h2" && option.startsWith("tls."))) return name;
  throw wrongRange(option, value, '"http/1.1", or "h2" with http2: no other protocol can be spoken');
}

function readPins(option: string, value: unknown): string[] {
  const pins = listOf(option, value, (name, pin) => {
    const digest = text(name, pin);
    if (!/^[A-Za-z0-9+/]{43}=$/.test(digest)) {
      throw wrongRange(name, pin, "a SHA-256 digest in base64 (44 characters)");
    }
    return digest;
  });
  if (pins.length === 0) throw wrongRange(option, value, "at least one digest");
  return pins;
}

function readPem(option: string, value: CertificateInput, label: string, files: Files | undefined): string[] {
  const many = Array.isArray(value) ? value as readonly (string | Uint8Array)[] : [value as string | Uint8Array];
  if (many.length === 0) throw wrongRange(option, value, "at least one certificate");
  return many.flatMap((one) => readOne(option, one, label, files));
}

function readOne(option: string, value: string | Uint8Array, label: string, files: Files | undefined): string[] {
  if (typeof value === "string") {
    return value.includes("-----BEGIN ")
      ? pemBlocks(option, value, label)
      : fromBytes(option, readFile(option, value, files), label);
  }
  if (value instanceof Uint8Array) return fromBytes(option, value, label);
  throw wrongType(option, value, "PEM text, bytes, or the path of a PEM file");
}

function readFile(option: string, path: string, files: Files | undefined): Uint8Array {
  if (!files) {
    throw new UnsupportedRuntimeError(
      `Cannot read the file of the option "${option}": this runtime has no files, expected PEM text`,
    );
  }
  try {
    return files.readBytesSync(path);
  } catch (cause) {
    throw new TypeError(`Cannot read the file ${JSON.stringify(path)} of the option "${option}"`, { cause });
  }
}

function fromBytes(option: string, bytes: Uint8Array, label: string): string[] {
  // DER begins with a SEQUENCE; everything else has to be PEM.
  if (bytes[0] !== 0x30) return pemBlocks(option, new TextDecoder().decode(bytes), label);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----`];
}

function pemBlocks(option: string, pem: string, label: string): string[] {
  const blocks = [...pem.matchAll(PEM_BLOCK)].filter((block) => block[1]!.endsWith(label)).map((block) => block[0]);
  if (blocks.length > 0) return blocks;
  throw new TypeError(`Cannot use the option "${option}": it holds no PEM block of the kind ${label}`);
}
