import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { loadPublicSuffixes, publicSuffixesOf } from "../../../src/policy/cookies/public_suffix.ts";
import { test } from "../../support/suite.ts";

const ROWS: readonly (readonly [name: string, isSuffix: boolean, why: string])[] = [
  ["com", true, "a top-level domain"],
  ["example.com", false, "a name below it"],
  ["uk", true, "a top-level domain with rules below"],
  ["co.uk", true, "a rule of two labels"],
  ["example.co.uk", false, "a name below it"],
  ["github.io", true, "a private rule"],
  ["someone.github.io", false, "a name below a private rule"],
  ["blogspot.com", true, "a private rule below com"],
  ["ck", true, "the parent of a wildcard, by the rule *"],
  ["anything.ck", true, "a wildcard"],
  ["www.ck", false, "an exception to a wildcard"],
  ["b.anything.ck", false, "a name below a wildcard"],
  ["kobe.jp", false, "the parent of a wildcard of three labels"],
  ["c.kobe.jp", true, "a wildcard of three labels"],
  ["city.kobe.jp", false, "an exception of three labels"],
  ["ide.kyoto.jp", true, "a rule of three labels"],
  ["example.ide.kyoto.jp", false, "a name below it"],
  ["localhost", true, "any last label, by the rule *"],
  ["unlisted-tld", true, "any last label, by the rule *"],
  ["name.unlisted-tld", false, "a name below an unlisted top-level domain"],
  ["xn--55qx5d.cn", true, "an IDN rule, in its ASCII form"],
  ["xn--85x722f.com.cn", false, "a name below com.cn"],
  ["xn--p1ai", true, "an IDN top-level domain"],
];

for (const [name, isSuffix, why] of ROWS) {
  test(`isPublicSuffix() says ${isSuffix} for ${name}: ${why}`, async () => {
    assertEquals((await loadPublicSuffixes()).isPublicSuffix(name), isSuffix);
  });
}

test("loadPublicSuffixes() loads once and keeps the table", async () => {
  const suffixes = await loadPublicSuffixes();
  assertStrictEquals(await loadPublicSuffixes(), suffixes);
  assertMatch(suffixes.version, /^\d{4}-\d\d-\d\d$/);
});

test("publicSuffixesOf() reads a table of its own", () => {
  const suffixes = publicSuffixesOf("test a *.b !c.b", "now");
  assertEquals(suffixes.version, "now");
  for (const name of ["test", "a.test", "x.b.test"]) assert(suffixes.isPublicSuffix(name), name);
  for (const name of ["b.test", "c.b.test", "x.a.test", "y.x.b.test"]) assert(!suffixes.isPublicSuffix(name), name);
});
