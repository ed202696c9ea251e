import { assertEquals } from "@std/assert";
import {
  canonicalHost,
  defaultPath,
  domainMatches,
  domainsOf,
  isAddress,
  pathMatches,
  pathOf,
} from "../../../src/policy/cookies/cookie_match.ts";
import { test } from "../../support/suite.ts";

const DOMAINS: readonly (readonly [host: string, domain: string, matches: boolean])[] = [
  ["example.com", "example.com", true],
  ["www.example.com", "example.com", true],
  ["a.b.example.com", "example.com", true],
  ["example.com", "www.example.com", false],
  ["badexample.com", "example.com", false],
  ["example.com.evil.test", "example.com", false],
  ["example.com.", "example.com", false],
  ["www.example.com.", "example.com", false],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "0.0.1", false],
  ["127.0.0.1", "1", false],
  ["::1", "::1", true],
  ["fe80::1.2", "2", false],
  ["example.com", "", false],
];

for (const [host, domain, matches] of DOMAINS) {
  test(`domainMatches() says ${matches} for ${host} and the domain "${domain}"`, () => {
    assertEquals(domainMatches(host, domain), matches);
  });
}

const PATHS: readonly (readonly [request: string, cookie: string, matches: boolean])[] = [
  ["/", "/", true],
  ["/a", "/", true],
  ["/a", "/a", true],
  ["/a/", "/a", true],
  ["/a/b", "/a", true],
  ["/a/b", "/a/", true],
  ["/ab", "/a", false],
  ["/a", "/a/", false],
  ["/", "/a", false],
  ["/A", "/a", false],
];

for (const [request, cookie, matches] of PATHS) {
  test(`pathMatches() says ${matches} for a request to ${request} and the path ${cookie}`, () => {
    assertEquals(pathMatches(request, cookie), matches);
  });
}

test("defaultPath() is the path up to its last slash", () => {
  const rows = [["/", "/"], ["/a", "/"], ["/a/", "/a"], ["/a/b", "/a"], ["/a/b/", "/a/b"], ["", "/"], ["*", "/"]];
  for (const [path, expected] of rows) assertEquals(defaultPath(path!), expected);
});

test("pathOf() cuts the query off", () => {
  assertEquals(pathOf("/a?b=/c"), "/a");
  assertEquals(pathOf("/a"), "/a");
});

test("isAddress() knows both families and no names", () => {
  for (const host of ["127.0.0.1", "10.20.30.40", "::1", "2001:db8::1"]) assertEquals(isAddress(host), true, host);
  for (const host of ["example.com", "1.2.3", "a.1.2.3.4", "1.2.3.4.test", "localhost"]) {
    assertEquals(isAddress(host), false, host);
  }
});

const HOSTS: readonly (readonly [text: string, host: string | undefined])[] = [
  ["Example.COM", "example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["example.com.", "example.com."],
  ["127.0.0.1", "127.0.0.1"],
  ["0x7f.1", "127.0.0.1"],
  ["::1", "::1"],
  ["2001:DB8:0::1", "2001:db8::1"],
  ["", undefined],
  ["a b", undefined],
  ["a/b", undefined],
  ["a@b", undefined],
  ["a?b", undefined],
  ["a#b", undefined],
  ["a\\b", undefined],
  ["example.com:80", undefined],
  ["[::1]", undefined],
  ["%65xample.com", undefined],
  ["a\tb", undefined],
];

for (const [text, host] of HOSTS) {
  test(`canonicalHost() makes ${host} of ${JSON.stringify(text)}`, () => {
    assertEquals(canonicalHost(text), host);
  });
}

test("domainsOf() climbs to the last label, but never an address", () => {
  assertEquals(domainsOf("a.b.example.com"), ["a.b.example.com", "b.example.com", "example.com", "com"]);
  assertEquals(domainsOf("localhost"), ["localhost"]);
  assertEquals(domainsOf("example.com."), ["example.com.", "com."]);
  assertEquals(domainsOf("127.0.0.1"), ["127.0.0.1"]);
  assertEquals(domainsOf("::1"), ["::1"]);
});
