import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import type { ProxyTarget, Settings } from "../../src/core/settings.ts";
import { RouteTable } from "../../src/engine/route.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { test } from "../support/suite.ts";
import { engine, serving } from "./engine_kit.ts";
import { PLAIN_TLS, settings, type SettingsChange } from "./settings.ts";

function proxy(change: Partial<ProxyTarget> = {}): SettingsChange {
  const target: ProxyTarget = {
    scheme: "http",
    hostname: "proxy.test",
    port: 3128,
    username: "",
    password: "",
    auth: null,
    headers: HeaderList.empty,
    tls: null,
    key: JSON.stringify(change),
    label: `${change.scheme ?? "http"}://${change.hostname ?? "proxy.test"}:3128`,
    ...change,
  };
  return { proxy: { proxyFor: () => target } };
}

function tls(change: object, rest: object = {}): SettingsChange {
  return {
    tls: { ...PLAIN_TLS, settings: { ...PLAIN_TLS.settings, ...change }, ...rest, key: JSON.stringify([change, rest]) },
  };
}

const TRUST = { serverName: "proxy.test", ...PLAIN_TLS.settings, alpn: null };

/** Pairwise different in exactly what makes a connection another one. */
const VARIANTS: readonly (readonly [name: string, url: string, change: SettingsChange])[] = [
  ["https", "https://a.test/", {}],
  ["http", "http://a.test/", {}],
  ["http on the port of https", "http://a.test:443/", {}],
  ["another host", "https://b.test/", {}],
  ["another port", "https://a.test:8443/", {}],
  ["a unix socket", "https://a.test/", { unix: "/run/a.sock" }],
  ["another unix socket", "https://a.test/", { unix: "/run/b.sock" }],
  ["a local address", "https://a.test/", { localAddress: "10.0.0.9" }],
  ["a proxy", "https://a.test/", proxy()],
  ["another proxy", "https://a.test/", proxy({ hostname: "other.test" })],
  ["another scheme to the proxy", "https://a.test/", proxy({ scheme: "socks5" })],
  ["another resolver behind the proxy", "https://a.test/", proxy({ scheme: "socks5h" })],
  ["another login to the proxy", "https://a.test/", proxy({ username: "ana", password: "one" })],
  ["another password to the proxy", "https://a.test/", proxy({ username: "ana", password: "two" })],
  ["another trust in the proxy", "https://a.test/", proxy({ scheme: "https", tls: TRUST })],
  ["another proxy certificate", "https://a.test/", proxy({ scheme: "https", tls: { ...TRUST, cert: "C", key: "K" } })],
  ["http through a proxy", "http://a.test/", proxy()],
  ["another server name", "https://a.test/", tls({}, { serverName: "other.test" })],
  ["other protocols", "https://a.test/", tls({}, { alpn: ["h2", "http/1.1"] })],
  ["no protocols", "https://a.test/", tls({}, { alpn: [] })],
  ["no verification", "https://a.test/", tls({ verify: false })],
  ["pins", "https://a.test/", tls({ pins: ["one"] })],
  ["other pins", "https://a.test/", tls({ pins: ["two"] })],
  ["a trust store", "https://a.test/", tls({ ca: ["one"] })],
  ["more trust", "https://a.test/", tls({ extraCa: ["one"] })],
  ["a client certificate", "https://a.test/", tls({ cert: "C", key: "K" })],
  ["another client key", "https://a.test/", tls({ cert: "C", key: "L" })],
  ["an older version", "https://a.test/", tls({ maxVersion: "1.2" })],
  ["a newer version", "https://a.test/", tls({ minVersion: "1.3" })],
];

function request(url: string): HttpRequest {
  return new HttpRequest("GET", new RequestUrl(url));
}

test("RouteTable gives equal requests the same route, however their settings were made", () => {
  const table = new RouteTable(() => true);
  for (const [name, url, change] of VARIANTS) {
    const first = table.routeFor(request(url), settings(change));
    const copy = JSON.parse(JSON.stringify(settings(change).tls)) as Settings["tls"];
    assertStrictEquals(table.routeFor(request(`${url}other?x=1`), settings({ ...change, tls: copy })), first, name);
  }
  assertEquals(table.size, VARIANTS.length);
});

test("RouteTable gives any two requests that differ in one field different routes", () => {
  const table = new RouteTable(() => true);
  for (const [name, url, change] of VARIANTS) {
    for (const [other, otherUrl, otherChange] of VARIANTS) {
      if (name === other) continue;
      const a = table.routeFor(request(url), settings(change));
      const b = table.routeFor(request(otherUrl), settings(otherChange));
      assertNotStrictEquals(a, b, `${name} and ${other}`);
    }
  }
});

test("RouteTable tells the same request apart when it is sent with other settings", () => {
  const table = new RouteTable(() => true);
  const once = request("https://a.test/");
  const routes = VARIANTS.filter(([, url]) => url === "https://a.test/").map(([, , change]) =>
    table.routeFor(once, settings(change))
  );
  assertEquals(new Set(routes).size, routes.length);
});

test("RouteTable asks a proxy choice each time: it may rotate", () => {
  const table = new RouteTable(() => true);
  const once = request("http://a.test/");
  let turn = 0;
  const targets = [proxy(), proxy({ hostname: "other.test" })].map((change) => change.proxy!.proxyFor(once.url));
  const rotating = settings({ proxy: { proxyFor: () => targets[turn++ % 2]! } });
  const hosts = [1, 2, 3].map(() => table.routeFor(once, rotating).proxy!.hostname);
  assertEquals(hosts, ["proxy.test", "other.test", "proxy.test"]);
  assertEquals(table.size, 2);
});

test("RouteTable finds the route of a repeated request beside it", () => {
  const table = new RouteTable(() => true);
  const once = request("https://a.test/");
  const route = table.routeFor(once, settings());
  assertStrictEquals(once.wire.route, route);
  assertStrictEquals(table.routeFor(once, settings()), route);
  const other = new RouteTable(() => true);
  assertNotStrictEquals(other.routeFor(once, settings()), route);
});

test("RouteTable does not keep routes that nobody uses", () => {
  const used = new Set<string>();
  const table = new RouteTable((route) => used.has(route.host));
  used.add("h1.test");
  const kept = table.routeFor(request("http://h1.test/"), settings());
  const stale = request("http://h2.test/");
  const dropped = table.routeFor(stale, settings());
  for (let at = 3; at < 20_000; at++) table.routeFor(request(`http://h${at}.test/`), settings());
  assert(table.size <= 4_096, `${table.size} routes`);
  assertStrictEquals(table.routeFor(request("http://h1.test/"), settings()), kept);
  assertNotStrictEquals(table.routeFor(stale, settings()), dropped);
});

const LABELS: readonly (readonly [url: string, change: SettingsChange, label: string])[] = [
  ["http://a.test/x?token=1", {}, "http://a.test"],
  [
    "https://a.test:444/",
    proxy({ username: "ana", password: "secret" }),
    "https://a.test:444 via http://proxy.test:3128",
  ],
  ["http://a.test/", { unix: "\0abstract" }, "http://a.test at @abstract"],
  ["http://a.test/", { ...proxy(), unix: "/run/a" }, "http://a.test at /run/a"],
];

test("Route.label names the way without a secret", () => {
  const table = new RouteTable(() => true);
  for (const [url, change, label] of LABELS) {
    assertEquals(table.routeFor(request(url), settings(change)).label, label);
  }
});

test("Route completes the TLS settings and knows what a proxy forwards", () => {
  const table = new RouteTable(() => true);
  const secure = table.routeFor(request("https://a.test/"), settings());
  assertEquals([secure.tls?.serverName, secure.tls?.alpn, secure.mayMultiplex], ["a.test", ["http/1.1"], false]);
  const multiplexed = table.routeFor(request("https://a.test/"), settings(tls({}, { alpn: ["h2", "http/1.1"] })));
  assert(multiplexed.mayMultiplex);
  const forwarded = (url: string, change: SettingsChange): boolean =>
    table.routeFor(request(url), settings(change)).forwarded;
  assertEquals(
    [
      forwarded("http://a.test/", proxy()),
      forwarded("http://a.test/", proxy({ scheme: "https", tls: TRUST })),
      forwarded("https://a.test/", proxy()),
      forwarded("http://a.test/", proxy({ scheme: "socks5" })),
      forwarded("http://a.test/", {}),
    ],
    [true, true, false, false, false],
  );
});

test("SocketTransport never shares a connection between requests that differ in a field of the route", async (t) => {
  const direct = VARIANTS.filter(([, , change]) => change.proxy === undefined);
  const e = engine(t, () => ({ ...serving(), alpn: "http/1.1" }), { pool: { perRoute: 1, max: 100 } });
  for (const [, url, change] of [...direct, ...direct]) await e.get({ url, settings: change });
  assertEquals(e.net.peers.length, direct.length);
});
