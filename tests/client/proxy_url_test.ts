import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseProxyUrl } from "../../src/client/proxy_url.ts";
import { test } from "../support/suite.ts";

/** The text, its label, user and password. */
const GOOD: readonly (readonly [text: string, label: string, username?: string, password?: string])[] = [
  ["http://proxy.example:3128", "http://proxy.example:3128"],
  ["http://proxy.example:3128/", "http://proxy.example:3128"],
  ["HTTP://Proxy.Example", "http://proxy.example:80"],
  ["http://proxy.example:80", "http://proxy.example:80"],
  ["https://proxy.example", "https://proxy.example:443"],
  ["https://proxy.example:80", "https://proxy.example:80"],
  ["http://proxy.example:443", "http://proxy.example:443"],
  ["socks4://proxy.example", "socks4://proxy.example:1080"],
  ["socks4a://proxy.example", "socks4a://proxy.example:1080"],
  ["socks5://proxy.example", "socks5://proxy.example:1080"],
  ["socks5h://Proxy.Example:80", "socks5h://proxy.example:80"],
  ["socks5h://proxy.example:443", "socks5h://proxy.example:443"],
  ["socks://proxy.example:9050/", "socks5h://proxy.example:9050"],
  ["proxy.example:3128", "http://proxy.example:3128"],
  ["proxy.example", "http://proxy.example:80"],
  ["localhost:8080", "http://localhost:8080"],
  ["user:pass@proxy.example:3128", "http://proxy.example:3128", "user", "pass"],
  ["http://user@proxy.example", "http://proxy.example:80", "user"],
  ["http://:token@proxy.example", "http://proxy.example:80", "", "token"],
  ["socks5://u%40s%3Aer:p%2Fw%25@h:1", "socks5://h:1", "u@s:er", "p/w%"],
  ["http://u%ZZ:p@h:1", "http://h:1", "u%ZZ", "p"],
  ["http://u:p@ss@h:1", "http://h:1", "u", "p@ss"],
  ["http://[::1]:3128", "http://[::1]:3128"],
  ["socks5://[2001:DB8::1]", "socks5://[2001:db8::1]:1080"],
  ["socks5://0x7f.1:9", "socks5://127.0.0.1:9"],
  ["http://b\u00fccher.example:1", "http://xn--bcher-kva.example:1"],
];

test("parseProxyUrl() takes URLs apart, with and without a scheme", () => {
  for (const [text, label, username = "", password = ""] of GOOD) {
    const url = parseProxyUrl(text, "this");
    assertEquals([url.label, url.username, url.password], [label, username, password], text);
  }
  assertEquals(parseProxyUrl("http://[::1]:3128", "this").hostname, "::1");
});

/** The text, and what is said of it. */
const BAD: readonly (readonly [text: string, said: string])[] = [
  ["ftp://proxy.example", 'its scheme is "ftp", expected one of http, https, socks4, socks4a, socks5, socks5h'],
  ["file:///etc/passwd", 'its scheme is "file"'],
  ["constructor://proxy.example", 'its scheme is "constructor"'],
  ["http://", "it is malformed"],
  ["http:///proxy.example", "it is malformed"],
  ["//proxy.example", "it is malformed"],
  ["http://proxy.example:99999", "it is malformed"],
  ["http://proxy.example:0", "its port is 0, expected 1 to 65535"],
  ["http://proxy.example:port", "it is malformed"],
  ["http:proxy.example", "it is malformed"],
  ["http://[::1", "it is malformed"],
  ["http://a b", "it holds a space or control character"],
  ["http://proxy.example\r\nX: y", "it holds a space or control character"],
  ["http://proxy.example/path", "it has a path, query or fragment"],
  ["http://proxy.example?x=1", "it has a path, query or fragment"],
  ["http://proxy.example#x", "it has a path, query or fragment"],
  ["", "it is malformed"],
];

test("parseProxyUrl() says what is wrong and where it stands", () => {
  for (const [text, said] of BAD) {
    const { message } = assertThrows(() => parseProxyUrl(text, "the thing"), TypeError);
    assertStringIncludes(message, `Cannot use the thing: ${said}`);
  }
});

test("parseProxyUrl() never prints user info, however malformed the text is", () => {
  const around = fc.constantFrom(
    "http://",
    "socks9://",
    "",
    "/",
    "//",
    "@",
    ":",
    "h:99999",
    "[",
    "?",
    "#",
    " ",
    "\t",
    "h/p",
  );
  fc.assert(fc.property(around, around, around, (before, middle, after) => {
    for (const text of [`${before}canary:canary@${middle}${after}`, `${before}canary@${middle}${after}`]) {
      try {
        parseProxyUrl(text, "this");
      } catch (error) {
        assert(error instanceof TypeError);
        assert(!String(error.stack).includes("canary"), text);
        assertEquals(error.cause, undefined);
      }
    }
  }));
});
