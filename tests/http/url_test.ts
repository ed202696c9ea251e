import { assertEquals, assertNotMatch, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ParamList } from "../../src/http/params.ts";
import { type AllowAbsoluteUrls, parseBaseUrl, prepareUrl } from "../../src/http/url.ts";
import { test } from "../support/suite.ts";

const V1 = "https://api.example.com/v1";
const ROOT = "https://api.example.com";
const SIGNED = "X-Amz-Credential=a%2Fb%2f20260101&x=%7E~&y=a+b%20c&z=!*();:@,/?";

interface Row {
  readonly base?: string;
  readonly url: string | URL;
  readonly allow?: AllowAbsoluteUrls;
  readonly gives?: string;
  readonly throws?: string;
}

const ROWS: readonly Row[] = [
  // A base is a directory.
  { base: V1, url: "users", gives: `${V1}/users` },
  { base: V1, url: "/users", gives: `${V1}/users` },
  { base: `${V1}/`, url: "users", gives: `${V1}/users` },
  { base: `${V1}/`, url: "/users", gives: `${V1}/users` },
  { base: V1, url: "users/", gives: `${V1}/users/` },
  { base: V1, url: "a/b/c", gives: `${V1}/a/b/c` },
  { base: V1, url: "/", gives: `${V1}/` },
  { base: V1, url: "", gives: V1 },
  { base: `${V1}/`, url: "", gives: `${V1}/` },
  { base: ROOT, url: "", gives: `${ROOT}/` },
  { base: ROOT, url: "users", gives: `${ROOT}/users` },
  { base: ROOT, url: "/users", gives: `${ROOT}/users` },
  { base: `${ROOT}:8443/v1`, url: "x", gives: `${ROOT}:8443/v1/x` },
  { base: `${ROOT}:443/v1`, url: "x", gives: `${ROOT}/v1/x` },
  { base: "http://[::1]:80/a", url: "x", gives: "http://[::1]/a/x" },
  { base: "https://user:p%40ss@api.example.com/v1", url: "x", gives: `${ROOT}/v1/x` },
  // Query and fragment.
  { base: V1, url: "?q=1", gives: `${V1}?q=1` },
  { base: V1, url: "#top", gives: `${V1}#top` },
  { base: V1, url: "users?q=a/../b#c", gives: `${V1}/users?q=a/../b#c` },
  { base: V1, url: "users?u=//host/\\x", gives: `${V1}/users?u=//host/\\x` },
  { base: V1, url: "x?next=https://evil.test/", gives: `${V1}/x?next=https://evil.test/` },
  { base: V1, url: `o?${SIGNED}`, gives: `${V1}/o?${SIGNED}` },
  { url: `https://s3.test/b%2Fc/d%20e?${SIGNED}`, gives: `https://s3.test/b%2Fc/d%20e?${SIGNED}` },
  { base: V1, url: "a b/é?q=ü x", gives: `${V1}/a%20b/%C3%A9?q=%C3%BC%20x` },
  { base: V1, url: "users/{id}", gives: `${V1}/users/%7Bid%7D` },
  { base: V1, url: "a:b/c".replace("a:", "./a:"), gives: `${V1}/a:b/c` },
  { base: V1, url: "/things:batchGet", gives: `${V1}/things:batchGet` },
  // Dot segments stay below the base.
  { base: V1, url: "a/../b", gives: `${V1}/b` },
  { base: V1, url: "a/./b", gives: `${V1}/a/b` },
  { base: V1, url: ".", gives: `${V1}/` },
  { base: V1, url: "a/..", gives: `${V1}/` },
  { base: V1, url: "...", gives: `${V1}/...` },
  { base: V1, url: "..", throws: "leave the baseUrl" },
  { base: V1, url: "/..", throws: "leave the baseUrl" },
  { base: V1, url: "../v1/users", throws: "leave the baseUrl" },
  { base: V1, url: "../v12", throws: "leave the baseUrl" },
  { base: V1, url: "a/../../b", throws: "leave the baseUrl" },
  { base: V1, url: "%2e%2E/x", throws: "leave the baseUrl" },
  { base: V1, url: ".%2e/x", throws: "leave the baseUrl" },
  { base: V1, url: "a/%2e%2e/../x", throws: "leave the baseUrl" },
  { base: ROOT, url: "../x", throws: "leave the baseUrl" },
  // What other parsers take for a host.
  { base: V1, url: "//evil.test/x", throws: "starts with //" },
  { base: V1, url: "///evil.test/x", throws: "starts with //" },
  { base: V1, url: "\\\\evil.test", throws: "backslash" },
  { base: V1, url: "/\\evil.test", throws: "backslash" },
  { base: V1, url: "\\/evil.test", throws: "backslash" },
  { base: V1, url: "a\\..\\..\\b", throws: "backslash" },
  { base: V1, url: "http:evil.test", throws: "not followed by //host" },
  { base: V1, url: "https:/evil.test", throws: "not followed by //host" },
  { base: V1, url: "https:\\\\evil.test", throws: "not followed by //host" },
  { base: V1, url: "https:///evil.test", throws: "not followed by //host" },
  { base: V1, url: "/\t/evil.test", throws: "U+0009" },
  { base: V1, url: "/\n/evil.test", throws: "U+000A" },
  { base: V1, url: "ht\ntp://evil.test", throws: "U+000A" },
  { base: V1, url: " //evil.test", throws: "U+0020" },
  { base: V1, url: "x ", throws: "U+0020" },
  { base: V1, url: "\u0000x", throws: "U+0000" },
  { base: V1, url: "@evil.test/", gives: `${V1}/@evil.test/` },
  { base: ROOT, url: ".evil.test/", gives: `${ROOT}/.evil.test/` },
  { base: ROOT, url: ":80@evil.test/", gives: `${ROOT}/:80@evil.test/` },
  // Absolute URLs.
  { base: V1, url: `${ROOT}/other?page=2`, gives: `${ROOT}/other?page=2` },
  { base: V1, url: new URL("/other", ROOT), gives: `${ROOT}/other` },
  { base: V1, url: `${ROOT}:443/other`, gives: `${ROOT}/other` },
  { base: V1, url: "HTTPS://API.EXAMPLE.COM/x", gives: `${ROOT}/x` },
  { base: V1, url: "http://api.example.com/x", throws: "expected the origin https://api.example.com" },
  { base: V1, url: "https://api.example.com:444/x", throws: "expected the origin" },
  { base: V1, url: "https://api.example.com.evil.test/", throws: "expected the origin" },
  { base: V1, url: "https://api.example.com@evil.test/", throws: "expected the origin" },
  { base: V1, url: "https://api.example.com\\@evil.test/", gives: `${ROOT}/@evil.test/` },
  { base: V1, url: new URL("https://evil.test/"), throws: "expected the origin" },
  { base: V1, url: "https://evil.test/x", allow: true, gives: "https://evil.test/x" },
  { base: V1, url: `${V1}/x`, allow: false, throws: "expected a relative URL" },
  { base: V1, url: "x", allow: false, gives: `${V1}/x` },
  { base: V1, url: "//evil.test", allow: true, throws: "starts with //" },
  { base: V1, url: "file:///etc/passwd", allow: true, throws: "expected http: or https:" },
  { base: V1, url: "users:list", throws: "expected http: or https:" },
  { url: "https://a.test", gives: "https://a.test/" },
  { url: "users", throws: "it is relative and there is no baseUrl" },
  { url: "//a.test", throws: "it is relative and there is no baseUrl" },
  { url: "http://", throws: "not followed by //host" },
  { url: "http://a b/", throws: "it is malformed" },
  { url: "http://a%2Fb/", throws: "it is malformed" },
];

for (const { base, url, allow, gives, throws } of ROWS) {
  const name = `${base ?? "no base"} with ${JSON.stringify(url)}${allow === undefined ? "" : ` and ${allow}`}`;
  test(`prepareUrl() ${throws === undefined ? "joins" : "refuses"} ${name}`, () => {
    const prepare = () =>
      prepareUrl({ base: base === undefined ? null : parseBaseUrl(base), url, allowAbsolute: allow });
    if (throws === undefined) assertEquals(prepare().toString(), gives);
    else assertThrows(prepare, TypeError, throws);
  });
}

test("prepareUrl() keeps the user info of the base for relative URLs only", () => {
  const base = parseBaseUrl("https://us%3Aer:p%40%25ss@api.example.com/v1");
  const joined = prepareUrl({ base, url: "x" });
  assertEquals([joined.username, joined.password, joined.href], ["us:er", "p@%ss", `${ROOT}/v1/x`]);
  assertEquals(prepareUrl({ base, url: `${ROOT}/x` }).hasUserInfo, false);
});

test("prepareUrl() puts params behind the query that is there", () => {
  const params = ParamList.from({ q: "a b", n: 1 });
  const rows: [string, string][] = [
    ["https://a.test/", "https://a.test/?q=a%20b&n=1"],
    ["https://a.test/?", "https://a.test/?q=a%20b&n=1"],
    ["https://a.test/?x=%2F+", "https://a.test/?x=%2F+&q=a%20b&n=1"],
    ["https://a.test/?x=1&", "https://a.test/?x=1&q=a%20b&n=1"],
    ["https://a.test/#f?x", "https://a.test/?q=a%20b&n=1#f?x"],
    ["https://a.test/?x#f", "https://a.test/?x&q=a%20b&n=1#f"],
  ];
  for (const [url, wanted] of rows) assertEquals(prepareUrl({ url, params }).toString(), wanted);
  assertEquals(prepareUrl({ url: "https://a.test/?x", params: {} }).toString(), "https://a.test/?x");
});

test("prepareUrl() remembers what it made of a text, for each base apart", () => {
  const [one, two] = [parseBaseUrl("https://one.test/a"), parseBaseUrl("https://two.test/b")];
  for (const base of [one, two, null]) {
    const url = base === null ? "https://three.test/x" : "x";
    assertStrictEquals(prepareUrl({ base, url }), prepareUrl({ base, url }));
  }
  assertEquals([prepareUrl({ base: one, url: "x" }).href, prepareUrl({ base: two, url: "x" }).href], [
    "https://one.test/a/x",
    "https://two.test/b/x",
  ]);
  for (let at = 0; at < 1000; at++) assertEquals(prepareUrl({ base: one, url: `x${at}` }).target, `/a/x${at}`);
});

test("prepareUrl() remembers nothing that depends on more than the text", () => {
  const base = parseBaseUrl(V1);
  const url = "https://evil.test/";
  assertEquals(prepareUrl({ base, url, allowAbsolute: true }).href, url);
  assertThrows(() => prepareUrl({ base, url }), TypeError, "expected the origin");
  const braces = prepareUrl({ base, url: "/{id}" });
  assertEquals([braces.target, prepareUrl({ base, url: "/{id}", path: { id: 1 } }).target], ["/v1/%7Bid%7D", "/v1/1"]);
  assertEquals(prepareUrl({ base, url: "/{id}", params: { a: 1 } }).target, "/v1/%7Bid%7D?a=1");
  const logins = [1, 2].map(() => prepareUrl({ url: "https://me:pw@a.test/" }));
  assertEquals(new Set(logins).size, 2);
});

test("prepareUrl() fills a template, then joins", () => {
  const base = parseBaseUrl(V1);
  const url = prepareUrl({ base, url: "/users/{id}?q={q}", path: { id: "a/b?#%", q: "&=" }, params: { x: 1 } });
  assertEquals(url.href, `${V1}/users/a%2Fb%3F%23%25?q=%26%3D&x=1`);
});

test("prepareUrl() refuses what is no URL", () => {
  for (const url of [null, undefined, 1, {}]) {
    assertThrows(() => prepareUrl({ url: url as unknown as string }), TypeError, "expected a string or URL");
  }
});

test("prepareUrl() never puts credentials into a message", () => {
  const base = parseBaseUrl("https://me:hunter2@api.example.com/v1");
  const urls = [
    "//me:hunter2@x",
    "\\\\me:hunter2@x",
    "https://me:hunter2@evil.test/?token=hunter2",
    "http:me:hunter2@x",
    "../?api_key=hunter2",
    "https://me:hunter2@x y/",
    "ftp://me:hunter2@x/",
    "/\t?password=hunter2",
  ];
  for (const url of urls) {
    // Without a base the one that is well formed is fine.
    for (const parts of url.includes("evil") ? [{ base, url }] : [{ base, url }, { url }]) {
      const error = assertThrows(() => prepareUrl(parts), TypeError);
      assertNotMatch(error.message, /hunter2/);
      assertNotMatch(String((error.cause as { input?: string })?.input), /hunter2/);
    }
  }
});

test("parseBaseUrl() refuses a query, a fragment, a relative URL", () => {
  for (const base of [`${V1}?key=1`, `${V1}#x`, "/v1", "ftp://a.test/"]) {
    assertThrows(() => parseBaseUrl(base), TypeError);
  }
});

test("prepareUrl() never leaves origin and directory of the base for a relative URL", () => {
  const base = parseBaseUrl("https://api.example.com/v1/x");
  const piece = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "%2e",
    "%2F",
    "a",
    "@",
    ":",
    "//",
    "http:",
    "\t",
    "?",
    "#",
    "é",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      let url;
      try {
        url = prepareUrl({ base, url: pieces.join(""), allowAbsolute: false });
      } catch (error) {
        return error instanceof TypeError;
      }
      const seen = new URL(url.href);
      return seen.origin === "https://api.example.com" &&
        (seen.pathname === "/v1/x" || seen.pathname.startsWith("/v1/x/"));
    }),
    { numRuns: 2000 },
  );
});
