import { assertEquals, assertThrows } from "@std/assert";
import { RequestUrl } from "../../src/http/request_url.ts";
import { inspect } from "../support/inspect.ts";
import { test } from "../support/suite.ts";

test("RequestUrl takes a URL apart", () => {
  const url = new RequestUrl("HTTPS://us%20er:p%40ss@Example.COM:8443/a/../b?c=d%2F#e");
  assertEquals({ ...url }, {
    scheme: "https",
    hostname: "example.com",
    port: 8443,
    authority: "example.com:8443",
    origin: "https://example.com:8443",
    target: "/b?c=d%2F",
    fragment: "#e",
    href: "https://example.com:8443/b?c=d%2F",
    username: "us er",
  });
  assertEquals([url.password, url.hasUserInfo], ["p@ss", true]);
  assertEquals(String(url), "https://example.com:8443/b?c=d%2F#e");
});

test("RequestUrl fills in the port and strips the brackets of IPv6", () => {
  const http = new RequestUrl(new URL("http://[2001:DB8::1]"));
  assertEquals([http.port, http.hostname, http.authority], [80, "2001:db8::1", "[2001:db8::1]"]);
  assertEquals([http.target, http.hasUserInfo, new RequestUrl("https://x").port], ["/", false, 443]);
});

test("RequestUrl has one reading of hosts that parsers disagree on", () => {
  const rows: [string, string][] = [
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://017700000001/", "127.0.0.1"],
    ["http://ex%41mple.com/", "example.com"],
    ["http://a.test\\@evil.test/", "a.test"],
    ["http://a.test#@evil.test/", "a.test"],
    ["http://a.test?@evil.test/", "a.test"],
    ["http://evil.test:80@a.test/", "a.test"],
    ["http://faß.test/", "xn--fa-hia.test"],
    ["http://a.test./", "a.test."],
  ];
  for (const [input, hostname] of rows) assertEquals(new RequestUrl(input).hostname, hostname, input);
});

test("RequestUrl keeps user info that cannot be decoded", () => {
  assertEquals(new RequestUrl("http://%ff@a.test").username, "%ff");
});

test("RequestUrl refuses what is not an absolute http URL", () => {
  for (
    const input of ["", "/x", "a.test", "ftp://a.test", "data:,x", "http:a", "http:/a", "http:\\\\a", "http://a:99999/"]
  ) {
    assertThrows(() => new RequestUrl(input), TypeError);
  }
  assertThrows(() => new RequestUrl(null as unknown as string), TypeError, "it is a null");
  assertThrows(() => new RequestUrl(1 as unknown as string), TypeError, "it is a number");
});

test("RequestUrl is printed and logged without its secrets", () => {
  const url = new RequestUrl("http://user:pass@a.test/p?q=1&token=t#access_token=f");
  assertEquals(JSON.stringify({ url }), '{"url":"http://a.test/p?q=1&token=***"}');
  assertEquals(inspect(url), "RequestUrl http://a.test/p?q=1&token=***");
});

test("RequestUrl takes what stands before an @ for user info, not for a scheme", () => {
  const error = assertThrows(() => new RequestUrl("user:pass@a.test"), TypeError) as Error;
  assertEquals(
    error.message,
    'Cannot request "***@a.test": it has user info and no scheme, expected http: or https:',
  );
});
