/**
 * Owns what other clients were measured to get wrong, table by table, as rows that ours must get right:
 * limits (L1), credentials across origins (L2), waits that a server asks for (L5), damaged bodies (L6),
 * connections that are ended or poisoned (L7), heads that are not HTTP (L8).
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Client,
  DecodeError,
  HTTPError,
  IncompleteReadError,
  JetstreamError,
  ProtocolError,
  TimeoutError,
} from "../../mod.ts";
import { awaitedBehaviour, urlOf } from "../support/behaviour.ts";
import { coded } from "../support/codings.ts";
import { latin1, type RawServer, rawServer } from "../support/raw_server.ts";

const LIMIT = 300;

// L1: a limit of the whole call is one

const LATE: readonly (readonly [name: string, path: string])[] = [
  ["a head that is delayed", "/delay/4000"],
  ["a body that trickles", "/trickle?count=16&interval=100"],
  ["a body that stalls", "/stall?after=5"],
];
const READS: readonly (readonly [name: string, read: (client: Client, url: string) => Promise<unknown>])[] = [
  ["awaited", async (client, url) => (await client.get(url)).text()],
  ["by .text()", (client, url) => client.get(url).text()],
  ["by .bytes()", (client, url) => client.get(url).bytes()],
  ["streamed", async (client, url) => (await client.stream("GET", url)).read()],
  ["streamed by lines", async (client, url) => {
    for await (const _ of (await client.stream("GET", url)).iterLines());
  }],
];

for (const [late, path] of LATE) {
  awaitedBehaviour(`L1: the limit of a call holds for ${late}`, async ({ client, url }) => {
    for (const [name, read] of READS) {
      for (const timeout of [LIMIT, { total: LIMIT }]) {
        const c = client({ timeout });
        const start = performance.now();
        const error = await assertRejects(() => read(c, url(path)), TimeoutError);
        const taken = performance.now() - start;
        assertEquals([name, error.phase, error.limit], [name, "total", LIMIT]);
        assert(taken > LIMIT - 10 && taken < LIMIT + 500, `${name} took ${taken} ms`);
      }
    }
  });
}

awaitedBehaviour("L1: a limit with retries is the limit of them all", async ({ client, url }) => {
  const c = client({ timeout: LIMIT, retry: { max: 2, on: ["timeout", "reset", "connect"], backoff: () => 10 } });
  const start = performance.now();
  const error = await assertRejects(async () => await c.get(url("/delay/4000")), TimeoutError);
  assertEquals([error.phase, error.attempts.length], ["total", 1]);
  assert(performance.now() - start < LIMIT + 500);
});

// L2: what belongs to one origin stays there

interface Echo {
  readonly headers: Readonly<Record<string, string>>;
}

awaitedBehaviour("L2: no credential goes to another port, name or scheme", async ({ client, origin }) => {
  const headers = { Authorization: "Bearer s", Cookie: "a=s", "X-API-Key": "s", "X-Auth-Token": "s", Accept: "a/b" };
  const elsewhere = [
    origin.http.replace("127.0.0.1", "localhost"),
    origin.https.replace("localhost", "127.0.0.1"),
    origin.https,
  ];
  const c = client({ headers, tls: { extraCa: origin.ca } });
  for (const other of elsewhere) {
    for (const status of [301, 302, 303, 307, 308]) {
      const from = urlOf(origin.http, "/redirect", { to: `${other}/echo`, status });
      const { headers: arrived } = await c.get(from).json() as Echo;
      const secrets = ["authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"];
      assertEquals([other, status, secrets.filter((name) => arrived[name] !== undefined)], [other, status, []]);
      assertEquals(arrived["accept"], "a/b");
    }
  }
});

awaitedBehaviour("L2: a cookie that a redirect sets is kept for its own origin", async ({ client, origin }) => {
  const h = ["Set-Cookie: hop=1; Path=/"];
  const c = client({ cookies: true });
  const same = await c.get(urlOf(origin.http, "/redirect", { to: "/echo", h })).json() as Echo;
  assertEquals(same.headers["cookie"], "hop=1");
  const other = `${origin.http.replace("127.0.0.1", "localhost")}/echo`;
  const away = await c.get(urlOf(origin.http, "/redirect", { to: other, h })).json() as Echo;
  assertEquals(away.headers["cookie"], undefined);
});

// L5: a server does not park its callers

awaitedBehaviour("L5: a wait beyond the limit ends the call at once and says so", async ({ client, url }) => {
  const parked = url("/status/503", { h: ["Retry-After: 3600"] });
  const start = performance.now();
  const response = await client().get(parked);
  assertEquals([response.status, response.attempts.length, response.retryAfter], [503, 1, 3_600_000]);
  assertMatch(response.attempts[0]!.notRetried!, /3600000 ms, over 30000 ms \(retry\.maxRetryAfter\)/);
  const raised = await assertRejects(() => client().get(parked).text(), HTTPError);
  assertEquals(raised.status, 503);
  await client({ timeout: 2_000 }).get(url("/status/503", { h: ["Retry-After: 3"] }));
  assert(performance.now() - start < 1_500, "somebody waited");
});

// L6: what is damaged is no success

const PLAIN = new Uint8Array(100_000).map((_, at) => at % 251);

awaitedBehaviour("L6: a damaged body fails, buffered and streamed", async ({ client, after }) => {
  const gzip = await coded(PLAIN, "gzip");
  const five = await coded(PLAIN, "gzip", "gzip", "gzip", "gzip", "gzip");
  const head = (length: number, ...fields: string[]): string =>
    ["HTTP/1.1 200 OK", `Content-Length: ${length}`, ...fields, "", ""].join("\r\n");
  const rows: readonly (readonly [string, string, Uint8Array, new (...given: never[]) => Error])[] = [
    ["a short body", head(10), latin1("12345"), IncompleteReadError],
    ["no body", head(10), latin1(""), IncompleteReadError],
    [
      "chunks cut",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      latin1("5\r\n12345\r\n"),
      IncompleteReadError,
    ],
    ["a chunk cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", latin1("5\r\n123"), IncompleteReadError],
    ["gzip cut", head(gzip.length - 12, "Content-Encoding: gzip"), gzip.subarray(0, gzip.length - 12), DecodeError],
    ["gzip without its sum", head(gzip.length - 8, "Content-Encoding: gzip"), gzip.subarray(0, -8), DecodeError],
    ["five layers", head(five.length, "Content-Encoding: gzip, gzip, gzip, gzip, gzip"), five, DecodeError],
    ["twenty layers", head(five.length, `Content-Encoding: ${Array(20).fill("gzip").join(", ")}`), five, DecodeError],
  ];
  const c = client({ retry: false });
  for (const [name, start, body, kind] of rows) {
    const server = await answering(start, body);
    after(() => server.close());
    const url = `http://127.0.0.1:${server.port}/`;
    const error = await assertRejects(async () => await c.get(url), JetstreamError);
    assert(error instanceof kind, `${name}: ${error}`);
    const streamed = await assertRejects(async () => {
      for await (const _ of (await c.stream("GET", url)).iterBytes());
    }, JetstreamError);
    assert(streamed instanceof kind, `${name}, streamed: ${streamed}`);
  }
});

awaitedBehaviour("L6: hints without end are refused", async ({ client, after }) => {
  const server = await answering("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20_000), latin1(""));
  after(() => server.close());
  const url = `http://127.0.0.1:${server.port}/`;
  await assertRejects(async () => await client({ retry: false }).get(url), ProtocolError);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// L7: a connection that is ended or poisoned (the ends are in stale_test.ts)

awaitedBehaviour("L7: an answer that nobody asked for is delivered to nobody", async ({ client, after }) => {
  const poison = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  for (const together of [true, false]) {
    const server = await rawServer(async (connection) => {
      for (let turn = 0;; turn++) {
        await connection.until("\r\n\r\n");
        const answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal";
        if (together) await connection.write(answer + poison);
        else {
          await connection.write(answer);
          await pause(20);
          await connection.write(poison);
        }
      }
    });
    after(() => server.close());
    const c = client();
    const url = `http://127.0.0.1:${server.port}/`;
    assertEquals(await c.get(url).text(), "real");
    await pause(60);
    assertEquals(await c.get(url).text(), "real");
    assertEquals(server.connections.length, 2);
    await pause(60);
  }
});

awaitedBehaviour("L7: finished calls leave no listener on a signal that many share", async ({ client, url }) => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => (listeners++, add(...given));
  signal.removeEventListener = (...given: Parameters<typeof remove>) => (listeners--, remove(...given));
  const c = client();
  await Promise.all(Array.from({ length: 50 }, () => c.get(url("/echo"), { signal })));
  assertEquals(listeners, 0);
});

// L8: what is not HTTP is not taken for it

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const STRICT: readonly (readonly [name: string, answer: string, taken: boolean])[] = [
  ["chunks and a length", `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, false],
  ["two different lengths", `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, false],
  ["two equal lengths", `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`, true],
  ["a list of equal lengths", `${OK}Content-Length: 5, 5\r\n\r\nhello`, true],
  ["a length with a plus", `${OK}Content-Length: +5\r\n\r\nhello`, false],
  ["a negative length", `${OK}Content-Length: -5\r\n\r\nhello`, false],
  ["a hexadecimal length", `${OK}Content-Length: 0x5\r\n\r\nhello`, false],
  ["a folded field", `${OK}X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello`, false],
  ["a head of bare LF", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", false],
  ["a bare CR in a value", `${OK}X: a\rb\r\nContent-Length: 5\r\n\r\nhello`, false],
  ["a space before the colon", `${OK}Content-Length : 5\r\n\r\nhello`, false],
  ["a NUL in a value", `${OK}X: a\0b\r\nContent-Length: 5\r\n\r\nhello`, false],
  ["a chunk size with 0x", `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`, false],
  ["a bare LF after a chunk size", `${CHUNKED}5\nhello\r\n0\r\n\r\n`, false],
  ["junk behind a chunk", `${CHUNKED}5\r\nhelloXX\r\n0\r\n\r\n`, false],
  ["a chunk size beyond numbers", `${CHUNKED}fffffffffffffffff5\r\nhello\r\n0\r\n\r\n`, false],
  ["a chunk extension of 1 KB", `${CHUNKED}5;a=${"x".repeat(1_024)}\r\nhello\r\n0\r\n\r\n`, true],
  ["a chunk extension of 1 MB", `${CHUNKED}5;a=${"x".repeat(1_048_576)}\r\nhello\r\n0\r\n\r\n`, false],
  ["a trailer of 1 MB", `${CHUNKED}5\r\nhello\r\n0\r\nX: ${"x".repeat(1_048_576)}\r\n\r\n`, false],
  ["an unknown transfer coding", `${OK}Transfer-Encoding: foo\r\n\r\nhello`, false],
  ["chunks that are not last", `${OK}Transfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, false],
  ["chunks by HTTP/1.0", `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, false],
];

for (const [name, answer, taken] of STRICT) {
  awaitedBehaviour(
    `L8: ${name} ${taken ? "is taken, and its connection not used again" : "is refused"}`,
    async (subject) => {
      const server = await answering(answer, latin1(""), true);
      subject.after(() => server.close());
      const c = subject.client({ retry: false });
      const url = `http://127.0.0.1:${server.port}/`;
      if (!taken) {
        const error = await assertRejects(async () => await c.get(url), JetstreamError);
        assert(error instanceof ProtocolError, String(error));
        assertEquals(c.stats().idle, 0);
        return;
      }
      assertEquals(await c.get(url).text(), "hello");
      assertEquals(await c.get(url).text(), "hello");
      // Two lengths that agree are still somebody's mistake; an extension is none.
      assertEquals(server.connections.length, name.includes("length") ? 2 : 1);
    },
  );
}

/** A server that gives one answer to each request, and FIN behind it unless it `stays`. */
async function answering(head: string, body: Uint8Array, stays = false): Promise<RawServer> {
  return await rawServer(async (connection) => {
    for (;;) {
      await connection.until("\r\n\r\n");
      await connection.write(head);
      if (body.length > 0) await connection.write(body);
      if (!stays) return connection.end();
    }
  });
}
