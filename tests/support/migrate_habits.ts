/**
 * Measures what libraries for Node do unless told otherwise, against the server of the guides. Prints one line
 * of JSON: by library, what was found by the name of its row in `docs/migrate/README.md`.
 *
 *   migrate_habits.ts <base>
 */

import axios from "axios";
import got, { type Method } from "got";
import ky from "ky";
import { Client } from "../../mod.ts";

const [base] = process.argv.slice(2) as [string];

interface Sent {
  readonly method: string;
  readonly target: string;
  readonly origin: string;
  readonly [field: string]: unknown;
}

interface Call {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly params?: Record<string, string[]>;
  readonly json?: unknown;
}

/** The text of a response, or a failure. */
type Send = (path: string, call: Call) => Promise<string>;

const client = new Client({ baseUrl: base });

const SENDERS: Record<string, Send> = {
  async fetch(path, { method, headers = {}, params = {}, json }) {
    const query = new URLSearchParams(Object.entries(params).flatMap(([name, all]) => all.map((one) => [name, one])));
    const fields = json === undefined ? headers : { ...headers, "content-type": "application/json" };
    const url = `${base}${path}${query.size > 0 ? `?${query}` : ""}`;
    const body = json === undefined ? null : JSON.stringify(json);
    return await (await fetch(url, { method, headers: fields, body })).text();
  },
  async axios(path, { json, ...call }) {
    return String((await axios.request({ url: base + path, ...call, data: json, responseType: "text" })).data);
  },
  async got(path, { method, params, ...call }) {
    const searchParams = new URLSearchParams();
    for (const [name, all] of Object.entries(params ?? {})) all.forEach((one) => searchParams.append(name, one));
    return await got(base + path, { method: method as Method, ...call, ...(params && { searchParams }) }).text();
  },
  async ky(path, { params, ...call }) {
    const searchParams = Object.entries(params ?? {}).flatMap(([name, all]) => all.map((one) => [name, one]));
    return await ky(base + path, { ...call, searchParams }).text();
  },
  async Jetstream(path, { method, ...call }) {
    return (await client.request(method, path, call)).text();
  },
};

async function sent(): Promise<Sent[]> {
  return await (await fetch(`${base}/_seen`)).json() as Sent[];
}

/** What became of a call, and what the server was sent for it. */
async function observe(send: Send, path: string, call: Partial<Call> = {}): Promise<{ failed: boolean; sent: Sent[] }> {
  let failed = false;
  await send(path, { method: "GET", ...call }).catch(() => failed = true);
  return { failed, sent: await sent() };
}

const outcome = ({ failed }: { failed: boolean }): string => failed ? "error" : "result";
const times = (count: number): string => count === 1 ? "once" : `${count} times`;
const SECRETS = { "Authorization": "Bearer t", "Cookie": "a=1", "X-Api-Key": "k" };

const HABITS: Record<string, (send: Send) => Promise<string>> = {
  "the answer is a 404": async (send) => outcome(await observe(send, "/nothing")),
  "a GET that is answered by 503 is sent": async (send) => times((await observe(send, "/unavailable")).sent.length),
  "a POST that is answered by 503 is sent": async (send) =>
    times((await observe(send, "/unavailable", { method: "POST", json: {} })).sent.length),
  "redirects without end are followed": async (send) =>
    times((await observe(send, "/again?at=0")).sent.filter(({ target }) => target !== "/again?at=0").length),
  "a POST that is answered by 302 goes on as": async (send) => {
    const last = (await observe(send, "/moved", { method: "POST", json: {} })).sent.at(-1)!;
    return last.target === "/here" ? last.method : "nothing";
  },
  "a redirect to another origin gets": async (send) => {
    const last = (await observe(send, "/elsewhere", { headers: SECRETS })).sent.at(-1)!;
    if (last.origin !== "other") return "nothing";
    const kept = Object.keys(SECRETS).filter((name) => last[name.toLowerCase()] !== undefined);
    return kept.map((name) => `\`${name}\``).join(", ") || "none of them";
  },
  "a body that is cut short is": async (send) => outcome(await observe(send, "/cut")),
  "a body of 65 MiB is": async (send) => outcome(await observe(send, "/huge")),
  "32 KiB that unpack to 32 MiB are": async (send) => outcome(await observe(send, "/bomb")),
  "a cookie that is set is sent with the next call": async (send) => {
    await send("/login", { method: "POST", json: {} });
    return (await observe(send, "/me")).sent.at(-1)!["cookie"] === undefined ? "no" : "yes";
  },
};

/** How long ky waits for a server that never answers; asked for beside all else. */
const silence = ky(`${base}/slow`, { retry: 0 }).catch(() => {});
const begun = performance.now();
const waited = silence.then(() => `${Math.round((performance.now() - begun) / 1_000)} s`);
await new Promise((done) => setTimeout(done, 500));

await sent();
const found: Record<string, Record<string, string>> = {};
for (const [name, send] of Object.entries(SENDERS)) {
  found[name] = {};
  for (const [row, measure] of Object.entries(HABITS)) found[name][row] = await measure(send);
  const { sent: [list] } = await observe(send, "/list", { params: { tag: ["a", "b"] } });
  found[name]["a list among the parameters"] = `\`${decodeURIComponent(list!.target.split("?")[1] ?? "")}\``;
}

// Limits that cannot be waited for: what the libraries themselves say.
found["axios"]!["a server that is silent is waited for"] = axios.defaults.timeout === 0 ? "for ever" : "?";
const limits = Object.values(got.defaults.options.timeout);
found["got"]!["a server that is silent is waited for"] = limits.every((one) => one === undefined) ? "for ever" : "?";
found["ky"]!["a server that is silent is waited for"] = await waited;
console.log(JSON.stringify(found));
process.exit(0);
