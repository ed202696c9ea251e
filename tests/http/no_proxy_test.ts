import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bypassesProxy, parseNoProxy } from "../../src/http/no_proxy.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { test } from "../support/suite.ts";

const DIRECT = true;
const PROXIED = false;

/** The value of NO_PROXY, a URL, and whether it is reached without a proxy. */
const ROWS: readonly (readonly [noProxy: string, url: string, direct: boolean])[] = [
  // Nothing and everything
  ["", "http://example.com/", PROXIED],
  ["  , ,", "http://example.com/", PROXIED],
  ["*", "http://example.com/", DIRECT],
  ["*", "http://10.0.0.1/", DIRECT],
  ["*", "https://[2001:db8::1]/", DIRECT],
  ["other.org, *", "http://example.com/", DIRECT],
  ["*:8080", "http://example.com:8080/", DIRECT],
  ["*:8080", "http://example.com/", PROXIED],
  // Names
  ["example.com", "http://example.com/", DIRECT],
  ["example.com", "https://example.com:8443/", DIRECT],
  ["example.com", "http://www.example.com/", DIRECT],
  ["example.com", "http://a.b.example.com/", DIRECT],
  ["example.com", "http://badexample.com/", PROXIED],
  ["example.com", "http://example.com.evil.org/", PROXIED],
  ["example.com", "http://example.org/", PROXIED],
  ["www.example.com", "http://example.com/", PROXIED],
  [".example.com", "http://www.example.com/", DIRECT],
  [".example.com", "http://example.com/", DIRECT],
  [".example.com", "http://badexample.com/", PROXIED],
  ["*.example.com", "http://www.example.com/", DIRECT],
  ["*.example.com", "http://example.com/", PROXIED],
  ["*.example.com", "http://badexample.com/", PROXIED],
  ["com", "http://example.com/", DIRECT],
  ["localhost", "http://localhost/", DIRECT],
  ["localhost", "http://app.localhost/", DIRECT],
  ["localhost", "http://127.0.0.1/", PROXIED],
  ["localhost", "http://notlocalhost/", PROXIED],
  // Case, trailing dots, spaces, lists
  ["EXAMPLE.COM", "http://example.com/", DIRECT],
  ["example.com", "http://EXAMPLE.com/", DIRECT],
  ["example.com.", "http://example.com/", DIRECT],
  ["example.com", "http://example.com./", DIRECT],
  [".example.com.", "http://www.example.com./", DIRECT],
  ["  a.org ,example.com  ", "http://example.com/", DIRECT],
  ["a.org example.com\tb.org", "http://b.org/", DIRECT],
  ["a.org,,example.com", "http://example.com/", DIRECT],
  // International names
  ["b\u00fccher.example", "http://xn--bcher-kva.example/", DIRECT],
  ["xn--bcher-kva.example", "http://b\u00fccher.example/", DIRECT],
  // Ports
  ["example.com:8080", "http://example.com:8080/", DIRECT],
  ["example.com:8080", "http://example.com/", PROXIED],
  ["example.com:80", "http://example.com/", DIRECT],
  ["example.com:443", "https://www.example.com/", DIRECT],
  [".example.com:8080", "http://www.example.com:8080/", DIRECT],
  ["*.example.com:8080", "http://www.example.com:80/", PROXIED],
  ["10.0.0.1:8080", "http://10.0.0.1:8080/", DIRECT],
  ["10.0.0.1:8080", "http://10.0.0.1:8081/", PROXIED],
  ["[::1]:8080", "http://[::1]:8080/", DIRECT],
  ["[::1]:8080", "http://[::1]/", PROXIED],
  ["example.com:0", "http://example.com/", PROXIED],
  ["example.com:65536", "http://example.com/", PROXIED],
  ["example.com:", "http://example.com/", PROXIED],
  // IPv4, in every form that the URL parser knows
  ["127.0.0.1", "http://127.0.0.1/", DIRECT],
  ["127.0.0.1", "http://127.0.0.2/", PROXIED],
  ["127.0.0.1", "http://2130706433/", DIRECT],
  ["127.0.0.1", "http://0x7f.1/", DIRECT],
  ["127.0.0.1", "http://0177.0.0.1/", DIRECT],
  ["127.0.0.1", "http://127.0.0.1./", DIRECT],
  ["0x7f000001", "http://127.0.0.1/", DIRECT],
  ["0.0.1", "http://10.0.0.1/", PROXIED],
  [".0.0.1", "http://10.0.0.1/", PROXIED],
  ["*.0.0.1", "http://10.0.0.1/", PROXIED],
  ["10.0.0.1", "http://10.0.0.1.example.com/", PROXIED],
  // Networks
  ["10.0.0.0/8", "http://10.255.0.1/", DIRECT],
  ["10.0.0.0/8", "http://11.0.0.1/", PROXIED],
  ["10.1.2.3/8", "http://10.200.0.1/", DIRECT],
  ["192.168.4.0/22", "http://192.168.7.255/", DIRECT],
  ["192.168.4.0/22", "http://192.168.8.0/", PROXIED],
  ["192.168.1.1/32", "http://192.168.1.1/", DIRECT],
  ["192.168.1.1/32", "http://192.168.1.0/", PROXIED],
  ["0.0.0.0/0", "http://203.0.113.9/", DIRECT],
  ["0.0.0.0/0", "http://[2001:db8::1]/", PROXIED],
  ["0.0.0.0/0", "http://example.com/", PROXIED],
  ["10.0.0.0/33", "http://10.0.0.0/", PROXIED],
  ["10/8", "http://10.0.0.1/", PROXIED],
  ["2001:db8::/32", "http://[2001:db8:ffff::1]/", DIRECT],
  ["2001:db8::/32", "http://[2001:db9::1]/", PROXIED],
  ["[2001:db8::]/32", "http://[2001:db8::1]/", DIRECT],
  ["2001:db8::/129", "http://[2001:db8::]/", PROXIED],
  ["fe80::/10", "http://[febf::1]/", DIRECT],
  ["::/0", "http://[2001:db8::1]/", DIRECT],
  ["::/0", "http://10.0.0.1/", PROXIED],
  // IPv6
  ["::1", "http://[::1]/", DIRECT],
  ["[::1]", "http://[::1]:9000/", DIRECT],
  ["0:0:0:0:0:0:0:1", "http://[::1]/", DIRECT],
  ["2001:DB8::A", "http://[2001:db8:0::a]/", DIRECT],
  ["::1", "http://[::2]/", PROXIED],
  ["fe80::1%eth0", "http://[fe80::1]/", DIRECT],
  ["[fe80::1%25eth0]", "http://[fe80::1]/", DIRECT],
  ["[fe80::1%eth0]:80", "http://[fe80::1]/", DIRECT],
  ["*.example.com", "http://[fe80::1]/", PROXIED],
  // IPv4 inside IPv6
  ["127.0.0.1", "http://[::ffff:127.0.0.1]/", DIRECT],
  ["127.0.0.1", "http://[::ffff:7f00:1]/", DIRECT],
  ["::ffff:127.0.0.1", "http://127.0.0.1/", DIRECT],
  ["[::ffff:7f00:1]:80", "http://127.0.0.1/", DIRECT],
  ["10.0.0.0/8", "http://[::ffff:10.1.2.3]/", DIRECT],
  ["::ffff:10.0.0.0/104", "http://10.1.2.3/", DIRECT],
  ["::ffff:0:0/96", "http://10.1.2.3/", DIRECT],
  ["::ffff:10.0.0.0/104", "http://11.1.2.3/", PROXIED],
  ["::/64", "http://10.1.2.3/", PROXIED],
  // What is not of the grammar matches nothing
  ["http://example.com", "http://example.com/", PROXIED],
  ["example.com/path", "http://example.com/", PROXIED],
  ["user@example.com", "http://example.com/", PROXIED],
  ["ex*mple.com", "http://example.com/", PROXIED],
  ["10.*", "http://10.0.0.1/", PROXIED],
  [".", "http://example.com./", PROXIED],
  ["..", "http://example.com/", PROXIED],
  ["..com", "http://example.com/", PROXIED],
  ["exam%70le.com", "http://example.com/", PROXIED],
  ["[::1", "http://[::1]/", PROXIED],
  ["[]", "http://[::1]/", PROXIED],
  ["[example.com]", "http://example.com/", PROXIED],
  ["/8", "http://10.0.0.1/", PROXIED],
];

function direct(noProxy: string, url: string): boolean {
  const { hostname, port } = new RequestUrl(url);
  return bypassesProxy(parseNoProxy(noProxy).rules, hostname, port);
}

test("bypassesProxy() follows the grammar of NO_PROXY", () => {
  assert(ROWS.length > 60);
  for (const [noProxy, url, wanted] of ROWS) assertEquals(direct(noProxy, url), wanted, `${noProxy} for ${url}`);
});

test("bypassesProxy() gives the same answer when another entry stands beside", () => {
  for (const [noProxy, url, wanted] of ROWS) {
    assertEquals(direct(`unrelated.test,${noProxy}`, url), wanted, noProxy);
    assertEquals(direct(`${noProxy} 203.0.113.77/32`, url), wanted, noProxy);
  }
});

test("parseNoProxy() tells the entries that it refuses", () => {
  assertEquals(parseNoProxy("a.org, http://b.org [::1 10.0.0.0/8 10/8,*x").refused, [
    "http://b.org",
    "[::1",
    "10/8",
    "*x",
  ]);
  assertEquals(parseNoProxy("*, a.org:80, [::1]:80, ::1/128").refused, []);
});

test("parseNoProxy() never throws, whatever the text", () => {
  const character = fc.constantFrom(..."*.:[]/%,- 019afAx@\\#?\u0130\0");
  fc.assert(fc.property(fc.array(character, { maxLength: 24 }).map((list) => list.join("")), (text) => {
    const { rules } = parseNoProxy(text);
    bypassesProxy(rules, "example.com", 80);
    bypassesProxy(rules, "::ffff:1.2.3.4", 80);
  }));
});

test("parseNoProxy() reads a long entry of percent signs in one pass", () => {
  // Quadratic, this takes half a minute; linear, a few milliseconds.
  const text = `10.0.0.1${"%e1".repeat(90_000)}]`;
  const began = performance.now();
  assertEquals(parseNoProxy(text).refused.length, 1);
  assert(performance.now() - began < 5_000);
});
