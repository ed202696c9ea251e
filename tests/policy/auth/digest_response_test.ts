import { assertEquals, assertStringIncludes } from "@std/assert";
import type { HashName } from "../../../src/core/runtime.ts";
import { chooseDigest } from "../../../src/policy/auth/digest_challenge.ts";
import { digestCredentials, type DigestInput, hex } from "../../../src/policy/auth/digest_response.ts";
import { encode } from "../../support/bodies.ts";
import { hash } from "../../support/digests.ts";
import { test } from "../../support/suite.ts";

function credentials(challenge: string, change: Partial<DigestInput> = {}): string {
  return digestCredentials({
    challenge: chooseDigest([challenge])!,
    user: "Mufasa",
    password: "Circle of Life",
    method: "GET",
    target: "/dir/index.html",
    qop: "auth",
    body: new Uint8Array(0),
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    sessionCnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    count: 1,
    ...change,
  }, hash);
}

const REST = 'realm="http-auth@example.org", qop="auth, auth-int", ' +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

for (
  const [algorithm, response] of [
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ]
) {
  test(`digestCredentials() gives the response of RFC 7616 section 3.9.1 for ${algorithm}`, () => {
    assertEquals(
      credentials(`Digest ${REST}, algorithm=${algorithm}`),
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
        `uri="/dir/index.html", response="${response}", algorithm=${algorithm}, ` +
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", ' +
        "qop=auth, nc=00000001",
    );
  });
}

test("digestCredentials() gives the response of RFC 7616 section 3.9.2, with its erratum, for SHA-512-256 and userhash", () => {
  const value = credentials(
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
      'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", ' +
      "charset=UTF-8, userhash=true",
    {
      user: "J\u00e4s\u00f8n Doe",
      password: "Secret, or not?",
      target: "/doe.json",
      cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    },
  );
  // The values printed in the RFC are a SHA-512 cut short; erratum 4897 has those of SHA-512/256.
  assertStringIncludes(value, 'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"');
  assertStringIncludes(value, 'response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"');
  assertStringIncludes(value, "userhash=true");
});

const OLD =
  'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';

test("digestCredentials() gives the response of RFC 2617 section 3.5", () => {
  const value = credentials(`${OLD}, qop="auth,auth-int"`, { password: "Circle Of Life", cnonce: "0a4f113b" });
  assertStringIncludes(value, 'response="6629fae49393a05397450978507c4ef1"');
  assertEquals(value.includes("algorithm"), false);
});

test("digestCredentials() gives the response of RFC 2069, with its erratum, without qop", () => {
  const value = credentials(OLD, { password: "CircleOfLife", qop: undefined });
  assertStringIncludes(value, 'response="1949323746fe6a43ef61f9606e7febea"');
  assertEquals(/cnonce|nc=|qop/.test(value), false);
});

/** The formulas of RFC 7616 section 3.4, on texts. */
const h = (name: HashName, text: string): string => hex(hash(name, encode(text)));

const NONCE = 'nonce="N", realm="R"';

for (const [algorithm, name] of [["MD5", "md5"], ["SHA-256", "sha-256"], ["SHA-512-256", "sha-512-256"]] as const) {
  test(`digestCredentials() keys ${algorithm}-sess by the first cnonce`, () => {
    const value = credentials(`Digest ${NONCE}, qop=auth, algorithm=${algorithm}-sess`, {
      cnonce: "C2",
      sessionCnonce: "C1",
      count: 255,
    });
    const secret = h(name, `${h(name, "Mufasa:R:Circle of Life")}:N:C1`);
    const expected = h(name, `${secret}:N:000000ff:C2:auth:${h(name, "GET:/dir/index.html")}`);
    assertStringIncludes(value, `response="${expected}", algorithm=${algorithm}-sess`);
    assertStringIncludes(value, "nc=000000ff");
  });

  test(`digestCredentials() covers the body under auth-int with ${algorithm}`, () => {
    const change = { qop: "auth-int", method: "POST", body: encode("body"), cnonce: "C" } as const;
    const value = credentials(`Digest ${NONCE}, qop=auth-int, algorithm=${algorithm}`, change);
    const message = h(name, `POST:/dir/index.html:${h(name, "body")}`);
    const expected = h(name, `${h(name, "Mufasa:R:Circle of Life")}:N:00000001:C:auth-int:${message}`);
    assertStringIncludes(value, `response="${expected}"`);
    assertStringIncludes(value, "qop=auth-int");
  });
}

test("digestCredentials() sends the cnonce of a session also without qop", () => {
  const value = credentials(`Digest ${NONCE}, algorithm=MD5-sess`, { qop: undefined, cnonce: "C", sessionCnonce: "C" });
  const secret = h("md5", `${h("md5", "Mufasa:R:Circle of Life")}:N:C`);
  assertStringIncludes(value, `response="${h("md5", `${secret}:N:${h("md5", "GET:/dir/index.html")}`)}"`);
  assertStringIncludes(value, 'cnonce="C"');
});

test("digestCredentials() quotes what needs it, and hashes it bare", () => {
  const value = credentials('Digest realm="a\\"b\\\\c", nonce="N", qop=auth', { user: 'M"x\\y' });
  assertStringIncludes(value, 'username="M\\"x\\\\y", realm="a\\"b\\\\c"');
  const expected = h(
    "md5",
    `${h("md5", 'M"x\\y:a"b\\c:Circle of Life')}:N:00000001:f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:${
      h("md5", "GET:/dir/index.html")
    }`,
  );
  assertStringIncludes(value, `response="${expected}"`);
});

test("digestCredentials() sends a user beyond ASCII in the form of RFC 8187, and hashes it in UTF-8", () => {
  const value = credentials(`Digest ${NONCE}`, { user: "J\u00e4s\u00f8n (D*e)'", qop: undefined });
  assertStringIncludes(value, "username*=UTF-8''J%C3%A4s%C3%B8n%20%28D%2Ae%29%27, realm");
  const expected = h(
    "md5",
    `${h("md5", "J\u00e4s\u00f8n (D*e)':R:Circle of Life")}:N:${h("md5", "GET:/dir/index.html")}`,
  );
  assertStringIncludes(value, `response="${expected}"`);
});

test("digestCredentials() hashes a realm beyond ASCII as the octets that came", () => {
  const value = credentials('Digest realm="caf\xc3\xa9", nonce="N"', { qop: undefined });
  const expected = h("md5", `${h("md5", "Mufasa:caf\u00e9:Circle of Life")}:N:${h("md5", "GET:/dir/index.html")}`);
  assertStringIncludes(value, `response="${expected}"`);
});
