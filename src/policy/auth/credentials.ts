/**
 * Owns what the schemes share about user, password and the field they go into.
 * Must not know any scheme.
 * Invariant: no message holds a user name or a password.
 */

import type { HttpRequest } from "../../http/request.ts";

/**
 * Whether the caller wrote the Authorization field by hand: it wins, and no scheme is asked. A
 * client that put its own over it would surprise, as a netrc file that did so has (CVE-2024-47081).
 */
export function hasCredentials(request: HttpRequest): boolean {
  return request.headers.has("authorization");
}

/** Checks user and password (RFC 7617 §2) and brings them into Normalization Form C; throws `TypeError`. */
export function checkUserPassword(scheme: string, user: string, password: string): [user: string, password: string] {
  if (typeof user !== "string" || typeof password !== "string") {
    throw new TypeError(`Cannot use ${scheme} authentication: user or password is not a string`);
  }
  if (hasControl(user) || hasControl(password)) {
    throw new TypeError(`Cannot use ${scheme} authentication: user or password holds a control character`);
  }
  if (!user.isWellFormed() || !password.isWellFormed()) {
    throw new TypeError(`Cannot use ${scheme} authentication: user or password holds half of a surrogate pair`);
  }
  return [user.normalize("NFC"), password.normalize("NFC")];
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The bytes of a text from the wire, where each character is one octet. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Base64 of the UTF-8 bytes of a text. */
export function base64(text: string): string {
  let binary = "";
  for (const byte of utf8(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
