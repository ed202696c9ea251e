import { assertEquals } from "@std/assert";
import { chooseDigest, type DigestChallenge } from "../../../src/policy/auth/digest_challenge.ts";
import { test } from "../../support/suite.ts";

const PLAIN: DigestChallenge = {
  realm: "r",
  nonce: "n",
  opaque: undefined,
  algorithm: undefined,
  hash: "md5",
  session: false,
  qop: [],
  stale: false,
  userhash: false,
};

const ROWS: readonly (readonly [name: string, lines: string[], expected: Partial<DigestChallenge> | undefined])[] = [
  ["takes MD5 when no algorithm is named", ['Digest realm="r", nonce="n"'], {}],
  ["keeps the algorithm's letter case to send it back", ['Digest realm="r", nonce="n", algorithm=mD5'], {
    algorithm: "mD5",
  }],
  ["reads every parameter", [
    'Digest realm="r", nonce="n", opaque="o", algorithm=SHA-256-sess, qop="auth, auth-int", stale=TRUE, userhash=true, charset=UTF-8',
  ], {
    opaque: "o",
    algorithm: "SHA-256-sess",
    hash: "sha-256",
    session: true,
    qop: ["auth", "auth-int"],
    stale: true,
    userhash: true,
  }],
  ["prefers SHA-512-256 to SHA-256 to MD5, whatever stands first", [
    'Digest realm="r", nonce="n", algorithm=MD5',
    'Digest realm="r", nonce="n", algorithm=SHA-256',
    'Digest realm="r", nonce="n", algorithm=SHA-512-256',
  ], { algorithm: "SHA-512-256", hash: "sha-512-256" }],
  ["chooses among challenges of one line", [
    'Digest realm="r", nonce="n", algorithm=MD5, Digest realm="r", nonce="n", algorithm=SHA-256',
  ], { algorithm: "SHA-256", hash: "sha-256" }],
  ["takes the first of equals", ['Digest realm="r", nonce="n"', 'Digest realm="x", nonce="y"'], {}],
  ["passes over an algorithm that it does not have", [
    'Digest realm="r", nonce="n", algorithm=SHA3-512',
    'Digest realm="r", nonce="n"',
  ], {}],
  ["passes over other schemes", ['Basic realm="x"', 'Digest realm="r", nonce="n"'], {}],
  ["ignores a protection it does not know beside one it does", ['Digest realm="r", nonce="n", qop="x,auth"'], {
    qop: ["auth"],
  }],
  ["takes an empty qop as none", ['Digest realm="r", nonce="n", qop=""'], {}],
  ["refuses what offers only protections it does not know", ['Digest realm="r", nonce="n", qop="x"'], undefined],
  ["refuses a challenge without nonce", ['Digest realm="r"'], undefined],
  ["refuses a challenge without realm", ['Digest nonce="n"'], undefined],
  ["refuses algorithms that only begin alike", ['Digest realm="r", nonce="n", algorithm=MD5-x'], undefined],
  ["takes stale=false as it is", ['Digest realm="r", nonce="n", stale=false'], {}],
  ["finds nothing in nothing", [], undefined],
];

for (const [name, lines, expected] of ROWS) {
  test(`chooseDigest() ${name}`, () => {
    assertEquals(chooseDigest(lines), expected === undefined ? undefined : { ...PLAIN, ...expected });
  });
}
