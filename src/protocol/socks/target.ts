/**
 * Owns where a SOCKS proxy shall lead, as bytes.
 * Must not know which version of the protocol carries it.
 * Invariant: what cannot be carried whole is refused; a name is never cut, and never resolved
 * here instead (CVE-2023-38545).
 */

import { parseAddress } from "../../base/ip_address.ts";
import { LocalProtocolError } from "../../errors.ts";

/** Bytes of a name, a user or a password: their length is one byte on the wire. */
export const LONGEST_TEXT = 255;

/** A host as bytes: an address of 4 or 16, or a name. */
export interface TargetBytes {
  readonly kind: "ipv4" | "ipv6" | "name";
  readonly bytes: Uint8Array;
}

/** The bytes of an address (IPv6 without brackets) or name. Throws `LocalProtocolError`. */
export function targetBytes(host: string): TargetBytes {
  const address = parseAddress(host);
  if (address) return { kind: address.length === 4 ? "ipv4" : "ipv6", bytes: address };
  if (host.length > LONGEST_TEXT) {
    throw impossible(`the host name has ${host.length} bytes`, `1 to ${LONGEST_TEXT}`);
  }
  const bytes = new Uint8Array(host.length);
  for (let at = 0; at < host.length; at++) {
    const code = host.charCodeAt(at);
    // Names arrive in their ASCII form; a colon can only be an IPv6 address that is none.
    if (code <= 0x20 || code >= 0x7f || code === 0x3a) {
      throw impossible(`the host name holds U+${hex(code)} at position ${at}`, "visible ASCII without a colon");
    }
    bytes[at] = code;
  }
  if (host.length === 0) throw impossible("the host name is empty", `1 to ${LONGEST_TEXT} bytes`);
  return { kind: "name", bytes };
}

/** The two bytes of a port. Throws `LocalProtocolError`. */
export function portBytes(port: number): readonly [number, number] {
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw impossible(`the port is ${port}`, "a whole number from 1 to 65535");
  }
  return [port >> 8, port & 0xff];
}

/** UTF-8 of a user or password, which is never printed. Throws `LocalProtocolError`. */
export function credentialBytes(what: "user" | "password", text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > LONGEST_TEXT) {
    throw impossible(`the ${what} has ${bytes.length} bytes`, `at most ${LONGEST_TEXT}`);
  }
  return bytes;
}

/** The error for what the protocol cannot carry. */
export function impossible(found: string, wanted: string): LocalProtocolError {
  return new LocalProtocolError(`Cannot ask the SOCKS proxy: ${found}, expected ${wanted}`);
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}
