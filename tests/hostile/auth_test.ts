/**
 * Servers, proxies and files that want credentials they should not have. Classes of the security
 * list: S9 (state crossing origins or proxies), S10 (netrc and URL user info), S28 (time), S34
 * (endless dialogues), S40 (secrets in text).
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolveRedirect } from "../../src/client/redirect_options.ts";
import type { Auth } from "../../src/core/auth.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { authLayer, MAX_ROUNDS } from "../../src/policy/auth/auth_layer.ts";
import { basic } from "../../src/policy/auth/basic.ts";
import { bearer } from "../../src/policy/auth/bearer.ts";
import { parseChallenges } from "../../src/policy/auth/challenge.ts";
import { digest } from "../../src/policy/auth/digest.ts";
import { netrc } from "../../src/policy/auth/netrc.ts";
import { parseNetrc } from "../../src/policy/auth/netrc_file.ts";
import { redirectLayer } from "../../src/policy/redirect.ts";
import { authHost } from "../support/auth_host.ts";
import { fastest } from "../support/fastest.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { type Reply, requestOf, TestCall } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const redirect = resolveRedirect({})!;
const host = authHost(
  new MemoryFiles({
    "/netrc":
      "machine a.test login user password pass\nmachine b.test login other password other\ndefault login d password d",
  }),
);
const layer = authLayer(host);

const challenge = (nonce: string, rest = ""): Reply => ({
  status: 401,
  headers: { "WWW-Authenticate": `Digest realm="r", nonce="${nonce}", qop="auth"${rest}` },
});

async function send(scheme: Auth, replies: readonly Reply[], url = "https://a.test/"): Promise<(string | null)[]> {
  const call = new TestCall(replies, { auth: { scheme, origin: null }, redirect });
  const response = await call.send(requestOf("GET", url), redirectLayer, layer);
  response.live?.cancel();
  return call.net.requests.map(({ headers }) => headers.get("authorization"));
}

const SCHEMES: readonly (readonly [name: string, make: () => Auth])[] = [
  ["basic", () => basic("u", "p")],
  ["bearer", () => bearer("t")],
  ["a bearer provider", () => bearer(() => "t")],
  ["digest", () => digest("u", "p")],
  ["netrc", () => netrc({ path: "/netrc" })],
  ["netrc with its default entry", () => netrc({ path: "/netrc", useDefault: true })],
];

const ELSEWHERE = [
  "https://b.test/",
  "https://x.a.test/",
  "https://a.test:8443/",
  "http://user:pw@c.test/",
  "https://a.test./",
];

for (const [name, make] of SCHEMES) {
  for (const to of ELSEWHERE) {
    test(`S9: ${name} does not follow a redirect to ${to}, nor answers a challenge there`, async () => {
      const settings = { ...redirect, allowDowngrade: true };
      const replies = [{ status: 302, headers: { Location: to } }, challenge("evil")];
      const call = new TestCall(replies, { auth: { scheme: make(), origin: null }, redirect: settings });
      const response = await call.send(requestOf("GET", "https://a.test/"), redirectLayer, layer);
      assertEquals(response.status, 401);
      assertEquals(call.net.requests.length, 2);
      assertEquals(call.net.requests[1]!.headers.has("authorization"), false);
    });
  }

  test(`S9: ${name} does not come back after a hop elsewhere`, async () => {
    const replies = [
      { status: 302, headers: { Location: "https://b.test/" } },
      { status: 302, headers: { Location: "https://a.test/" } },
      {},
    ];
    assertEquals((await send(make(), replies)).slice(1), [null, null]);
  });
}

test("S9: a nonce, its count and its key never reach another origin", async () => {
  const scheme = digest("u", "p");
  await send(scheme, [challenge("secret-of-a"), {}]);
  for (const url of ["http://a.test/", "https://b.test/", "https://a.test:444/"]) {
    assertEquals(await send(scheme, [{}], url), [null], url);
  }
  const sent = await send(scheme, [challenge("n-of-b"), {}], "https://b.test/");
  assert(sent[1]!.includes("n-of-b") && sent[1]!.includes("nc=00000001") && !sent[1]!.includes("secret-of-a"));
});

test("S9: other credentials have a memory of their own", async () => {
  await send(digest("u", "p"), [challenge("n"), {}]);
  assertEquals(await send(digest("u", "p2"), [{}]), [null]);
});

test("S9: a strong algorithm is not given up for a weak one that stands first", async () => {
  const headers = [
    ["WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5, qop=auth'],
    ["WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=SHA-256, qop=auth'],
  ] as const;
  const sent = await send(digest("u", "p"), [{ status: 401, headers }, {}]);
  assert(sent[1]!.includes("algorithm=SHA-256"));
});

test("S9: digest never sends its password plainly, whatever is asked", async () => {
  const sent = await send(digest("u", "p"), [{ status: 401, headers: { "WWW-Authenticate": 'Basic realm="r"' } }]);
  assertEquals(sent, [null]);
});

test("S9: what a challenge holds cannot add fields or parameters", async () => {
  const tricky = 'Digest realm="r\\", uri=\\"/evil", nonce="n\\\\", opaque="o\\"", qop="auth"';
  const [, sent] = await send(digest("u", "p"), [{ status: 401, headers: { "WWW-Authenticate": tricky } }, {}]);
  const [read] = parseChallenges([sent!]);
  assertEquals([
    read!.params.get("realm"),
    read!.params.get("nonce"),
    read!.params.get("opaque"),
    read!.params.get("uri"),
  ], [
    'r", uri="/evil',
    "n\\",
    'o"',
    "/",
  ]);
});

test("S10: netrc gives nothing to a host that is not named, also not the default entry", async () => {
  for (
    const url of [
      "https://c.test/",
      "https://x.a.test/",
      "https://a.test.evil.test/",
      "https://aatest/",
      "https://a.test./",
    ]
  ) {
    assertEquals(await send(netrc({ path: "/netrc" }), [{}], url), [null], url);
  }
});

test("S10: netrc gives a host that a redirect led to nothing, although the file names it", async () => {
  const replies = [{ status: 302, headers: { Location: "https://b.test/" } }, {}];
  assertEquals((await send(netrc({ path: "/netrc" }), replies))[1], null);
});

test("S10: an entry without password does not get the next entry's, nor the default one's", async () => {
  const files = new MemoryFiles({
    "/n": "machine a.test login u\nmachine b.test login v password p\ndefault login d password e",
  });
  const call = new TestCall([{}], { auth: { scheme: netrc({ path: "/n", useDefault: true }), origin: null } });
  await call.send(requestOf("GET", "https://a.test/"), authLayer(authHost(files)));
  assertEquals(call.net.requests[0]!.headers.has("authorization"), false);
});

test("S10: the file is not read before somebody asks for netrc", async () => {
  const files = new MemoryFiles({ "/home/.netrc": "machine a.test login u password p" });
  const call = new TestCall([{}], { auth: { scheme: basic("x", "y"), origin: null } });
  await call.send(
    requestOf("GET", "https://a.test/"),
    authLayer(authHost(files, { HOME: "/home", NETRC: "/home/.netrc" })),
  );
  netrc();
  assertEquals(files.log, []);
});

test("S10: the user info of a URL is in none of the forms it is sent or shown in", () => {
  const url = new RequestUrl("https://canary-user:canary-pass@a.test/x?y#z");
  const texts = [url.href, url.authority, url.origin, url.target, String(url), JSON.stringify({ href: url.href })];
  for (const text of texts) assert(!text.includes("canary"), text);
  assertEquals([url.username, url.password], ["canary-user", "canary-pass"]);
});

test("S10: the user info that a Location brings is not used", async () => {
  const replies = [{ status: 302, headers: { Location: "https://evil:evil@a.test/y" } }, {}];
  const sent = await send(basic("u", "p"), replies);
  assertEquals(sent[0], sent[1]);
});

test("S34: a server that challenges for ever is answered a few times", async () => {
  let n = 0;
  const replies = Array.from({ length: 50 }, () => challenge(`n${++n}`, ", stale=true"));
  assert((await send(digest("u", "p"), replies)).length <= MAX_ROUNDS);
  assertEquals((await send(bearer(() => `t${++n}`), [{ status: 401 }])).length, 2);
  assertEquals((await send(basic("u", "p"), [{ status: 401 }])).length, 1);
});

test("S40: no text of a scheme holds its secret", () => {
  const canaries: (() => unknown)[] = [
    () => basic("canary:", "canary"),
    () => basic("a", "canary\n"),
    () => bearer("canary canary"),
    () => digest("canary\0", "canary"),
    () => parseNetrc("machine a password canary canary"),
  ];
  for (const make of canaries) {
    const error = assertThrows(make, TypeError);
    assert(!`${error.message}${error.stack?.split("\n")[0]}`.includes("canary"), error.message);
  }
});

const SLOW: readonly (readonly [name: string, piece: string])[] = [
  ["commas", ","],
  ["blanks", " \t"],
  ["equals signs", "="],
  ["quotes", '"'],
  ["escapes", 'Basic realm="\\'],
  ["schemes", "a,"],
  ["padded words", "Basic a= "],
  ["parameters", 'a="b",'],
  ["open words", "Basic a =  "],
];

for (const [name, piece] of SLOW) {
  test(`S28: 64 KiB of ${name} in a challenge take no time to read`, () => {
    const line = piece.repeat(65_536 / piece.length);
    const lines = [line, `Digest ${line}`, `Digest realm="${line}`, `Digest realm=x, ${line}`];
    const spent = fastest(() => lines.map((line) => parseChallenges([line])), 40);
    assert(spent <= 40, `${spent} ms`);
  });
}
