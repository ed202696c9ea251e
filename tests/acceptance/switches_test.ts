/**
 * Owns the proof that every switch works in both directions at both places: on and off by the
 * client, on and off by the request, and the request has the last word.
 * Must not know what a switch does beyond one trace that shows it on or off.
 */

import { assertEquals } from "@std/assert";
import { type Client, type ClientOptions, CookieJar, type RequestOptions } from "../../mod.ts";
import { awaitedBehaviour, type Subject } from "../support/behaviour.ts";

interface Echo {
  readonly method: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Row {
  readonly name: string;
  /** Options that switch it on. */
  readonly on: (subject: Subject) => RequestOptions & ClientOptions;
  /** Options that switch it off. */
  readonly off: (subject: Subject) => RequestOptions & ClientOptions;
  /** Whether it is on when nobody says anything. */
  readonly byDefault: boolean;
  /** Makes a call and tells whether the switch was on. */
  readonly traced: (client: Client, options: RequestOptions, subject: Subject) => Promise<boolean>;
}

async function echo(client: Client, options: RequestOptions, { url }: Subject): Promise<Echo> {
  return await client.post(url("/echo"), { body: "x".repeat(5_000), ...options }).json() as Echo;
}

/** A hook that leaves a mark. */
const marked = (): Pick<RequestOptions, "hooks"> => ({
  hooks: { request: [({ request }) => request.withHeader("X-Hooked", "1")] },
});

const ROWS: readonly Row[] = [
  {
    name: "retry",
    on: () => ({ retry: { max: 1, backoff: () => 1 } }),
    off: () => ({ retry: false }),
    byDefault: true,
    traced: async (client, options, { url }) => {
      const id = crypto.randomUUID();
      const response = await client.get(url("/sequence", { id, statuses: "503,200" }), options);
      return response.attempts.length === 2 && response.status === 200;
    },
  },
  {
    name: "redirect",
    on: () => ({ redirect: { max: 3 } }),
    off: () => ({ redirect: false }),
    byDefault: true,
    traced: async (client, options, { url }) => {
      const response = await client.get(url("/redirect", { to: "/echo" }), options);
      return response.history.length === 1 && response.status === 200;
    },
  },
  {
    name: "redirect as a number",
    on: () => ({ redirect: 1 }),
    off: () => ({ redirect: 0 }),
    byDefault: true,
    traced: async (client, options, { url }) =>
      (await client.get(url("/redirect", { to: "/echo" }), options)).status === 200,
  },
  {
    name: "retry as a number",
    on: () => ({ retry: 1 }),
    off: () => ({ retry: 0 }),
    byDefault: true,
    traced: async (client, options, { url }) => {
      const id = crypto.randomUUID();
      return (await client.get(url("/sequence", { id, statuses: "503,200" }), options)).attempts.length === 2;
    },
  },
  {
    name: "auth",
    on: () => ({ auth: ["u", "p"] }),
    off: () => ({ auth: null }),
    byDefault: false,
    traced: async (client, options, subject) =>
      (await echo(client, options, subject)).headers["authorization"] === `Basic ${btoa("u:p")}`,
  },
  {
    name: "cookies",
    on: ({ origin }) => {
      const cookies = new CookieJar();
      cookies.set("kept=1; Path=/", origin.http);
      return { cookies };
    },
    off: () => ({ cookies: false }),
    byDefault: false,
    traced: async (client, options, subject) => (await echo(client, options, subject)).headers["cookie"] === "kept=1",
  },
  {
    name: "decompress",
    on: () => ({ decompress: true }),
    off: () => ({ decompress: false }),
    byDefault: true,
    traced: async (client, options, { url }) => {
      const response = await client.get(url("/encoded/gzip", { body: "plain" }), options);
      const asked = await client.get(url("/echo"), options).json() as Echo;
      const on = response.text() === "plain";
      // Who asks for a coding undoes it, and who does not undo it does not ask.
      assertEquals(asked.headers["accept-encoding"] !== undefined, on);
      return on;
    },
  },
  {
    name: "proxy",
    on: ({ origin }) => ({ proxy: origin.proxy }),
    off: () => ({ proxy: false }),
    byDefault: false,
    traced: async (client, options, { url, client: make }) => {
      const direct = make({ trustEnv: false });
      const count = async (): Promise<number> => (await direct.get(url("/proxied")).json() as unknown[]).length;
      const before = await count();
      await client.get(url("/echo"), options);
      return await count() > before;
    },
  },
  {
    name: "hooks",
    on: marked,
    off: () => ({ hooks: null }),
    byDefault: false,
    traced: async (client, options, subject) => (await echo(client, options, subject)).headers["x-hooked"] === "1",
  },
  {
    name: "compress",
    on: () => ({ compress: "gzip" }),
    off: () => ({ compress: false }),
    byDefault: false,
    traced: async (client, options, subject) =>
      (await echo(client, options, subject)).headers["content-encoding"] === "gzip",
  },
  {
    name: "expectContinue",
    on: () => ({ expectContinue: true }),
    off: () => ({ expectContinue: false }),
    byDefault: false,
    traced: async (client, options, subject) =>
      (await echo(client, options, subject)).headers["expect"] === "100-continue",
  },
  {
    name: "raiseForStatus",
    on: () => ({ raiseForStatus: true }),
    off: () => ({ raiseForStatus: false }),
    byDefault: false,
    traced: async (client, options, { url }) => {
      const result = await client.result.get(url("/status/404"), options);
      return !result.ok;
    },
  },
  {
    name: "raiseForStatus as a function",
    on: () => ({ raiseForStatus: ({ status }) => status === 404 }),
    off: () => ({ raiseForStatus: null }),
    byDefault: false,
    traced: async (client, options, { url }) => !(await client.result.get(url("/status/404"), options)).ok,
  },
  {
    name: "onEvent",
    on: () => ({ onEvent: (event) => void told.push(event.type) }),
    off: () => ({ onEvent: null }),
    byDefault: false,
    traced: async (client, options, { url }) => {
      told.length = 0;
      await client.get(url("/echo"), options);
      return told.length > 0;
    },
  },
  {
    name: "timeout",
    on: () => ({ timeout: { head: 60 } }),
    off: () => ({ timeout: false }),
    byDefault: false,
    traced: async (client, options, { url }) =>
      !(await client.result.get(url("/delay/200"), { retry: false, ...options })).ok,
  },
  {
    name: "lenient",
    on: () => ({ lenient: ["bare-lf"] }),
    off: () => ({ lenient: [] }),
    byDefault: false,
    traced: async (client, options, { url }) => {
      const base64 = btoa("HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
      return (await client.result.get(url("/raw", { base64 }), { retry: false, ...options })).ok;
    },
  },
  {
    name: "jsonCodec",
    on: () => ({ jsonCodec: { stringify: () => "mine" } }),
    off: () => ({ jsonCodec: null }),
    byDefault: false,
    traced: async (client, options, { url }) =>
      (await client.post(url("/echo"), { json: 1, ...options }).json() as Echo).text === "mine",
  },
];

const told: string[] = [];

type Place = "on" | "off" | undefined;

for (const row of ROWS) {
  awaitedBehaviour(`the switch ${row.name} works by client and by request`, async (subject) => {
    const found: [Place, Place, boolean][] = [];
    const wanted: [Place, Place, boolean][] = [];
    for (const byClient of [undefined, "on", "off"] as const) {
      const client = subject.client(byClient === undefined ? {} : row[byClient](subject));
      for (const byRequest of [undefined, "on", "off", undefined] as const) {
        const options = byRequest === undefined ? {} : row[byRequest](subject);
        found.push([byClient, byRequest, await row.traced(client, options, subject)]);
        const said = byRequest ?? byClient;
        wanted.push([byClient, byRequest, said === undefined ? row.byDefault : said === "on"]);
      }
      // A client laid over it says it for all its calls, and leaves this one as it is.
      for (const extended of ["on", "off"] as const) {
        const over = client.extend(row[extended](subject));
        found.push([byClient, extended, await row.traced(over, {}, subject)]);
        wanted.push([byClient, extended, extended === "on"]);
      }
    }
    assertEquals(found, wanted);
  });
}
