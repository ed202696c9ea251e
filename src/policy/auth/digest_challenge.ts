/**
 * Owns which Digest challenge is answered, and what of it matters (RFC 7616 §3.3, §3.7).
 * Must not know users, requests or state.
 * Invariant: pure; the strongest algorithm that we have wins, never the first that a man in the
 * middle put in front; what we do not understand is not answered.
 */

import type { HashName } from "../../core/runtime.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";

/** What a Digest challenge says. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** To be sent back as it came; `undefined` when absent. */
  readonly opaque: string | undefined;
  /** The algorithm as named, to be sent back; `undefined` when absent, which means MD5. */
  readonly algorithm: string | undefined;
  readonly hash: HashName;
  /** The `-sess` variant: one key per nonce. */
  readonly session: boolean;
  /** The protections offered; empty for the form of RFC 2069. */
  readonly qop: readonly Qop[];
  /** The nonce was too old, the credentials were not wrong. */
  readonly stale: boolean;
  /** The user name is to be sent hashed. */
  readonly userhash: boolean;
}

/** Quality of protection: the request alone, or its body as well. */
export type Qop = "auth" | "auth-int";

/** The algorithms, strongest first. */
const ALGORITHMS: readonly (readonly [name: string, hash: HashName])[] = [
  ["sha-512-256", "sha-512-256"],
  ["sha-256", "sha-256"],
  ["md5", "md5"],
];

/** The challenge to answer among the values of WWW-Authenticate; `undefined` for none. */
export function chooseDigest(lines: readonly string[]): DigestChallenge | undefined {
  let best: DigestChallenge | undefined;
  for (const challenge of parseChallenges(lines)) {
    const read = readDigest(challenge);
    if (read !== undefined && (best === undefined || rankOf(read) < rankOf(best))) best = read;
  }
  return best;
}

function rankOf(challenge: DigestChallenge): number {
  return ALGORITHMS.findIndex(([, hash]) => hash === challenge.hash);
}

/** Reads one challenge; `undefined` when it is none of Digest or asks for what we do not have. */
export function readDigest({ scheme, params }: Challenge): DigestChallenge | undefined {
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  if (scheme !== "digest" || realm === undefined || nonce === undefined) return undefined;
  const algorithm = params.get("algorithm");
  const name = (algorithm ?? "MD5").toLowerCase();
  const session = name.endsWith("-sess");
  const row = ALGORITHMS.find(([known]) => known === (session ? name.slice(0, -"-sess".length) : name));
  if (row === undefined) return undefined;
  const offered = params.get("qop");
  const qop = offered?.split(",").map((word) => word.trim().toLowerCase()).filter(isQop) ?? [];
  if (offered !== undefined && offered.trim() !== "" && qop.length === 0) return undefined;
  return {
    realm,
    nonce,
    opaque: params.get("opaque"),
    algorithm,
    hash: row[1],
    session,
    qop,
    stale: params.get("stale")?.toLowerCase() === "true",
    userhash: params.get("userhash")?.toLowerCase() === "true",
  };
}

function isQop(word: string): word is Qop {
  return word === "auth" || word === "auth-int";
}
