import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Challenge, parseAuthParams, parseChallenges } from "../../../src/policy/auth/challenge.ts";
import { test } from "../../support/suite.ts";

interface Plain {
  scheme: string;
  token68?: string;
  [param: string]: string | undefined;
}

function plain(challenges: readonly Challenge[]): Plain[] {
  return challenges.map(({ scheme, token68, params }) => ({
    scheme,
    ...(token68 === null ? {} : { token68 }),
    ...Object.fromEntries(params),
  }));
}

const ROWS: readonly (readonly [name: string, lines: readonly string[], expected: Plain[]])[] = [
  ["one scheme alone", ["Negotiate"], [{ scheme: "negotiate" }]],
  ["one scheme with a parameter", ['Basic realm="x"'], [{ scheme: "basic", realm: "x" }]],
  ["parameters as tokens", ["Basic realm=x"], [{ scheme: "basic", realm: "x" }]],
  ["names in any case", ['BASIC Realm="x"'], [{ scheme: "basic", realm: "x" }]],
  ["several parameters", ['Digest realm="x", nonce="y" , qop="auth,auth-int"'], [
    { scheme: "digest", realm: "x", nonce: "y", qop: "auth,auth-int" },
  ]],
  [
    "several challenges in a line",
    ['Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"'],
    [
      { scheme: "newauth", realm: "apps", type: "1", title: 'Login to "apps"' },
      { scheme: "basic", realm: "simple" },
    ],
  ],
  ["several lines", ['Basic realm="x"', "Bearer"], [{ scheme: "basic", realm: "x" }, { scheme: "bearer" }]],
  ["schemes without parameters in a row", ["Negotiate, NTLM, Basic realm=x"], [
    { scheme: "negotiate" },
    { scheme: "ntlm" },
    { scheme: "basic", realm: "x" },
  ]],
  ["a token68", ["Negotiate oRkwF+/=="], [{ scheme: "negotiate", token68: "oRkwF+/==" }]],
  ["a token68 without padding", ["Negotiate abc"], [{ scheme: "negotiate", token68: "abc" }]],
  ["a token68 between challenges", ["NTLM TlRM=, Basic realm=x"], [
    { scheme: "ntlm", token68: "TlRM=" },
    { scheme: "basic", realm: "x" },
  ]],
  ["blanks around the equals sign", ['Basic realm = "x"'], [{ scheme: "basic", realm: "x" }]],
  ["empty elements", [' , ,Basic realm="x",, ,'], [{ scheme: "basic", realm: "x" }]],
  ["an empty quoted string", ['Basic realm=""'], [{ scheme: "basic", realm: "" }]],
  ["a comma inside quotes", ['Basic realm="a, Digest b=c"'], [{ scheme: "basic", realm: "a, Digest b=c" }]],
  ["escapes", ['Basic realm="\\a\\\\\\""'], [{ scheme: "basic", realm: 'a\\"' }]],
  ["octets", ['Basic realm="caf\xe9"'], [{ scheme: "basic", realm: "caf\xe9" }]],
  ["nothing", [""], []],
  ["nothing of no lines", [], []],
  ["a malformed line, which does not touch another", ['Basic realm="x', "Bearer"], [{ scheme: "bearer" }]],
  ["what came before the malformed challenge", ['Basic realm="x", Digest realm="y'], [{ scheme: "basic", realm: "x" }]],
  ["no challenge with a parameter that comes twice", ['Basic realm="x", realm="y"'], []],
  ["no challenge with a token68 and parameters", ["Negotiate abc==, realm=x"], []],
  ["no challenge with text behind a value", ['Basic realm="x"y'], []],
  ["no challenge with text behind a token68", ["Negotiate abc== def"], []],
  ["no challenge with a missing value", ["Digest realm=x, nonce="], []],
  ["no parameters without a scheme", ['realm="x"'], []],
  ["magic names as parameters", ["Basic constructor=a, __proto__=b"], [
    { scheme: "basic", constructor: "a", ["__proto__"]: "b" } as unknown as Plain,
  ]],
];

for (const [name, lines, expected] of ROWS) {
  test(`parseChallenges() reads ${name}`, () => assertEquals(plain(parseChallenges(lines)), expected));
}

test("parseChallenges() reads 32 challenges and no more", () => {
  assertEquals(parseChallenges(["a,".repeat(100)]).length, 32);
  assertEquals(parseChallenges(Array(100).fill("a")).length, 32);
});

test("parseAuthParams() reads a field without a scheme", () => {
  assertEquals(Object.fromEntries(parseAuthParams('nextnonce="abc", qop=auth, nc=00000001')), {
    nextnonce: "abc",
    qop: "auth",
    nc: "00000001",
  });
  assertEquals(parseAuthParams('"').size, 0);
});

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019!#$&'*+-.^_`|~"), minLength: 1, maxLength: 8 });
const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).filter((c) => c !== 0x7f).map((c) => String.fromCharCode(c)),
});
const params = fc.uniqueArray(fc.tuple(token, text), {
  selector: ([name]) => name.toLowerCase(),
  minLength: 1,
  maxLength: 5,
});
const challenge = fc.oneof(
  fc.record({ scheme: token, token68: fc.constant(null), params }),
  fc.record({ scheme: token, token68: fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,9}={0,2}$/), params: fc.constant([]) }),
  fc.record({ scheme: token, token68: fc.constant(null), params: fc.constant([]) }),
);

test("parseChallenges() reads back any challenges, however they are spread over lines", () => {
  const quote = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;
  fc.assert(fc.property(fc.array(fc.array(challenge, { minLength: 1, maxLength: 3 }), { maxLength: 3 }), (lines) => {
    const written = lines.map((line) =>
      line.map(({ scheme, token68, params }) => {
        const tail = token68 ?? params.map(([name, value]) => `${name}=${quote(value)}`).join(", ");
        return tail === "" ? scheme : `${scheme} ${tail}`;
      }).join(", ")
    );
    const expected = lines.flat().map(({ scheme, token68, params }) => ({
      scheme: scheme.toLowerCase(),
      token68,
      params: params.map(([name, value]) => [name.toLowerCase(), value]),
    }));
    const read = parseChallenges(written).map(({ scheme, token68, params }) => ({
      scheme,
      token68,
      params: [...params],
    }));
    assertEquals(read as unknown, expected);
  }));
});

test("parseChallenges() never fails", () => {
  const piece = fc.constantFrom("Basic", " ", ",", "=", '"', "\\", "realm", "abc==", "\t", "/", "\xff", "x=y");
  fc.assert(
    fc.property(fc.array(piece).map((pieces) => pieces.join("")), (line) => Array.isArray(parseChallenges([line]))),
  );
});
