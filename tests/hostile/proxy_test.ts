/**
 * Owns the attacks that come by way of proxies, named by class: where a connection is led (S19, S20)
 * and what a proxy answers (S21), over real sockets.
 * Must not know how a dialogue is made.
 */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Client, type ClientOptions, digest, JetstreamError, ProxyError } from "../../mod.ts";
import { resolveProxy } from "../../src/client/proxy_options.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { Authority } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type RawConnection, type RawServer, rawServer, type RawServerOptions } from "../support/raw_server.ts";
import { relayProxy } from "../support/relay_proxy.ts";
import { test, type TestContext } from "../support/suite.ts";

const HEAD = "\r\n\r\n";

async function server(
  t: TestContext,
  onConnection?: (connection: RawConnection) => void | Promise<void>,
  options?: RawServerOptions,
): Promise<RawServer> {
  const made = await rawServer(onConnection, options);
  t.after(() => made.close());
  return made;
}

function client(t: TestContext, options: ClientOptions): Client {
  const made = new Client({ retry: false, trustEnv: false, ...options });
  t.after(() => made.close());
  return made;
}

async function failure(promise: PromiseLike<unknown>): Promise<JetstreamError> {
  const error = await assertRejects(async () => await promise, JetstreamError);
  return error as JetstreamError;
}

// S19: a socket that nobody asked for

test("S19: no URL leads to a unix socket, and no polluted prototype leads to one or to a proxy", async (t) => {
  for (
    const url of [
      "unix:/run/docker.sock",
      "http+unix://%2Frun%2Fdocker.sock/",
      "http://%2Frun%2Fdocker.sock/",
    ]
  ) {
    assertThrows(() => new RequestUrl(url), TypeError);
  }
  const origin = await server(t, async (connection) => {
    await connection.until(HEAD);
    connection.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
  const polluted: Record<string, unknown> = {
    unix: "/run/docker.sock",
    socketPath: "/run/docker.sock",
    localAddress: "203.0.113.1",
    proxy: "http://203.0.113.1:1",
    url: "http://203.0.113.1:1",
    all: "http://203.0.113.1:1",
    http: "http://203.0.113.1:1",
    auth: ["evil", "evil"],
    no: "*",
    tls: { verify: false },
    headers: { "X-Evil": "1" },
    username: "evil",
    password: "evil",
  };
  Object.assign(Object.prototype, polluted);
  try {
    const response = await client(t, {}).get(`http://127.0.0.1:${origin.port}/`);
    assertEquals(response.status, 204);
    const host = { env: () => undefined, files: undefined };
    const url = new RequestUrl("https://example.com/");
    assertEquals(resolveProxy({ https: null }, false, host), null);
    const one = resolveProxy("https://proxy.test", false, host)!.proxyFor(url)!;
    assertEquals([one.label, one.headers.length, one.auth, one.tls!.verify], ["https://proxy.test:443", 0, null, true]);
    const env = resolveProxy(undefined, true, {
      ...host,
      env: (name) => name === "https_proxy" ? "socks5://p" : undefined,
    });
    assertEquals(env!.proxyFor(url)!.username, "");
  } finally {
    for (const name of Object.keys(polluted)) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
  assert(!new TextDecoder().decode(origin.connections[0]!.received).includes("vil"));
});

// S20: which host goes where

test("S20: however a host is written, NO_PROXY sees the host that is connected to", () => {
  const choice = resolveProxy({ all: "http://p:1", no: ["127.0.0.1", "internal.example", "fe80::/10"] }, false, {
    env: () => undefined,
    files: undefined,
  })!;
  const rows: readonly (readonly [url: string, direct: boolean])[] = [
    ["http://127.0.0.1/", true],
    ["http://127.1/", true],
    ["http://2130706433/", true],
    ["http://0x7f000001/", true],
    ["http://0177.0.0.01/", true],
    ["http://127.0.0.1./", true],
    ["http://[::ffff:127.0.0.1]/", true],
    ["http://[0:0:0:0:0:ffff:7f00:1]/", true],
    ["http://\uff11\uff12\uff17.0.0.1/", true],
    ["http://127.0.0.1.nip.example/", false],
    ["http://127.0.0.1@evil.example/", false],
    ["http://evil.example#@127.0.0.1/", false],
    ["http://evil.example/?127.0.0.1", false],
    ["http://INTERNAL.example/", true],
    ["http://internal.example./", true],
    ["http://a.internal.example/", true],
    ["http://internal%2eexample/", true],
    ["http://internal\u3002example/", true],
    ["http://notinternal.example/", false],
    ["http://internal.example.evil.example/", false],
    ["http://[fe80::1]/", true],
    ["http://[fec0::1]/", false],
  ];
  for (const [url, direct] of rows) assertEquals(choice.proxyFor(new RequestUrl(url)) === null, direct, url);
  // A zone cannot smuggle a name in: such a URL is none (Go CVE-2025-22870).
  assertThrows(() => new RequestUrl("http://[::1%25.internal.example]/"), TypeError);
});

test("S20: a Proxy: field of a CGI request does not become a proxy", () => {
  const env: Record<string, string> = { REQUEST_METHOD: "GET", HTTP_PROXY: "http://evil:1" };
  assertEquals(resolveProxy(undefined, true, { env: (name) => env[name], files: undefined }), null);
});

// S21: what a proxy answers

test("S21: nothing is sent to an origin before a 2xx, and nothing but the target before that", async (t) => {
  watchLeaks(t);
  let early = "";
  const proxy = await server(t, async (connection) => {
    early = await connection.until(HEAD);
    await new Promise((resolve) => setTimeout(resolve, 50));
    early += new TextDecoder().decode(connection.received).slice(early.length);
    connection.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  const c = client(t, { proxy: `http://127.0.0.1:${proxy.port}`, headers: { "X-Secret": "canary" } });
  const error = await failure(
    c.post("https://origin.test/path?canary", { body: "canary", auth: ["canary", "canary"] }),
  );
  assertInstanceOf(error, ProxyError);
  assertEquals(error.status, 403);
  assertEquals(early, "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n\r\n");
});

test("S21: a 2xx with a body, or with bytes behind it, makes no tunnel", async (t) => {
  watchLeaks(t);
  for (
    const reply of [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    ]
  ) {
    let sent = "";
    const proxy = await server(t, async (connection) => {
      sent = await connection.until(HEAD);
      await connection.write(reply);
      await connection.untilClosed();
      sent = new TextDecoder().decode(connection.received);
    });
    const error = await failure(client(t, { proxy: `http://127.0.0.1:${proxy.port}` }).get("https://origin.test/"));
    // Cut apart by the network the bytes may come late: then they are no handshake.
    assert(error.code === "PROXY_PROTOCOL" || error.phase === "tls", `${error}`);
    assertEquals(error.progress, "unsent");
    assert(!sent.includes("GET"));
  }
});

test("S21: bytes that come between the tunnel and TLS are never taken for an answer", async (t) => {
  watchLeaks(t);
  const proxy = await server(t, async (connection) => {
    await connection.until(HEAD);
    await connection.write("HTTP/1.1 200 OK\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 30));
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  });
  const error = await failure(client(t, { proxy: `http://127.0.0.1:${proxy.port}` }).get("https://origin.test/"));
  assertEquals([error.phase, error.progress], ["tls", "unsent"]);
});

test("S21: a proxy that challenges without end is left after four rounds", async (t) => {
  watchLeaks(t);
  let asked = 0;
  const challenge = (): string =>
    `HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm="r", nonce="${++asked}", qop="auth", stale=true\r\n` +
    "Content-Length: 0\r\n\r\n";
  const proxy = await server(t, async (connection) => {
    for (;;) {
      await connection.until(HEAD);
      await connection.write(challenge());
    }
  });
  const url = `http://127.0.0.1:${proxy.port}`;
  for (const target of ["https://origin.test/", "http://origin.test/"]) {
    asked = 0;
    const error = await failure(client(t, { proxy: { url, auth: digest("u", "p") } }).get(target));
    assertInstanceOf(error, ProxyError);
    assertEquals(error.status, 407);
    assert(asked >= 2 && asked <= 4, `${asked} rounds`);
  }
});

test("S21: heads, pages and informational replies of a proxy are limited", async (t) => {
  watchLeaks(t);
  const floods: readonly (readonly [string, string])[] = [
    [`HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(50_000)}`, "PROXY_PROTOCOL"],
    [`HTTP/1.1 200 ${"a".repeat(300_000)}`, "PROXY_PROTOCOL"],
    ["HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000), "PROXY_PROTOCOL"],
    [`HTTP/1.1 407 No\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(300_000)}`, "PROXY_AUTHENTICATION"],
    [`HTTP/1.1 502 No\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(300_000)}`, "PROXY_REFUSED"],
  ];
  for (const [flood, code] of floods) {
    const proxy = await server(t, async (connection) => {
      await connection.until(HEAD);
      await connection.write(flood);
    });
    const c = client(t, { proxy: `http://127.0.0.1:${proxy.port}` });
    const error = await failure(c.get("https://origin.test/"));
    assertEquals(error.code, code);
    assert(error.message.length < 500);
  }
});

test("S21: a redirect of a proxy is not followed, and its cookies are not kept", async (t) => {
  watchLeaks(t);
  const reply = "Location: http://evil.test/\r\nSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n";
  const proxy = await server(t, async (connection) => {
    await connection.until(HEAD);
    connection.end(`HTTP/1.1 302 Found\r\n${reply}`);
  });
  const c = client(t, { proxy: `http://127.0.0.1:${proxy.port}`, cookies: true });
  for (let turn = 0; turn < 2; turn++) {
    const error = await failure(c.get("https://origin.test/"));
    assertEquals([error.code, (error as ProxyError).status], ["PROXY_REFUSED", 302]);
  }
  for (const { received } of proxy.connections) assert(!new TextDecoder().decode(received).includes("evil"));
});

test("S21: a host of 300 bytes never goes to a SOCKS proxy, nor to the resolver in its place", async (t) => {
  watchLeaks(t);
  const proxy = await server(t);
  const host = `${"a".repeat(60)}.`.repeat(5).slice(0, 300);
  for (const scheme of ["socks5h", "socks4a"]) {
    const c = client(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}` });
    const error = await failure(c.get(`http://${host}/`));
    assertEquals(error.code, "PROXY_UNSUITABLE");
    assertStringIncludes(error.message, "the host name has 300 bytes");
  }
  assertEquals(proxy.connections.map(({ received }) => received.length), [0, 0]);
});

test("S21: verification of the origin holds inside a tunnel", async (t) => {
  watchLeaks(t);
  const authority = await Authority.create("Real CA");
  const evil = await Authority.create("Evil CA");
  const { cert, key } = await evil.issue({ names: ["localhost"] });
  const origin = await server(t, async (connection) => {
    await connection.until(HEAD);
    connection.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }, { tls: { cert, key } });
  const proxy = await relayProxy(origin.port);
  t.after(() => proxy.close());
  const c = client(t, { proxy: `http://127.0.0.1:${proxy.port}`, tls: { extraCa: authority.cert } });
  const error = await failure(c.get("https://localhost/", { auth: ["canary", "canary"] }));
  assertEquals([error.code, error.progress], ["CERTIFICATE_UNTRUSTED", "unsent"]);
  assertEquals(origin.connections.map(({ received }) => received.length).filter((length) => length > 0), []);
});

test("S21, S43: whatever a proxy sends, the call fails with an error of ours and the process lives", async (t) => {
  watchLeaks(t);
  let reply: Uint8Array = new Uint8Array(0);
  const proxy = await server(t, async (connection) => {
    await connection.untilLength(3);
    connection.end(reply);
  });
  const clients = ["http", "socks4", "socks4a", "socks5", "socks5h"].map((scheme) =>
    client(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}`, timeout: 5_000 })
  );
  const likely = fc.constantFrom(0, 1, 3, 5, 90, 255, 13, 10, 32);
  const bytes = fc.array(fc.oneof(likely, fc.nat(255)), { maxLength: 40 }).map((list) => Uint8Array.from(list));
  const http = fc.string({ maxLength: 40 }).map((text) => new TextEncoder().encode(`HTTP/1.1 200 ${text}`));
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, http), async (given) => {
      reply = given;
      for (const c of clients) {
        const error = await failure(c.get("https://127.0.0.1:9/"));
        assertEquals(error.progress, "unsent");
      }
    }),
    { numRuns: 25 },
  );
});
