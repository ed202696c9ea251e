/**
 * The client's side of `tests/full/coding_peers.ts`: asks real web servers on the runtime that runs it.
 *
 * Its one argument is JSON: {@linkcode CodingPeerSettings}.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type Coding,
  type HttpResponse,
  IncompleteReadError,
  UnsupportedRuntimeError,
} from "../../mod.ts";
import { type PeerCase, peerSettings, runPeerCases, sha256, withClient } from "./peer_cases.ts";
import { runtimeId } from "./runtime.ts";

/** Where everything is, and what the files are. */
export interface CodingPeerSettings {
  /** The text of `small.txt`. */
  readonly small: string;
  /** SHA-256 of `large.txt`, which has 10 MiB, and its lines. */
  readonly large: string;
  readonly lines: number;
  readonly nginx?: {
    readonly plain: number;
    readonly tls: number;
    readonly ca: string;
    /** The process that a signal reloads. */
    readonly pid: number;
    readonly brotli: boolean;
  };
  readonly caddy?: number;
}

type Nginx = NonNullable<CodingPeerSettings["nginx"]>;

const LARGE = 10 * 1024 * 1024;
const settings = peerSettings<CodingPeerSettings>();

/** The coding that a response came with. */
function codingOf(response: Pick<HttpResponse, "rawHeaders">): string | null {
  const found = response.rawHeaders.find(([name]) => name.toLowerCase() === "content-encoding");
  return found?.[1] ?? null;
}

/** The connections that a client has. */
function connections(client: Client): number {
  const { idle, busy } = client.stats();
  return idle + busy;
}

/** What every coding must do at one place of a server. */
function coded(name: string, base: string, coding: Coding): PeerCase[] {
  const options = { decompress: { codings: [coding] } };
  return [
    [`${name}: ${coding}, small and large, buffered`, () =>
      withClient(options, async (client) => {
        const small = await client.get(`${base}small.txt`);
        assertEquals([small.status, codingOf(small), small.text()], [200, coding, settings.small]);
        const large = await client.get(`${base}large.txt`);
        assertEquals([codingOf(large), large.content.length], [coding, LARGE]);
        assertEquals(await sha256(large.content), settings.large);
        assertEquals(connections(client), 1);
      })],
    [`${name}: ${coding}, streamed, in part and whole`, () =>
      withClient(options, async (client) => {
        const whole = await client.stream("GET", `${base}large.txt`);
        assertEquals(codingOf(whole), coding);
        const bytes = new Uint8Array(LARGE);
        let length = 0;
        for await (const chunk of whole.iterBytes()) {
          bytes.set(chunk, length);
          length += chunk.length;
        }
        assertEquals([length, await sha256(bytes)], [LARGE, settings.large]);
        assert(whole.received < LARGE, `${whole.received} bytes came over the wire`);
        const lines = await client.stream("GET", `${base}large.txt`);
        let count = 0;
        for await (const line of lines.iterLines()) if (++count === 1_000 && line !== "") break;
        assertEquals(count, 1_000);
        assertEquals((await client.get(`${base}small.txt`)).text(), settings.small);
        assertEquals(client.stats().busy, 0);
      })],
    [`${name}: ${coding}, by lines`, () =>
      withClient(options, async (client) => {
        const response = await client.stream("GET", `${base}large.txt`);
        let count = 0;
        for await (const _ of response.iterLines()) count++;
        assert(Math.abs(count - settings.lines) <= 1, `${count} of ${settings.lines} lines`);
      })],
    [`${name}: ${coding}, HEAD`, () =>
      withClient(options, async (client) => {
        for (let turn = 0; turn < 3; turn++) {
          const response = await client.head(`${base}small.txt`);
          assertEquals([response.status, codingOf(response), response.content.length], [200, coding, 0]);
        }
        assertEquals(connections(client), 1);
      })],
    [`${name}: ${coding} left as it is`, () =>
      withClient({ decompress: false }, async (client) => {
        const response = await client.get(`${base}small.txt`, { headers: { "Accept-Encoding": coding } });
        assertEquals(codingOf(response), coding);
        assert(response.content.length < settings.small.length);
      })],
  ];
}

/** What nginx must do over one scheme. */
function served(base: string, nginx: Nginx): PeerCase[] {
  const name = base.slice(0, base.indexOf(":"));
  const using: typeof withClient = (options, run) =>
    withClient({ tls: { extraCa: nginx.ca }, baseUrl: base, ...options }, run);
  const connection = (response: HttpResponse): number => Number(response.headers.get("x-connection"));
  return [
    [`${name}: a connection is kept until the server wants no more`, () =>
      using({}, async (client) => {
        const seen: number[] = [];
        for (let turn = 0; turn < 250; turn++) seen.push(connection(await client.get("/bare/small.txt")));
        // It ends each connection after 100 requests, and says so.
        const counts = [...new Set(seen)].map((one) => seen.filter((other) => other === one).length);
        assertEquals(counts, [100, 100, 50]);
        assertEquals(client.stats().idle, 1);
      })],
    [`${name}: Connection: close is heeded`, () =>
      using({}, async (client) => {
        const [a, b] = [await client.get("/last/small.txt"), await client.get("/last/small.txt")];
        assertEquals([a.text(), a.headers.get("connection")], [settings.small, "close"]);
        assert(connection(a) !== connection(b));
        assertEquals(connections(client), 0);
      })],
    [`${name}: our own Connection: close is heeded`, () =>
      using({}, async (client) => {
        const response = await client.get("/bare/small.txt", { headers: { Connection: "close" } });
        assertEquals([response.text(), response.headers.get("connection")], [settings.small, "close"]);
        assertEquals(connections(client), 0);
      })],
    [`${name}: bodies without length go out chunked`, () =>
      using({}, async (client) => {
        const parts = async function* (): AsyncGenerator<Uint8Array> {
          for (let turn = 0; turn < 40; turn++) yield await Promise.resolve(new Uint8Array(25_000).fill(turn));
        };
        const expected = await sha256(new Uint8Array(1_000_000).map((_, index) => Math.floor(index / 25_000)));
        for (const path of ["/streamed/echo", "/kept/echo"]) {
          const echo = (await client.post(path, { body: parts })).json() as { length: number; sha256: string };
          assertEquals([echo.length, echo.sha256], [1_000_000, expected]);
        }
      })],
    [`${name}: 100 Continue is waited for`, () =>
      using({ expectContinue: true }, async (client) => {
        const body = new Uint8Array(500_000).fill(7);
        let informed = 0;
        const hooks = { informational: [() => void informed++] };
        const response = await client.post("/kept/echo", { body, hooks });
        assertEquals((response.json() as { length: number }).length, body.length);
        assertEquals(informed, 1);
      })],
    [
      `${name}: a refusal in place of 100 Continue spares the body`,
      () =>
        using({ expectContinue: true }, async (client) => {
          let opened = 0;
          const body = async function* (): AsyncGenerator<Uint8Array> {
            opened++;
            yield await Promise.resolve(new Uint8Array(1_000));
          };
          const response = await client.post("/refused", { body });
          assertEquals([response.status, response.text()], [417, "no"]);
          // Whether the connection lives or not, the next call is answered.
          assertEquals((await client.get("/empty")).status, 204);
          assert(opened <= 1);
        }),
    ],
    [`${name}: a head that is too large is answered by 431`, () =>
      using({}, async (client) => {
        const response = await client.get("/empty", { headers: { "X-Large": "x".repeat(20_000) } });
        assertEquals([response.status, response.text()], [431, "too large"]);
        assertEquals((await client.get("/empty")).status, 204);
      })],
    [`${name}: parts of a file`, () =>
      using({}, async (client) => {
        const part = await client.get("/bare/small.txt", { headers: { Range: "bytes=10-19" } });
        assertEquals([part.status, part.text()], [206, settings.small.slice(10, 20)]);
        assertEquals(part.headers.get("content-range"), `bytes 10-19/${settings.small.length}`);
        const last = await client.get("/bare/small.txt", { headers: { Range: "bytes=-5" } });
        assertEquals(last.text(), settings.small.slice(-5));
        const two = await client.get("/bare/small.txt", { headers: { Range: "bytes=0-1,4-5" } });
        assertEquals([two.status, two.headers.get("content-type")?.split(";")[0]], [206, "multipart/byteranges"]);
        const beyond = await client.get("/bare/small.txt", { headers: { Range: "bytes=9999999-" } });
        assertEquals([beyond.status, beyond.headers.get("content-range")], [416, `bytes */${settings.small.length}`]);
        const first = await client.get("/bare/small.txt");
        const headers = { "If-None-Match": first.headers.get("etag")! };
        const unchanged = await client.get("/bare/small.txt", { headers });
        assertEquals([unchanged.status, unchanged.content.length], [304, 0]);
      })],
    [`${name}: what a server of HTTP/1.0 ends by closing comes whole`, () =>
      using({}, async (client) => {
        for (const path of ["/old/bytes/300000?chunked=1", "/old/bytes/300000"]) {
          const { content } = await client.get(path);
          assertEquals([content.length, content.every((byte, index) => byte === index % 251)], [300_000, true]);
        }
        assertEquals(connections(client), 1);
      })],
    [
      `${name}: a body that ends with its connection comes whole`,
      () =>
        using({ decompress: { codings: ["gzip"] } }, async (client) => {
          const response = await client.get("/closing/large.txt");
          assertEquals([codingOf(response), response.headers.get("transfer-encoding")], ["gzip", null]);
          assertEquals(await sha256(response.content), settings.large);
          assertEquals(connections(client), 0);
        }),
    ],
    [`${name}: a backend that breaks off is an error`, () =>
      using({}, async (client) => {
        const head = btoa("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        await assertRejects(
          async () => await client.get(`/streamed/raw?base64=${encodeURIComponent(head)}`),
          IncompleteReadError,
        );
        assertEquals((await client.get("/empty")).status, 204);
      })],
    [`${name}: 200 calls at a time`, () =>
      using({}, async (client) => {
        const paths = Array.from({ length: 200 }, (_, turn) => `/streamed/echo?turn=${turn}`);
        const all = await Promise.all(paths.map((path) => client.get(path)));
        assertEquals(
          all.map((response) => (response.json() as { target: string }).target),
          paths.map((path) => path.slice("/streamed".length)),
        );
        const { idle, busy } = client.stats();
        assert(idle <= 64 && busy === 0, `${idle} connections idle, ${busy} busy`);
      })],
  ];
}

/** What calls must not notice: nginx puts new workers in the place of the old ones. */
function reloaded(base: string, nginx: Nginx): PeerCase[] {
  const name = base.slice(0, base.indexOf(":"));
  const using: typeof withClient = (options, run) =>
    withClient({ tls: { extraCa: nginx.ca }, baseUrl: base, ...options }, run);
  return [
    [`${name}: no call of 500 fails while the server is reloaded`, () =>
      using({}, async (client) => {
        let done = 0;
        let reloads = 0;
        const lane = async (): Promise<void> => {
          while (done < 500) {
            if (++done % 125 === 0) {
              reloads++;
              process.kill(nginx.pid, "SIGHUP");
            }
            const response = await client.get("/bare/small.txt");
            assertEquals([response.status, response.text()], [200, settings.small]);
            // Long enough that workers come and go in the midst of it.
            if (done % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          }
        };
        await Promise.all(Array.from({ length: 8 }, lane));
        assertEquals(reloads, 4);
        for (let turn = 0; turn < 20; turn++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          assertEquals((await client.get("/empty")).status, 204);
        }
      })],
    [`${name}: no call fails when the server dropped every idle connection`, () =>
      using({}, async (client) => {
        for (let turn = 0; turn < 5; turn++) {
          await Promise.all(Array.from({ length: 8 }, () => client.get("/empty")));
          process.kill(nginx.pid, "SIGHUP");
          await new Promise((resolve) => setTimeout(resolve, turn * 15));
          const all = await Promise.all(Array.from({ length: 8 }, () => client.get("/empty")));
          assertEquals(all.map(({ status }) => status), Array(8).fill(204));
        }
      })],
  ];
}

function nginxCases(nginx: Nginx): PeerCase[] {
  const plain = `http://127.0.0.1:${nginx.plain}`;
  const codings: Coding[] = nginx.brotli ? ["gzip", "br"] : ["gzip"];
  return [
    ...codings.flatMap((coding) => coded("made before", `${plain}/made/`, coding)),
    ...codings.flatMap((coding) => coded("made on the way", `${plain}/moving/`, coding)),
    ["the best coding of all that the runtime has", () =>
      withClient({}, async (client) => {
        const response = await client.get(`${plain}/made/small.txt`);
        assert(["gzip", "br"].includes(codingOf(response) ?? ""), `${codingOf(response)}`);
        assertEquals(response.text(), settings.small);
        assertEquals(response.headers.get("vary"), "Accept-Encoding");
      })],
    ["no coding where none is asked for", () =>
      withClient({ decompress: false }, async (client) => {
        const response = await client.get(`${plain}/moving/small.txt`);
        assertEquals([codingOf(response), response.text()], [null, settings.small]);
      })],
    ...served(plain, nginx),
    ...served(`https://localhost:${nginx.tls}`, nginx),
    ...reloaded(plain, nginx),
    ...reloaded(`https://localhost:${nginx.tls}`, nginx),
    ["TLS verifies nginx", () =>
      withClient({}, async (client) => {
        await assertRejects(async () => await client.get(`https://localhost:${nginx.tls}/empty`));
      })],
  ];
}

function caddyCases(port: number): PeerCase[] {
  const base = `http://127.0.0.1:${port}/`;
  if (runtimeId() === "node20") {
    return [["zstd is refused where the runtime has none", () => {
      const options: ClientOptions = { decompress: { codings: ["zstd"] } };
      return Promise.resolve(void assertThrows(() => new Client(options), UnsupportedRuntimeError));
    }], ...coded("caddy", base, "gzip")];
  }
  return (["zstd", "gzip"] as const).flatMap((coding) => coded("caddy", base, coding));
}

await runPeerCases([
  ...(settings.nginx ? nginxCases(settings.nginx) : []),
  ...(settings.caddy ? caddyCases(settings.caddy) : []),
]);
