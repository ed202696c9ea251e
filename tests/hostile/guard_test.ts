/**
 * Owns the attacks that lead a request to an inner machine (S18), with a whole client: by redirect, by
 * a name whose address changes, by proxies, by sockets.
 * Must not know how a verdict comes about; `tests/engine/guard_test.ts` has the ways to write an address.
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { Client, type ClientOptions, GuardError, type GuardInput } from "../../mod.ts";
import { resolveGuard } from "../../src/client/guard_options.ts";
import { resolveProxy } from "../../src/client/proxy_options.ts";
// Loaded before: the clock of these tests does not wait for a module.
import "../../src/engine/socks_tunnel.ts";
import { MemoryConnector } from "../../src/net/memory.ts";
import { answering, engine, ok, serving } from "../engine/engine_kit.ts";
import { memoryClient } from "../support/memory_client.ts";
import { rawServer } from "../support/raw_server.ts";
import { test } from "../support/suite.ts";

const PUBLIC = "93.184.216.34";
const HOSTS = {
  "site.test": PUBLIC,
  "inner.test": "10.0.0.1",
  "meta.test": "169.254.169.254",
  "mixed.test": [PUBLIC, "::1", "127.0.0.1", "2606:4700::1111"],
  "proxy.test": "10.0.0.5",
};

function redirectTo(location: string, status = 302): string {
  return `HTTP/1.1 ${status} Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`;
}

function targets(net: MemoryConnector): string[] {
  return net.targets.map((target) => target.kind === "tcp" ? `${target.host}:${target.port}` : target.path);
}

async function refused(pending: PromiseLike<unknown>, code: string): Promise<GuardError> {
  const error = await assertRejects(async () => await pending);
  assertInstanceOf(error, GuardError, String(error));
  assertEquals([error.code, error.retryable, error.progress], [code, false, "unsent"]);
  return error;
}

test("S18: a name that leads inside is refused before anything is dialled, with host and address", async (t) => {
  const { client, net, clock } = memoryClient(t, [], { guard: "public", dns: { hosts: HOSTS } });
  for (
    const [host, address] of [["inner.test", "10.0.0.1"], ["meta.test", "169.254.169.254"], ["localhost", "127.0.0.1"]]
  ) {
    const error = await refused(clock.until(client.get(`http://${host}:8080/`)), "GUARD_ADDRESS");
    assertEquals([error.host, error.port, error.address], [host, 8080, address]);
    assertStringIncludes(error.message, `Cannot connect to ${host}:8080 at ${address}: it is a `);
    assertEquals(error.request?.url, `http://${host}:8080/`);
  }
  assertEquals(targets(net), []);
});

test("S18: every hop is judged, whatever the redirect is and wherever it came from", async (t) => {
  const locations = [
    "http://127.0.0.1/",
    "//[::1]/",
    "http://2130706433/",
    "http://inner.test/",
    "http://meta.test/latest",
  ];
  for (const location of locations) {
    for (const status of [301, 302, 303, 307, 308]) {
      const { client, net, clock } = memoryClient(t, [answering(redirectTo(location, status))], {
        guard: "public",
        dns: { hosts: HOSTS },
      });
      await refused(clock.until(client.get("http://site.test/")), "GUARD_ADDRESS");
      assertEquals(targets(net), [`${PUBLIC}:80`]);
    }
  }
});

test("S18: of a name's addresses only those that pass are ever dialled", async (t) => {
  const { client, net, clock } = memoryClient(t, () => ({ connect: "refuse" }), {
    guard: "public",
    retry: false,
    dns: { hosts: HOSTS },
  });
  await assertRejects(async () => await clock.until(client.get("http://mixed.test/")));
  assertEquals(targets(net).sort(), ["2606:4700::1111:80", `${PUBLIC}:80`]);
});

test("S18: a name whose address changes is judged anew for each connection", async (t) => {
  const names: Record<string, string[]> = { "flip.test": [PUBLIC] };
  const made = engine(t, () => serving(ok()), {
    guard: resolveGuard("public"),
    names,
    dns: { minTtl: 0, maxTtl: 0, defaultTtl: 0 },
  });
  const sent = { url: "http://flip.test/", headers: { Connection: "close" } };
  assertEquals((await made.get(sent)).status, 200);
  names["flip.test"] = ["127.0.0.1"];
  await made.clock.tick(10);
  await assertRejects(async () => await made.get(sent), GuardError);
  names["flip.test"] = [PUBLIC];
  await made.clock.tick(2_000);
  assertEquals((await made.get(sent)).status, 200);
  // What was judged is what is dialled: never the name.
  assertEquals(targets(made.net), [`${PUBLIC}:80`, `${PUBLIC}:80`]);
});

test("S18: a connector that resolves names itself is given addresses only", async (t) => {
  const made = engine(t, () => serving(ok()), {
    guard: resolveGuard("public"),
    resolvesNames: true,
    names: { "a.test": [PUBLIC] },
  });
  assertEquals((await made.get({ url: "http://a.test/" })).status, 200);
  assertEquals(targets(made.net), [`${PUBLIC}:80`]);
});

test("S18: a socket that leads elsewhere than it was asked to is closed before a byte is sent", async (t) => {
  class Lying extends MemoryConnector {
    override async connect(...args: Parameters<MemoryConnector["connect"]>) {
      const socket = await super.connect(...args);
      return Object.defineProperty(socket, "remoteAddress", { value: "127.0.0.1:80" });
    }
  }
  const made = engine(t, [], { guard: resolveGuard("public"), names: { "a.test": [PUBLIC] } });
  const lying = new Lying([serving(ok())]);
  made.net.connect = (target, cancel) => lying.connect(target, cancel);
  const error = await assertRejects(async () => await made.get({ url: "http://a.test/" }), GuardError);
  assertEquals((error as GuardError).address, "127.0.0.1");
  assertEquals([lying.open, lying.peers[0]!.received.length], [0, 0]);
});

test("S18: a host that the lists do not let be asked for is not even resolved", async (t) => {
  const made = engine(t, [], { guard: resolveGuard({ hosts: ["a.test"], deny: ["b.a.test"] }) });
  for (const host of ["evil.test", "x.a.test", "b.a.test", "a.test.evil.test"]) {
    const error = await assertRejects(async () => await made.get({ url: `http://${host}/` }), GuardError);
    assertEquals((error as GuardError).code, "GUARD_HOST");
  }
  assertEquals([made.lookups, targets(made.net)], [[], []]);
});

function proxied(guard: GuardInput, proxy: string, url: string, t: Parameters<typeof engine>[0], plan = serving(ok())) {
  const made = engine(t, () => plan, {
    guard: resolveGuard(guard),
    names: { "site.test": [PUBLIC, "2606:4700::1111"], "inner.test": ["10.0.0.1"], "proxy.test": ["10.0.0.5"] },
  });
  const choice = resolveProxy(proxy, false, { env: () => undefined, files: undefined });
  return { made, sent: { url, settings: { proxy: choice } } };
}

test("S18: the proxy itself is judged", async (t) => {
  for (const proxy of ["http://127.0.0.1:3128", "http://proxy.test:3128", "socks5://10.0.0.5:1080"]) {
    const { made, sent } = proxied("public", proxy, "http://site.test/", t);
    const error = await assertRejects(async () => await made.get(sent), GuardError);
    assertStringIncludes((error as Error).message, "the proxy ");
    assertEquals(targets(made.net), []);
  }
});

test("S18: behind a proxy the origin is judged too, whoever would resolve its name", async (t) => {
  const proxies = ["http://proxy.test:3128", "socks4://proxy.test", "socks5://proxy.test"];
  for (const proxy of proxies) {
    for (const url of ["http://inner.test/", "http://127.0.0.1/", "http://[::ffff:10.0.0.1]/"]) {
      const { made, sent } = proxied({ proxies: ["proxy.test"] }, proxy, url, t);
      await assertRejects(async () => await made.get(sent), GuardError);
      assert(made.net.peers.every((peer) => peer.received.length === 0), `${proxy} ${url}`);
    }
  }
  for (const proxy of ["socks4a://proxy.test", "socks5h://proxy.test"]) {
    const { made, sent } = proxied({ proxies: ["proxy.test"] }, proxy, "http://site.test/", t);
    const error = await assertRejects(async () => await made.get(sent), GuardError);
    assertEquals((error as GuardError).code, "GUARD_UNSEEN");
  }
});

test("S18: an HTTP proxy is asked for the address that was judged, also for http", async (t) => {
  const plan = {
    script: [{ until: "\r\n\r\n" }, { send: "HTTP/1.1 200 OK\r\n\r\n" }, { until: "\r\n\r\n" }, { send: ok() }],
  };
  const { made, sent } = proxied({ proxies: ["proxy.test"] }, "http://proxy.test:3128", "http://site.test/", t, plan);
  assertEquals((await made.get(sent)).status, 200);
  const [tunnel, request] = new TextDecoder().decode(made.peer().received).split("\r\n\r\n");
  assertStringIncludes(tunnel!, `CONNECT ${PUBLIC}:80 HTTP/1.1`);
  assertStringIncludes(request!, "Host: site.test");
});

test("S18: an HTTP proxy that cannot reach one address is asked for the next", async (t) => {
  let turn = 0;
  const answers = ["HTTP/1.1 503 No Route\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"];
  const made = engine(t, () => ({
    script: [{ until: "\r\n\r\n" }, { send: answers[turn++]! }, { until: "\r\n\r\n" }, { send: ok() }],
  }), {
    guard: resolveGuard({ proxies: ["proxy.test"] }),
    names: { "site.test": ["2606:4700::1111", PUBLIC], "proxy.test": ["10.0.0.5"] },
  });
  const proxy = resolveProxy("http://proxy.test:3128", false, { env: () => undefined, files: undefined });
  assertEquals((await made.get({ url: "http://site.test/", settings: { proxy } })).status, 200);
  const asked = made.net.peers.map((peer) => /^CONNECT (\S+)/.exec(new TextDecoder().decode(peer.received))![1]);
  assertEquals(asked, ["[2606:4700::1111]:80", `${PUBLIC}:80`]);
});

test("S18: a host that is trusted by name may be resolved by the proxy", async (t) => {
  const { made, sent } = proxied(
    { proxies: ["proxy.test"], allow: ["inner.test"] },
    "http://proxy.test:3128",
    "http://inner.test/",
    t,
  );
  assertEquals((await made.get(sent)).status, 200);
  assertStringIncludes(new TextDecoder().decode(made.peer().received), "GET http://inner.test/ HTTP/1.1");
  assertEquals(made.lookups, ["proxy.test"]);
});

test("S18, S19: a unix socket is reached only if the guard lists its path", async (t) => {
  const rows: readonly (readonly [GuardInput, boolean])[] = [
    ["public", false],
    [() => true, false],
    [{ base: "any" }, false],
    [{ sockets: ["/run/a.sock"] }, true],
  ];
  for (const [guard, passes] of rows) {
    const { client, net, clock } = memoryClient(t, [serving(ok())], { guard, unix: "/run/a.sock", retry: false });
    if (passes) assertEquals((await clock.until(client.get("http://site.test/"))).status, 200);
    else await refused(clock.until(client.get("http://site.test/")), "GUARD_SOCKET");
    assertEquals(targets(net).length, passes ? 1 : 0);
  }
});

test("S18: a polluted prototype opens no guard", async (t) => {
  const polluted: Record<string, unknown> = {
    allow: ["*"],
    base: "any",
    proxies: ["*"],
    sockets: ["/"],
    check: () => true,
  };
  Object.assign(Object.prototype, polluted);
  try {
    const { client, net, clock } = memoryClient(t, [], { guard: {}, dns: { hosts: HOSTS } });
    await refused(clock.until(client.get("http://inner.test/")), "GUARD_ADDRESS");
    assertEquals(targets(net), []);
  } finally {
    for (const name of Object.keys(polluted)) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
});

test("S18: on the sockets of this runtime nothing inside is connected to, and what is let is", async (t) => {
  const server = await rawServer(async (connection) => {
    await connection.until("\r\n\r\n");
    connection.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
  t.after(() => server.close());
  const client = (options: ClientOptions): Client => {
    const made = new Client({ retry: false, trustEnv: false, ...options });
    t.after(() => made.close());
    return made;
  };
  for (const host of ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433"]) {
    await refused(client({ guard: "public" }).get(`http://${host}:${server.port}/`), "GUARD_ADDRESS");
  }
  assertEquals(server.connections.length, 0);
  const trusting = client({ guard: { allow: [`127.0.0.1:${server.port}`] } });
  assertEquals((await trusting.get(`http://127.0.0.1:${server.port}/`)).status, 204);
  // The name has another address as well, which is not let: it is never tried.
  assertEquals((await trusting.get(`http://localhost:${server.port}/`)).status, 204);
});
