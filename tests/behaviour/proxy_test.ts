import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import {
  CertificateError,
  type ClientOptions,
  digest,
  JetstreamError,
  ProxyError,
  type ProxyInput,
} from "../../mod.ts";
import { behaviour, option, type Subject } from "../support/behaviour.ts";
import { rawServer } from "../support/raw_server.ts";
import { setEnv } from "../support/env.ts";
import { proxies, type ProxySighting } from "../support/proxies.ts";

const farm = await proxies();
const { ports } = farm;

/** What the origin saw of a request. */
interface Echo {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly (readonly [string, string])[];
  readonly encrypted: boolean;
  readonly connection: number;
  readonly text: string;
}

/** What the proxies saw while `run` ran. */
async function watching(run: () => Promise<void>): Promise<readonly ProxySighting[]> {
  await farm.seen();
  await run();
  return await farm.seen();
}

/** One echo through a proxy, over http or https. */
async function echo(t: Subject, scheme: "http" | "https", proxy: ProxyInput, more: ClientOptions = {}): Promise<Echo> {
  const client = t.client({ proxy, tls: { extraCa: t.origin.ca }, retry: false, ...more });
  const response = await client.get(`${scheme === "http" ? t.origin.http : t.origin.https}/echo?a=%7Eb`);
  assertEquals(response.status, 200);
  return response.json() as Echo;
}

function portOf(url: string): string {
  return new URL(url).port;
}

option("proxy", "forwards http URLs in absolute form and tunnels https URLs", async (t) => {
  const seen = await watching(async () => {
    const forwarded = await echo(t, "http", `http://127.0.0.1:${ports.http}`);
    assertEquals([forwarded.target, forwarded.encrypted], ["/echo?a=%7Eb", false]);
    const tunnelled = await echo(t, "https", `http://127.0.0.1:${ports.http}`);
    assertEquals([tunnelled.target, tunnelled.encrypted], ["/echo?a=%7Eb", true]);
  });
  assertEquals(seen.map(({ kind, target }) => [kind, target]), [
    ["forward", `${t.origin.http}/echo?a=%7Eb`],
    ["connect", `localhost:${portOf(t.origin.https)}`],
  ]);
  assertEquals(seen[1]!.fields, [["Host", `localhost:${portOf(t.origin.https)}`]]);
});

behaviour("a tunnel carries any number of requests and is told in the facts of the connection", async (t) => {
  const client = t.client({ proxy: `http://user:pass@127.0.0.1:${ports.basic}`, tls: { extraCa: t.origin.ca } });
  const seen = await watching(async () => {
    for (let turn = 0; turn < 3; turn++) {
      const response = await client.post(`${t.origin.https}/echo`, { body: "x".repeat(100_000) });
      assertEquals((response.json() as Echo).text, undefined);
      assertEquals(response.connection?.proxy, `http://127.0.0.1:${ports.basic}`);
    }
  });
  assertEquals(seen.length, 1);
});

behaviour("two requests share a connection through a proxy only if the proxies are equal in every part", async (t) => {
  const client = t.client({ tls: { extraCa: t.origin.ca }, retry: false });
  const connections = new Set<number>();
  const inputs: ProxyInput[] = [
    `http://127.0.0.1:${ports.http}`,
    `http://a:b@127.0.0.1:${ports.http}`,
    `http://a:c@127.0.0.1:${ports.http}`,
    { url: `http://127.0.0.1:${ports.http}`, headers: { "X-Tenant": "1" } },
    { url: `http://127.0.0.1:${ports.http}`, headers: { "X-Tenant": "2" } },
    `http://localhost:${ports.http}`,
    `socks5h://127.0.0.1:${ports.socks}`,
    `socks5://127.0.0.1:${ports.socks}`,
  ];
  for (const proxy of [...inputs, false as const]) {
    for (let turn = 0; turn < 2; turn++) {
      const response = await client.get(`${t.origin.https}/echo`, { proxy });
      connections.add((response.json() as Echo).connection);
    }
  }
  assertEquals(connections.size, inputs.length + 1);
});

behaviour("a proxy's login is sent to the proxy alone, before it asks", async (t) => {
  for (
    const proxy of [
      `http://user:pass@127.0.0.1:${ports.basic}`,
      { url: `http://127.0.0.1:${ports.basic}`, auth: ["user", "pass"] } as const,
    ]
  ) {
    for (const scheme of ["http", "https"] as const) {
      const seen = await watching(async () => {
        const { headers } = await echo(t, scheme, proxy);
        assertEquals([headers["proxy-authorization"], headers.authorization], [undefined, undefined]);
      });
      assertEquals(seen.map(({ refused }) => refused), [false]);
    }
  }
});

behaviour(
  "a proxy's Digest challenge is answered in tunnels and in absolute form, and the nonce is used again",
  async (t) => {
    for (const scheme of ["http", "https"] as const) {
      const auth = digest("user", "pass");
      const client = t.client({
        proxy: { url: `http://127.0.0.1:${ports.digest}`, auth },
        retry: false,
        tls: { extraCa: t.origin.ca },
        pool: { idlePerRoute: 0 },
      });
      const base = scheme === "http" ? t.origin.http : t.origin.https;
      const seen = await watching(async () => {
        for (let turn = 0; turn < 4; turn++) {
          const response = await client.post(`${base}/echo?turn=${turn}`, { body: "hello" });
          assertEquals(response.status, 200);
          const { headers, text } = response.json() as Echo;
          assertEquals([headers["proxy-authorization"], headers.authorization, text], [undefined, undefined, "hello"]);
          const proxied = response.headers.pairs.filter(([name]) => /^proxy-/i.test(name));
          assertEquals(proxied, []);
          assertEquals(response.attempts.length, scheme === "http" && turn % 2 === 0 ? 2 : 1);
        }
      });
      // A nonce serves twice: the third request is told that it is stale.
      assertEquals(seen.map(({ refused }) => refused), [true, false, false, true, false, false]);
    }
  },
);

behaviour("a refused login is a ProxyError that says which schemes the proxy takes", async (t) => {
  const rows: readonly (readonly [ProxyInput, string])[] = [
    [`http://127.0.0.1:${ports.basic}`, "it wants credentials (Basic)"],
    [`http://user:canary@127.0.0.1:${ports.basic}`, "it refused the credentials (Basic)"],
    [`http://127.0.0.1:${ports.digest}`, "it wants credentials (Digest)"],
    [
      { url: `http://127.0.0.1:${ports.digest}`, auth: digest("user", "canary") },
      "it refused the credentials (Digest)",
    ],
  ];
  for (const [proxy, words] of rows) {
    for (const url of [`${t.origin.http}/echo`, `${t.origin.https}/echo`]) {
      const client = t.client({ proxy });
      const error = await assertRejects(async () => await client.get(url), ProxyError);
      assertEquals([error.status, error.code, error.phase, error.retryable], [
        407,
        "PROXY_AUTHENTICATION",
        "proxy",
        false,
      ]);
      assertStringIncludes(error.message, words);
      assert(!String(error.stack).includes("canary"));
    }
  }
});

behaviour("the caller's Proxy-* fields never reach an origin", async (t) => {
  const headers = { "Proxy-Authorization": "Basic c3R1ZmY=", "Proxy-X": "y" };
  for (const proxy of [false as const, `http://127.0.0.1:${ports.http}`, `socks5h://127.0.0.1:${ports.socks}`]) {
    for (const url of [t.origin.http, t.origin.https]) {
      const client = t.client({ proxy, headers, tls: { extraCa: t.origin.ca } });
      const seen = await watching(async () => {
        const { fields } = (await client.get(`${url}/echo`)).json() as Echo;
        assertEquals(fields.filter(([name]) => /^proxy-/i.test(name)), []);
      });
      const connect = seen.find(({ kind }) => kind === "connect");
      assertEquals(connect?.fields?.some(([name]) => /^proxy-/i.test(name)) ?? false, false);
    }
  }
});

behaviour("the proxy's own fields go to it, and nothing of a tunnel's reply is the response's", async (t) => {
  const proxy = { url: `http://127.0.0.1:${ports.http}`, headers: { "X-Tenant": "a" } };
  const seen = await watching(async () => {
    const client = t.client({ proxy, tls: { extraCa: t.origin.ca }, cookies: true, headers: { "X-Secret": "origin" } });
    const response = await client.get(`${t.origin.https}/echo`);
    assertEquals([response.headers.has("x-proxy"), response.headers.getSetCookie()], [false, []]);
    const { headers } = response.json() as Echo;
    assertEquals([headers["x-tenant"], headers["x-secret"], headers.cookie], [undefined, "origin", undefined]);
  });
  assertEquals(seen[0]!.fields!.map(([name]) => name.toLowerCase()), ["host", "x-tenant"]);
});

behaviour(
  "an https proxy is trusted by its own tls option, not by the origin's, and the other way round",
  async (t) => {
    const url = `https://localhost:${ports.https}`;
    const trusted = { url, tls: { extraCa: farm.ca } };
    for (const scheme of ["http", "https"] as const) {
      const seen = await watching(async () => {
        assertEquals((await echo(t, scheme, trusted)).encrypted, scheme === "https");
      });
      assertEquals(seen.map(({ proxy, kind }) => [proxy, kind]), [[
        "https",
        scheme === "http" ? "forward" : "connect",
      ]]);
      const client = t.client({ proxy: url, tls: { extraCa: [farm.ca, t.origin.ca] }, retry: false });
      const base = scheme === "http" ? t.origin.http : t.origin.https;
      await assertRejects(async () => await client.get(`${base}/echo`), CertificateError);
    }
    const client = t.client({ proxy: { url, tls: { extraCa: [farm.ca, t.origin.ca] } }, retry: false });
    await assertRejects(async () => await client.get(`${t.origin.https}/echo`), CertificateError);
  },
);

behaviour("TLS options hold inside a tunnel", async (t) => {
  for (
    const proxy of [`http://127.0.0.1:${ports.http}`, {
      url: `https://localhost:${ports.https}`,
      tls: { extraCa: farm.ca },
    }, `socks5h://127.0.0.1:${ports.socks}`]
  ) {
    const { cert, key } = t.origin.client;
    const mutual = t.client({ proxy, tls: { extraCa: t.origin.ca, cert, key }, retry: false });
    const { tls } = (await mutual.get(`${t.origin.https}/echo`)).json() as { tls: Record<string, string> };
    assertEquals([tls.client, tls.servername], ["client.test", "localhost"]);
    const pinned = t.client({
      proxy,
      tls: { extraCa: t.origin.ca, pins: [btoa("x".repeat(32)), t.origin.pin] },
      retry: false,
    });
    assertEquals((await pinned.get(`${t.origin.https}/echo`)).status, 200);
    const misnamed = t.client({ proxy, tls: { extraCa: t.origin.ca, serverName: "other.test" }, retry: false });
    await assertRejects(async () => await misnamed.get(`${t.origin.https}/echo`), CertificateError);
    const careless = t.client({ proxy, tls: { verify: false }, retry: false });
    assertEquals((await careless.get(`${t.origin.https}/echo`)).status, 200);
  }
});

behaviour("SOCKS 4a and 5h leave the name to the proxy, SOCKS 4 and 5 send an address", async (t) => {
  const port = portOf(t.origin.http);
  for (const scheme of ["socks4a", "socks5h"] as const) {
    const seen = await watching(async () => {
      const client = t.client({ proxy: `${scheme}://127.0.0.1:${ports.socks}`, retry: false });
      assertEquals((await client.get(`http://only.the-proxy-knows.test:${port}/echo`)).status, 200);
    });
    assertEquals(seen.map(({ host }) => host), ["only.the-proxy-knows.test"]);
  }
  for (const scheme of ["socks4", "socks5"] as const) {
    const seen = await watching(async () => {
      const client = t.client({
        proxy: `${scheme}://127.0.0.1:${ports.socks}`,
        retry: false,
        tls: { extraCa: t.origin.ca },
      });
      assertEquals((await client.get(`${t.origin.https}/echo`)).status, 200);
    });
    // What localhost has of IPv6 may be tried first; this proxy has none.
    assertEquals(seen.at(-1)!.host, "127.0.0.1");
    assert(seen.every(({ type }) => type !== "name"));
  }
});

behaviour("SOCKS 5 logs in with user and password, and SOCKS 4 names a user", async (t) => {
  const seen = await watching(async () => {
    await echo(t, "https", `socks5h://user:pass@127.0.0.1:${ports.socksLogin}`);
    await echo(t, "http", { url: `socks5h://127.0.0.1:${ports.socksLogin}`, auth: ["user", "pass"] });
    await echo(t, "http", `socks4://someone@127.0.0.1:${ports.socks}`);
  });
  assertEquals(seen.map(({ user }) => user), ["user", "user", "someone"]);
  const wrong = t.client({ proxy: `socks5h://user:canary@127.0.0.1:${ports.socksLogin}` });
  const error = await assertRejects(async () => await wrong.get(`${t.origin.http}/echo`), ProxyError);
  assertStringIncludes(error.message, "user and password refused");
  assert(!String(error.stack).includes("canary"));
});

behaviour(
  "a proxy that cannot be reached, or cannot reach the origin, is a ProxyError or ConnectError that names both",
  async (t) => {
    const url = "https://127.0.0.1:1/";
    for (
      const proxy of [
        `http://127.0.0.1:${ports.http}`,
        `socks5h://127.0.0.1:${ports.socks}`,
        `socks4://127.0.0.1:${ports.socks}`,
      ]
    ) {
      const client = t.client({ proxy, retry: false });
      const error = await assertRejects(async () => await client.get(url), ProxyError);
      assertStringIncludes(error.message, `Cannot reach 127.0.0.1:1 through the proxy ${proxy}: it answered`);
      assertEquals(error.progress, "unsent");
    }
    const nobody = t.client({ proxy: "http://127.0.0.1:1", retry: false });
    const error = await assertRejects(async () => await nobody.get(url), JetstreamError);
    assertEquals([error.code, error.progress], ["CONNECT_REFUSED", "unsent"]);
  },
);

behaviour("timeout.connect covers a proxy that never answers", async (t) => {
  const server = await rawServer();
  t.after(() => server.close());
  const silent = t.client({ proxy: `http://127.0.0.1:${server.port}`, timeout: { connect: 200 }, retry: false });
  const error = await assertRejects(async () => await silent.get(`${t.origin.https}/echo`), JetstreamError);
  assertEquals(error.code, "TIMEOUT_CONNECT");
});

behaviour("proxy.no and a map by scheme choose per URL, and follow each redirect anew", async (t) => {
  const http = `http://127.0.0.1:${ports.http}`;
  const seen = await watching(async () => {
    const client = t.client({ proxy: { all: http, no: ["127.0.0.0/8"] }, tls: { extraCa: t.origin.ca } });
    const to = `http://named.test:${portOf(t.origin.http)}/echo`;
    assertEquals((await client.get(t.url("/redirect", { to }))).status, 200);
  });
  assertEquals(seen.map(({ target }) => target), [`http://named.test:${portOf(t.origin.http)}/echo`]);
});

option("trustEnv", "reads the proxies of the environment, or does not", async (t) => {
  t.after(setEnv("all_proxy", `http://127.0.0.1:${ports.http}`));
  t.after(setEnv("no_proxy", "localhost"));
  const seen = await watching(async () => {
    assertEquals((await t.client().get(`${t.origin.http}/echo`)).status, 200);
    assertEquals((await t.client({ tls: { extraCa: t.origin.ca } }).get(`${t.origin.https}/echo`)).status, 200);
    assertEquals((await t.client({ trustEnv: false }).get(`${t.origin.http}/echo`)).status, 200);
    assertEquals((await t.client({ proxy: false }).get(`${t.origin.http}/echo`)).status, 200);
  });
  assertEquals(seen.map(({ kind }) => kind), ["forward"]);
  t.after(setEnv("all_proxy", "http://canary:canary@["));
  const error = (() => {
    try {
      return void t.client();
    } catch (thrown) {
      return thrown;
    }
  })();
  assertInstanceOf(error, TypeError);
  assertStringIncludes(error.message, "the environment variable all_proxy: it is malformed");
  assert(!error.message.includes("canary"));
});
