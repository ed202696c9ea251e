/**
 * The client's side of `tests/full/proxies.ts`: goes through real proxies on the runtime that runs it,
 * prints a line per case, and ends with the totals.
 *
 * Its one argument is JSON: {@linkcode PeerSettings}.
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CertificateError, Client, type ClientOptions, digest, ProxyError, type ProxyInput } from "../../mod.ts";
import { runtimeId } from "./runtime.ts";

/** Where everything is. `user` and `pass` are right wherever somebody asks. */
export interface PeerSettings {
  /** `http://127.0.0.1:port` and `https://127.0.0.1:port` of the origin, and its CA. */
  readonly http: string;
  readonly https: string;
  readonly originCa: string;
  /** The CA of the https proxies. */
  readonly proxyCa: string;
  /** Ports by kind of proxy; absent where the program is not installed. */
  readonly squid?: { readonly open: number; readonly login: number };
  readonly stunnel?: { readonly open: number; readonly login: number };
  readonly microsocks?: number;
  readonly dante?: number;
  /** A port of 127.0.0.1 that nobody listens on. */
  readonly nobody: number;
}

interface Echo {
  readonly headers: Readonly<Record<string, string>>;
  readonly encrypted: boolean;
  readonly length: number;
  readonly sha256: string;
  readonly connection: number;
  readonly target: string;
}

type Case = readonly [name: string, run: () => Promise<void>];

const settings = JSON.parse(process.argv.at(-1)!) as PeerSettings;

async function using<T>(options: ClientOptions, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    retry: false,
    trustEnv: false,
    timeout: 20_000,
    tls: { extraCa: settings.originCa },
    ...options,
  });
  try {
    return await run(client);
  } finally {
    await client.close();
  }
}

async function echo(client: Client, base: string, path = "/echo"): Promise<Echo> {
  const response = await client.get(base + path);
  assertEquals(response.status, 200);
  return response.json() as Echo;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What every proxy must carry, whatever its kind. */
function carried(kind: string, proxy: ProxyInput, hosts: readonly string[]): Case[] {
  const bases = (host: string): string[] =>
    [settings.http, settings.https].map((url) => url.replace("127.0.0.1", host));
  return [
    [`${kind} carries http and https`, () =>
      using({ proxy }, async (client) => {
        for (const base of hosts.flatMap(bases)) {
          const { encrypted, headers, target } = await echo(client, base, "/echo?a=%7Eb");
          assertEquals([encrypted, target], [base.startsWith("https"), "/echo?a=%7Eb"]);
          assertEquals(Object.keys(headers).filter((name) => name.startsWith("proxy-")), []);
        }
      })],
    [`${kind} keeps connections for further requests`, () =>
      using({ proxy }, async (client) => {
        const connections = new Set<number>();
        for (let turn = 0; turn < 5; turn++) connections.add((await echo(client, settings.https)).connection);
        assertEquals(connections.size, 1);
        assertEquals(client.stats().idle, 1);
      })],
    [`${kind} carries large bodies both ways`, () =>
      using({ proxy }, async (client) => {
        const body = new Uint8Array(3_000_000).map((_, at) => at % 251);
        for (const base of [settings.http, settings.https]) {
          const sent = (await client.post(`${base}/echo`, { body })).json() as Echo;
          assertEquals([sent.length, sent.sha256], [body.length, await sha256(body)]);
          const got = await client.get(`${base}/bytes/${body.length}?chunked=1`);
          assertEquals(await sha256(got.content as Uint8Array<ArrayBuffer>), sent.sha256);
        }
      })],
    [`${kind} carries many requests at once`, () =>
      using({ proxy }, async (client) => {
        const bases = Array.from({ length: 24 }, (_, at) => at % 2 === 0 ? settings.http : settings.https);
        const all = await Promise.all(bases.map((base, at) => echo(client, base, `/echo?n=${at}`)));
        assertEquals(all.map(({ target }) => target), bases.map((_, at) => `/echo?n=${at}`));
      })],
    [`${kind} says that it cannot reach a port`, () =>
      using({ proxy }, async (client) => {
        const error = await assertRejects(
          async () => await client.get(`https://127.0.0.1:${settings.nobody}/`),
          ProxyError,
        );
        assertEquals([error.phase, error.progress, error.retryable], ["proxy", "unsent", true]);
      })],
  ];
}

/** What an HTTP proxy with a login must do. */
function loggedIn(kind: string, url: string, more: object = {}): Case[] {
  const withUrl = (auth: ClientOptions["auth"]): ProxyInput => ({ url, ...more, ...(auth ? { auth } : {}) });
  const refused = async (proxy: ProxyInput, words: string): Promise<void> => {
    for (const base of [settings.http, settings.https]) {
      const error = await assertRejects(
        async () => await using({ proxy }, async (client) => await client.get(`${base}/echo`)),
        ProxyError,
      );
      assertEquals([error.status, error.code], [407, "PROXY_AUTHENTICATION"]);
      assertStringIncludes(error.message, words);
      assert(!String(error.stack).includes("canary"));
    }
  };
  return [
    ...carried(`${kind} with Basic`, withUrl(["user", "pass"]), ["127.0.0.1"]),
    ...carried(`${kind} with Digest`, withUrl(digest("user", "pass")), ["127.0.0.1"]),
    [
      `${kind} answers stale nonces`,
      () =>
        using({ proxy: withUrl(digest("user", "pass")), pool: { idlePerRoute: 0 } }, async (client) => {
          for (let turn = 0; turn < 10; turn++) {
            await echo(client, turn % 2 === 0 ? settings.http : settings.https);
          }
        }),
    ],
    [`${kind} wants credentials`, () => refused(withUrl(null), "it wants credentials (")],
    [`${kind} refuses a wrong Basic login`, () => refused(withUrl(["user", "canary"]), "it refused the credentials (")],
    [
      `${kind} refuses a wrong Digest login`,
      () => refused(withUrl(digest("user", "canary")), "it refused the credentials ("),
    ],
  ];
}

function squidCases({ open, login }: { readonly open: number; readonly login: number }): Case[] {
  const url = `http://127.0.0.1:${open}`;
  return [
    ...carried("squid", url, ["127.0.0.1", "localhost"]),
    ...loggedIn("squid", `http://127.0.0.1:${login}`),
    ["squid forwards http and is seen in Via", () =>
      using({ proxy: url }, async (client) => {
        const response = await client.get(`${settings.http}/echo`);
        assertStringIncludes(response.headers.get("via") ?? "", "squid");
        const tunnelled = await client.get(`${settings.https}/echo`);
        assertEquals(tunnelled.headers.get("via"), null);
      })],
    ["squid forbids a port by 403, and the page is not the response", () =>
      using({ proxy: url }, async (client) => {
        const error = await assertRejects(async () => await client.get("https://127.0.0.1:7/"), ProxyError);
        assertEquals([error.status, error.code, error.retryable], [403, "PROXY_REFUSED", false]);
      })],
  ];
}

function stunnelCases({ open, login }: { readonly open: number; readonly login: number }): Case[] {
  const tls = { extraCa: settings.proxyCa };
  const url = `https://localhost:${open}`;
  return [
    ...carried("https proxy", { url, tls }, ["127.0.0.1", "localhost"]),
    ...loggedIn("https proxy", `https://localhost:${login}`, { tls }),
    ["https proxy of an unknown authority is refused", async () => {
      for (const base of [settings.http, settings.https]) {
        const send = (): Promise<unknown> => using({ proxy: url }, async (client) => await client.get(`${base}/echo`));
        await assertRejects(send, CertificateError);
      }
    }],
    ["https proxy's authority is not trusted for origins", async () => {
      const options = { proxy: { url, tls }, tls: {} };
      const send = (): Promise<unknown> => using(options, async (client) => await client.get(`${settings.https}/echo`));
      await assertRejects(send, CertificateError);
    }],
  ];
}

function microsocksCases(port: number): Case[] {
  const at = `127.0.0.1:${port}`;
  return [
    ...carried("microsocks, socks5h", `socks5h://user:pass@${at}`, ["127.0.0.1", "localhost"]),
    ...carried("microsocks, socks5", `socks5://user:pass@${at}`, ["127.0.0.1"]),
    ["microsocks refuses a wrong login", () =>
      using({ proxy: `socks5h://user:canary@${at}` }, async (client) => {
        const error = await assertRejects(async () => await client.get(settings.http), ProxyError);
        assertEquals([error.code, error.retryable], ["PROXY_AUTHENTICATION", false]);
        assert(!String(error.stack).includes("canary"));
      })],
    ["microsocks wants a login", () =>
      using({ proxy: `socks5h://${at}` }, async (client) => {
        const error = await assertRejects(async () => await client.get(settings.http), ProxyError);
        assertStringIncludes(error.message, "it wants credentials");
      })],
  ];
}

function danteCases(port: number): Case[] {
  return (["socks4", "socks4a", "socks5", "socks5h"] as const).flatMap((scheme) => {
    // It knows no names in version 4: it connects to 0.0.0.1, which only announces one.
    const hosts = scheme === "socks4a" ? ["127.0.0.1"] : ["127.0.0.1", "localhost"];
    return carried(`dante, ${scheme}`, `${scheme}://127.0.0.1:${port}`, hosts);
  });
}

const cases: Case[] = [
  ...(settings.squid ? squidCases(settings.squid) : []),
  ...(settings.stunnel ? stunnelCases(settings.stunnel) : []),
  ...(settings.microsocks ? microsocksCases(settings.microsocks) : []),
  ...(settings.dante ? danteCases(settings.dante) : []),
];

/** How long one case may take, in milliseconds. */
const LIMIT = 60_000;

let failed = 0;
for (const [name, run] of cases) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${LIMIT} ms`)), LIMIT);
  });
  try {
    await Promise.race([run(), limit]);
  } catch (error) {
    failed++;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    // deno-lint-ignore no-console
    console.log(`FAILED ${runtimeId()}: ${name}\n${text}`);
  } finally {
    clearTimeout(timer);
  }
}
// deno-lint-ignore no-console
console.log(`${cases.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;
