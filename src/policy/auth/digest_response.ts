/**
 * Owns the computation of the Digest credentials (RFC 7616 §3.4).
 * Must not know challenges' order, state, or where randomness comes from.
 * Invariant: pure; the password enters a digest and nothing else.
 */

import type { HashName } from "../../core/runtime.ts";
import { octets, utf8 } from "./credentials.ts";
import type { DigestChallenge, Qop } from "./digest_challenge.ts";

/** Everything that the credentials depend on. */
export interface DigestInput {
  readonly challenge: DigestChallenge;
  readonly user: string;
  readonly password: string;
  readonly method: string;
  /** The request target as it goes out. */
  readonly target: string;
  /** `undefined`: the form of RFC 2069. */
  readonly qop: Qop | undefined;
  /** The body, for `auth-int`. */
  readonly body: Uint8Array;
  readonly cnonce: string;
  /** The cnonce that began the session, for `-sess`. */
  readonly sessionCnonce: string;
  /** How often the nonce was used, this time included. */
  readonly count: number;
}

/** The runtime's digests. */
export type Hash = (name: HashName, data: Uint8Array) => Uint8Array;

/** The value of the Authorization field. */
export function digestCredentials(input: DigestInput, hash: Hash): string {
  const { challenge, qop } = input;
  const count = input.count.toString(16).padStart(8, "0");
  const fields = [
    userField(input, hash),
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(input.target)}`,
    `response="${responseOf(input, count, hash)}"`,
  ];
  if (challenge.algorithm !== undefined) fields.push(`algorithm=${challenge.algorithm}`);
  if (qop !== undefined || challenge.session) fields.push(`cnonce=${quoted(input.cnonce)}`);
  if (challenge.opaque !== undefined) fields.push(`opaque=${quoted(challenge.opaque)}`);
  if (qop !== undefined) fields.push(`qop=${qop}`, `nc=${count}`);
  if (challenge.userhash) fields.push("userhash=true");
  return `Digest ${fields.join(", ")}`;
}

/** §3.4.1 to §3.4.3. */
function responseOf(input: DigestInput, count: string, hash: Hash): string {
  const { challenge, qop } = input;
  const digest = (...parts: (string | Uint8Array)[]): string => hex(hash(challenge.hash, joined(parts)));
  const user = digest(utf8(input.user), octets(challenge.realm), utf8(input.password));
  const secret = challenge.session ? digest(user, challenge.nonce, input.sessionCnonce) : user;
  const message = qop === "auth-int"
    ? digest(input.method, input.target, hex(hash(challenge.hash, input.body)))
    : digest(input.method, input.target);
  return qop === undefined
    ? digest(secret, challenge.nonce, message)
    : digest(secret, challenge.nonce, count, input.cnonce, qop, message);
}

/** The user: hashed, or plain, or, where a quoted string cannot hold it, in the form of RFC 8187 (§3.4, §3.4.4). */
function userField({ challenge, user }: DigestInput, hash: Hash): string {
  if (challenge.userhash) {
    return `username="${hex(hash(challenge.hash, joined([utf8(user), octets(challenge.realm)])))}"`;
  }
  if (/^[\x20-\x7e]*$/.test(user)) return `username=${quoted(user)}`;
  return `username*=UTF-8''${encodeExtended(user)}`;
}

/** Parts with colons between. */
function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes: number[] = [];
  parts.forEach((part, index) => {
    if (index > 0) bytes.push(0x3a);
    for (const byte of typeof part === "string" ? octets(part) : part) bytes.push(byte);
  });
  return Uint8Array.from(bytes);
}

/** `attr-char` stays, all else is percent-encoded (RFC 8187 §3.2.1). */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The bytes in lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
