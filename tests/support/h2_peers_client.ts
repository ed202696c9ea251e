/**
 * The client's side of `tests/full/h2_peers.ts`: speaks HTTP/2 with real servers on the runtime that
 * runs it.
 *
 * Its one argument is JSON: {@linkcode H2PeerSettings}.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { AbortError, type Client, type ClientOptions, type HttpResponse } from "../../mod.ts";
import { type PeerCase, peerSettings, runPeerCases, sha256, withClient } from "./peer_cases.ts";

/** One server. */
export interface H2Peer {
  readonly name: string;
  /** Where its root is. */
  readonly base: string;
  /**
   * What it serves: the routes of `origin_server.mjs`, the same below `/streamed/` and files beside
   * them, or files and the echo of what is sent to them.
   */
  readonly kind: "origin" | "front" | "echo";
}

/** Where everything is, and what the files are. */
export interface H2PeerSettings {
  /** Who vouches for all of them (PEM). */
  readonly ca: string;
  /** SHA-256 of `large.bin`, which has 20 MiB of the pattern. */
  readonly large: string;
  readonly peers: readonly H2Peer[];
  readonly nginx?: {
    /** Port that speaks HTTP/2. */
    readonly h2: number;
    /** Port that lets a connection have 50 requests. */
    readonly brief: number;
    /** Port that speaks HTTP/1.1 alone. */
    readonly old: number;
    /** The process that a signal reloads. */
    readonly pid: number;
  };
}

type Nginx = NonNullable<H2PeerSettings["nginx"]>;

const LARGE = 20 * 1024 * 1024;
const settings = peerSettings<H2PeerSettings>();

function using<T>(baseUrl: string, options: ClientOptions, run: (client: Client) => Promise<T>): Promise<T> {
  return withClient({ http2: "prior-knowledge", tls: { extraCa: settings.ca }, baseUrl, ...options }, run);
}

/** The connections that responses came on. */
function connectionsOf(responses: readonly HttpResponse[]): number {
  return new Set(responses.map(({ connection }) => connection!.id)).size;
}

/** Bytes of the pattern, in parts of odd sizes. */
async function* parts(length: number): AsyncGenerator<Uint8Array> {
  let size = 1;
  for (let at = 0; at < length; at += size) {
    size = Math.min(size * 3 + 1, 100_000, length - at);
    yield await Promise.resolve(patternOf(size, at));
  }
}

function patternOf(length: number, from = 0): Uint8Array {
  return new Uint8Array(length).map((_, at) => (from + at) % 251);
}

/** What a server got of a body: its length and SHA-256. */
async function uploaded({ kind }: H2Peer, response: HttpResponse): Promise<[number, string]> {
  assertEquals([response.status, response.httpVersion], [200, "2"]);
  if (kind === "echo") return [response.content.length, await sha256(response.content)];
  const echo = response.json() as { length: number; sha256: string };
  return [echo.length, echo.sha256];
}

function casesOf(peer: H2Peer): PeerCase[] {
  const { name, base, kind } = peer;
  const routes = kind === "front" ? "streamed/" : "";
  const small = kind === "origin" ? "text?body=small" : "small.txt";
  const large = kind === "origin" ? `bytes/${LARGE}` : "large.bin";
  const post = kind === "echo" ? "small.txt" : `${routes}echo`;
  const cases: PeerCase[] = [
    [`${name}: small and large GET, HEAD`, () =>
      using(base, {}, async (client) => {
        const first = await client.get(small);
        assertEquals([first.status, first.httpVersion, first.text()], [200, "2", "small"]);
        const second = await client.get(large);
        assertEquals([second.content.length, await sha256(second.content)], [LARGE, settings.large]);
        const head = await client.head(small);
        assertEquals([head.status, head.content.length], [200, 0]);
        assertEquals(connectionsOf([first, second, head]), 1);
      })],
    [`${name}: POST of a known and of a streamed body`, () =>
      using(base, {}, async (client) => {
        for (const length of [0, 1, 16_384, 65_536, 1_000_000]) {
          const expected: [number, string] = [length, await sha256(patternOf(length))];
          assertEquals(await uploaded(peer, await client.post(post, { body: patternOf(length) })), expected);
          const streamed = await client.post(post, { body: () => parts(length) });
          assertEquals(await uploaded(peer, streamed), expected);
        }
      })],
    [`${name}: 200 calls at a time on one connection`, () =>
      using(base, {}, async (client) => {
        // What the server lets a connection have is known from its first answer on.
        const first = await client.get(small);
        const all = await Promise.all(Array.from({ length: 200 }, () => client.get(small)));
        assertEquals(all.filter((response) => response.text() === "small" && response.httpVersion === "2").length, 200);
        assertEquals(connectionsOf([first, ...all]), 1);
        assertEquals(client.stats().busy, 0);
      })],
    [`${name}: 50 first calls at a time make one connection`, () =>
      using(base, {}, async (client) => {
        const all = await Promise.all(Array.from({ length: 50 }, () => client.get(small)));
        assertEquals([all.every(({ status }) => status === 200), connectionsOf(all)], [true, 1]);
      })],
    [
      `${name}: a stream that is cancelled leaves the others whole`,
      () =>
        using(base, { limits: { body: Infinity } }, async (client) => {
          const first = await client.get(small);
          const controller = new AbortController();
          const { signal } = controller;
          const whole = Promise.all(Array.from({ length: 4 }, () => client.get(large)));
          const cut = Array.from({ length: 4 }, async () => {
            const response = await client.stream("GET", large, { signal });
            for await (const _ of response.iterBytes()) controller.abort();
          });
          for (const each of cut) await assertRejects(() => each, AbortError);
          const all = await whole;
          for (const { content } of all) assertEquals(await sha256(content), settings.large);
          assertEquals([connectionsOf([first, ...all]), client.stats().busy], [1, 0]);
        }),
    ],
    [`${name}: who reads slowly holds back the server, and nobody else`, () =>
      using(base, {}, async (client) => {
        const id = crypto.randomUUID();
        const slow = await client.stream("GET", kind === "echo" ? large : `${routes}bytes/${LARGE}?id=${id}`);
        const reader = slow.body!.getReader();
        const { value } = await reader.read();
        // As many calls as let the server send all it may.
        const others: HttpResponse[] = [];
        for (let turn = 0; turn < 50; turn++) others.push(await client.get(small));
        assertEquals(connectionsOf(others), 1);
        if (kind === "origin") {
          const sent = (await client.get(`sent?id=${id}`)).json() as number;
          assert(sent < LARGE / 2, `${sent} bytes went out to who takes none`);
        }
        let length = value!.length;
        for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
        assertEquals(length, LARGE);
      })],
    [`${name}: a head that needs more than one frame`, () =>
      using(base, {}, async (client) => {
        const value = (letter: string): string => letter.repeat(9_000);
        const headers = { "X-A": value("a"), "X-B": value("b"), "X-C": value("c") };
        const response = await client.get(kind === "origin" ? "echo" : small, { headers });
        assertEquals([response.status, response.httpVersion], [200, "2"]);
        if (kind !== "origin") return;
        const got = (response.json() as { headers: Record<string, string> }).headers;
        assertEquals([got["x-a"], got["x-b"], got["x-c"]], [value("a"), value("b"), value("c")]);
      })],
  ];
  if (kind === "origin") {
    cases.push([`${name}: an answer whose head needs more than one frame`, () =>
      using(base, {}, async (client) => {
        const url = `echo?${[..."abc"].map((name) => `h=x-${name}:${name.repeat(7_000)}`).join("&")}`;
        const response = await client.get(url);
        for (const name of "abc") assertEquals(response.headers.get(`x-${name}`), name.repeat(7_000));
      })]);
  }
  if (name !== "nginx") {
    cases.push([`${name}: trailers of an answer`, () =>
      using(base, {}, async (client) => {
        const response = await client.get(kind === "echo" ? small : `${routes}trailers`);
        assertEquals(response.trailers.get("x-checksum"), "abc");
      })]);
  }
  if (kind === "origin") {
    cases.push([`${name}: trailers of a request`, () =>
      using(base, {}, async (client) => {
        const trailers = (): Record<string, string> => ({ "x-sum": "1" });
        const echo = (await client.post("echo", { body: "x", trailers })).json() as { trailers: object };
        assertEquals(echo.trailers, { "x-sum": "1" });
      })]);
  }
  return cases;
}

function nginxCases({ brief, old, pid, h2 }: Nginx): PeerCase[] {
  const connection = (response: HttpResponse): number => Number(response.headers.get("x-connection"));
  return [
    [
      "nginx without HTTP/2: HTTP/1.1 on the same socket",
      () =>
        using(`https://localhost:${old}/`, {}, async (client) => {
          const all = [await client.get("small.txt"), await client.get("small.txt")];
          assertEquals(all.map(({ httpVersion, status }) => [httpVersion, status]), [["1.1", 200], ["1.1", 200]]);
          assertEquals([connectionsOf(all), new Set(all.map(connection)).size], [1, 1]);
          const many = await Promise.all(Array.from({ length: 20 }, () => client.get("small.txt")));
          assertEquals(many.every(({ httpVersion }) => httpVersion === "1.1"), true);
        }),
    ],
    ["nginx: GOAWAY after 50 requests costs no call", () =>
      using(`https://localhost:${brief}/`, {}, async (client) => {
        const lane = async (): Promise<HttpResponse[]> => {
          const seen: HttpResponse[] = [];
          for (let turn = 0; turn < 50; turn++) seen.push(await client.get("small.txt"));
          return seen;
        };
        const all = (await Promise.all(Array.from({ length: 8 }, lane))).flat();
        assertEquals(all.every(({ status }) => status === 200), true);
        assert(new Set(all.map(connection)).size >= 8, `${new Set(all.map(connection)).size} connections`);
      })],
    ["nginx: POSTs, too, when it says GOAWAY", () =>
      using(`https://localhost:${brief}/`, {}, async (client) => {
        const lane = async (): Promise<void> => {
          for (let turn = 0; turn < 30; turn++) {
            const echo = (await client.post("streamed/echo", { body: "x".repeat(1_000) })).json() as { length: number };
            assertEquals(echo.length, 1_000);
          }
        };
        await Promise.all(Array.from({ length: 8 }, lane));
      })],
    [
      "nginx: no call of 500 fails while the server is reloaded",
      () =>
        using(`https://localhost:${h2}/`, {}, async (client) => {
          let done = 0;
          const lane = async (): Promise<void> => {
            while (done < 500) {
              if (++done % 125 === 0) process.kill(pid, "SIGHUP");
              const response = await client.get("small.txt");
              assertEquals([response.status, response.text(), response.httpVersion], [200, "small", "2"]);
              // Long enough that workers come and go in the midst of it.
              if (done % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
            }
          };
          await Promise.all(Array.from({ length: 8 }, lane));
        }),
    ],
  ];
}

await runPeerCases([
  ...settings.peers.flatMap(casesOf),
  ...(settings.nginx === undefined ? [] : nginxCases(settings.nginx)),
]);
