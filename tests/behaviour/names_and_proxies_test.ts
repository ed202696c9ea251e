import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Client, DNSError, TimeoutError } from "../../mod.ts";
import { option, type Subject } from "../support/behaviour.ts";
import { setEnv } from "../support/env.ts";

/** A request that the proxy of the test server saw. */
interface Proxied {
  line: string;
  headers: Record<string, string>;
}

/** What the proxy sees while `run` goes on. */
async function proxiedBy({ client, origin }: Subject, run: () => Promise<unknown>): Promise<Proxied[]> {
  const direct = client({ trustEnv: false });
  const all = async (): Promise<Proxied[]> => await direct.get(`${origin.http}/proxied`).json() as Proxied[];
  const before = (await all()).length;
  await run();
  return (await all()).slice(before);
}

option("proxy", "sends http in absolute form and tunnels https", async ({ client, origin }) => {
  const direct = client();
  const seen = async () => (await direct.get(`${origin.http}/proxied`).json() as Proxied[]).map(({ line }) => line);
  const before = (await seen()).length;
  const c = client({ proxy: origin.proxy, tls: { extraCa: origin.ca } });
  assertEquals((await c.get(`${origin.http}/echo`)).status, 200);
  assertEquals((await c.get(`${origin.https}/echo`)).status, 200);
  const expected = [`GET ${origin.http}/echo`, `CONNECT ${new URL(origin.https).host}`];
  assertEquals((await seen()).slice(before), expected);
  assertEquals((await c.get(`${origin.http}/echo`, { proxy: false })).status, 200);
  assertEquals((await seen()).length, before + 2);
});

option("trustEnv", "reads the proxy of the environment, unless it is false", async ({ client, origin, after }) => {
  const direct = client({ trustEnv: false });
  const seen = async () => (await direct.get(`${origin.http}/proxied`).json() as Proxied[]).length;
  const before = await seen();
  after(setEnv("http_proxy", origin.proxy));
  assertEquals((await client().get(`${origin.http}/echo`)).status, 200);
  assertEquals(await seen(), before + 1);
  assertEquals((await client({ trustEnv: false }).get(`${origin.http}/echo`)).status, 200);
  assertEquals((await client().get(`${origin.http}/echo`, { trustEnv: false })).status, 200);
  assertEquals(await seen(), before + 1);
});

option("proxy.url", "is the proxy, with user info as Basic credentials", async (subject) => {
  const { client, origin } = subject;
  const url = origin.proxy.replace("//", "//user:p%40ss@");
  for (const proxy of [url, new URL(url), { url }]) {
    const [seen] = await proxiedBy(subject, async () => {
      const echo = await client({ proxy }).get(`${origin.http}/echo`).json() as { headers: Record<string, string> };
      assertEquals(echo.headers["x-mine"], undefined);
    });
    assertEquals(seen!.headers["proxy-authorization"], `Basic ${btoa("user:p@ss")}`);
  }
});

option("proxy.auth", "goes to the proxy, never through the tunnel", async (subject) => {
  const { client, origin } = subject;
  const c = client({ proxy: { url: origin.proxy, auth: ["u", "p"] }, tls: { extraCa: origin.ca } });
  const seen = await proxiedBy(subject, async () => {
    const echo = await c.get(`${origin.https}/echo`).json() as { headers: Record<string, string> };
    assertEquals(Object.keys(echo.headers).filter((name) => name.startsWith("proxy-")), []);
  });
  assertEquals(seen.map(({ headers }) => headers["proxy-authorization"]), [`Basic ${btoa("u:p")}`]);
});

option("proxy.headers", "are for the proxy", async (subject) => {
  const { client, origin } = subject;
  const c = client({ proxy: { url: origin.proxy, headers: { "X-Tenant": "7" } }, tls: { extraCa: origin.ca } });
  const seen = await proxiedBy(subject, async () => {
    const echo = await c.get(`${origin.https}/echo`).json() as { headers: Record<string, string> };
    assertEquals(echo.headers["x-tenant"], undefined);
  });
  assertEquals(seen.map(({ headers }) => headers["x-tenant"]), ["7"]);
});

option("proxy.tls", "is the trust for an https proxy, apart from the origin's", async (subject) => {
  const { client, origin } = subject;
  const url = origin.tlsProxy;
  const trusting = client({ proxy: { url, tls: { extraCa: origin.ca } }, tls: { extraCa: origin.ca }, retry: false });
  const seen = await proxiedBy(subject, async () => {
    assertEquals((await trusting.get(`${origin.https}/echo`)).status, 200);
    assertEquals((await trusting.get(`${origin.http}/echo`)).status, 200);
  });
  assertEquals(seen.map(({ line }) => line.split(" ")[0]), ["CONNECT", "GET"]);
  const distrusting = client({ proxy: url, tls: { extraCa: origin.ca }, retry: false });
  assertEquals((await distrusting.result.get(`${origin.http}/echo`)).ok, false);
});

const BY_SCHEME: readonly [name: string, lines: readonly string[]][] = [
  ["http", ["GET"]],
  ["https", ["CONNECT"]],
  ["all", ["GET", "CONNECT"]],
];

for (const [name, lines] of BY_SCHEME) {
  option(`proxy.${name}`, "is for the URLs of its scheme", async (subject) => {
    const { client, origin } = subject;
    const c = client({ proxy: { [name]: origin.proxy }, tls: { extraCa: origin.ca } });
    const seen = await proxiedBy(subject, async () => {
      await c.get(`${origin.http}/echo`);
      await c.get(`${origin.https}/echo`);
    });
    assertEquals(seen.map(({ line }) => line.split(" ")[0]), [...lines]);
  });
}

option("proxy.no", "names the hosts that are reached directly", async (subject) => {
  const { client, origin } = subject;
  const c = client({ proxy: { all: origin.proxy, no: ["127.0.0.0/8"] }, tls: { extraCa: origin.ca } });
  const seen = await proxiedBy(subject, async () => {
    await c.get(`${origin.http}/echo`);
    await c.get(`${origin.https}/echo`);
  });
  assertEquals(seen.map(({ line }) => line), [`CONNECT ${new URL(origin.https).host}`]);
});

/** How often the name server was asked for `name`. */
async function asked({ client, origin }: Subject, name: string): Promise<number> {
  return await client().get(`${origin.http}/asked`, { params: { name } }).json() as number;
}

/** Calls `name` on the test server over a new connection each time. */
async function callTwice(subject: Subject, c: Client, name: string, pause = 0): Promise<void> {
  const url = `http://${name}:${new URL(subject.origin.http).port}/echo`;
  assertEquals((await c.get(url)).status, 200);
  if (pause > 0) await subject.client().get(subject.url(`/delay/${pause}`));
  // A purge would forget the addresses, too.
  assertEquals((await c.get(url, { headers: { Connection: "close" } })).status, 200);
  assertEquals((await c.get(url)).status, 200);
}

option("dns.servers", "are asked in place of the system, once per name", async (subject) => {
  const name = `ip-127-0-0-1.id-${subject.id}.test`;
  await callTwice(subject, subject.client({ dns: { servers: [subject.origin.dns] } }), name);
  assertEquals(await asked(subject, name), 1);
  const missing = subject.client({ dns: { servers: [subject.origin.dns] }, retry: false });
  await assertRejects(async () => await missing.get(`http://nx.id-${subject.id}.test/`), DNSError);
});

option("dns.maxTtl", "bounds how long an answer is kept", async (subject) => {
  const name = `ip-127-0-0-1.ttl-60.id-${subject.id}.test`;
  const c = subject.client({ dns: { servers: [subject.origin.dns], minTtl: 0, maxTtl: 1 } });
  await callTwice(subject, c, name, 30);
  assert(await asked(subject, name) >= 2);
});

option("dns.minTtl", "keeps an answer longer than its TTL", async (subject) => {
  for (const [minTtl, more] of [[60_000, false], [0, true]] as const) {
    const name = `ip-127-0-0-1.ttl-0.id-${subject.id}.min-${minTtl}.test`;
    await callTwice(subject, subject.client({ dns: { servers: [subject.origin.dns], minTtl } }), name, 10);
    assertEquals(await asked(subject, name) > 1, more);
  }
});

option("dns.defaultTtl", "is how long the system's answers are kept", async ({ client, origin }) => {
  // The system's resolver cannot be counted from here: the option has to be taken and to resolve.
  const port = new URL(origin.http).port;
  const c = client({ dns: { defaultTtl: 1, minTtl: 0 } });
  assertEquals((await c.get(`http://localhost:${port}/echo`)).status, 200);
  await assertRejects(async () => await client({ dns: { defaultTtl: -1 } }).get(`${origin.http}/echo`), RangeError);
});

option("dns.negativeTtl", "keeps a failure", async (subject) => {
  for (const [negativeTtl, times] of [[60_000, 1], [0, 2]] as const) {
    const name = `nx.id-${subject.id}.neg-${negativeTtl}.test`;
    const c = subject.client({ dns: { servers: [subject.origin.dns], negativeTtl }, retry: false });
    for (let turn = 0; turn < 2; turn++) await assertRejects(async () => await c.get(`http://${name}/`), DNSError);
    assertEquals(await asked(subject, name), times);
  }
});

option("dns.staleIfError", "uses an expired answer when the name cannot be asked anew", async (subject) => {
  const servers = [subject.origin.dns];
  const port = new URL(subject.origin.http).port;
  for (const [staleIfError, ok] of [[60_000, true], [0, false]] as const) {
    const name = `ip-127-0-0-1.once.ttl-0.id-${subject.id}.stale-${staleIfError}.test`;
    const c = subject.client({ dns: { servers, minTtl: 0, staleIfError, rounds: 1 }, retry: false });
    const close = { headers: { Connection: "close" } };
    assertEquals((await c.get(`http://${name}:${port}/echo`, close)).status, 200);
    await subject.client().get(subject.url("/delay/10"));
    assertEquals((await c.result.get(`http://${name}:${port}/echo`, close)).ok, ok);
  }
});

option("dns.order", "says which family is tried first", async ({ client, origin }) => {
  const port = new URL(origin.http).port;
  for (const order of ["ipv6first", "ipv4first", "verbatim"] as const) {
    const connects: string[] = [];
    const c = client({ dns: { order, hosts: { "both.test": ["127.0.0.1", "::1"] } } });
    const result = await c.result.get(`http://both.test:${port}/echo`, {
      onEvent: (event) => event.type === "connect-start" && connects.push(event.address),
    });
    assertEquals([order, result.ok, connects[0]!.includes("::1")], [order, true, order === "ipv6first"]);
  }
});

option("dns.queryTimeout", "gives a silent server up", async (subject) => {
  const name = `late.ip-127-0-0-1.id-${subject.id}.test`;
  const c = subject.client({ dns: { servers: [subject.origin.dns], queryTimeout: 100 } });
  assertEquals((await c.get(`http://${name}:${new URL(subject.origin.http).port}/echo`)).status, 200);
  assertEquals(await asked(subject, name), 2);
});

option("dns.rounds", "says how often silent servers are asked", async (subject) => {
  const name = `silent.id-${subject.id}.test`;
  const dns = { servers: [subject.origin.dns], queryTimeout: 40, rounds: 3 };
  const c = subject.client({ dns, retry: false, timeout: { connect: 5_000 } });
  const error = await assertRejects(async () => await c.get(`http://${name}/`));
  assert(error instanceof DNSError || error instanceof TimeoutError, String(error));
  assertEquals(await asked(subject, name), 3);
});
