/**
 * Owns the attacks that make a callback throw where nobody catches (S43): garbage from a server on
 * real sockets, and the caller's own functions failing at every point where they are called.
 * Must not know which callback it is: the rule is that each call settles, with an error of ours or
 * the caller's own, that the client goes on working, and that nothing reaches the process.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { Client, type ClientOptions, JetstreamError, type RequestOptions } from "../../mod.ts";
import { Authority } from "../support/certificates.ts";
import { escapes } from "../support/escapes.ts";
import { watchLeaks } from "../support/leaks.ts";
import { latin1, type RawConnection, type RawServer, rawServer } from "../support/raw_server.ts";
import { test, type TestContext } from "../support/suite.ts";

const HEAD = "\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

interface Played {
  /** What the server sends in answer, each part in a write of its own. */
  readonly parts: readonly string[];
  readonly end: "fin" | "rst" | "destroy";
}

function client(t: TestContext, options: ClientOptions = {}): Client {
  const made = new Client({ retry: false, trustEnv: false, timeout: 5_000, ...options });
  t.after(() => made.close());
  return made;
}

/** Pieces that a parser has to look at twice. */
const PIECES = [
  "HTTP/1.1 200 OK\r\n",
  "HTTP/1.0 200\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n",
  "HTTP/1.1 304 Not Modified\r\n",
  "HTTP/2.0 200 OK\r\n",
  "HTTP/1.1 999999 x\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: -1\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip\r\n",
  "Content-Encoding: gzip\r\n",
  "Content-Encoding: br\r\n",
  "Connection: close\r\n",
  "Location: http://[::1\r\n",
  "Set-Cookie: a=b; Max-Age=x\r\n",
  'WWW-Authenticate: Digest realm="\r\n',
  "Retry-After: NaN\r\n",
  ": no name\r\n",
  "X: \0\r\n",
  "\r\n",
  "\n",
  "5\r\nhello\r\n",
  "0\r\n\r\n",
  "ffffffffffffffffffff\r\n",
  "hello",
  "\x1f\x8b\x08\0\0\0\0\0\0\x03",
  "\0\0\0\0",
  "\xff\xfe",
];

const played: fc.Arbitrary<Played> = fc.record({
  parts: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
      {
        weight: 1,
        arbitrary: fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replace(/[^\0-\xff]/g, "?")),
      },
    ),
    { maxLength: 12 },
  ),
  end: fc.constantFrom("fin", "rst", "destroy"),
});

/** A server that plays what is set, and answers properly when nothing is. */
async function player(
  t: TestContext,
  tls?: { cert: string; key: string },
): Promise<[RawServer, (next?: Played) => void]> {
  let next: Played | undefined;
  const server = await rawServer(async (connection: RawConnection) => {
    for (;;) {
      await connection.until(HEAD);
      if (next === undefined) {
        await connection.write(OK);
        continue;
      }
      for (const part of next.parts) {
        await connection.write(latin1(part));
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      if (next.end === "fin") return connection.end();
      return next.end === "destroy" || tls !== undefined ? connection.destroy() : connection.reset();
    }
  }, tls === undefined ? {} : { tls });
  t.after(() => server.close());
  return [server, (value) => next = value];
}

async function settle(run: () => PromiseLike<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    assertInstanceOf(error, JetstreamError, `${error instanceof Error ? error.stack : error}`);
  }
}

async function fuzz(t: TestContext, base: (port: number) => string, tls?: { cert: string; key: string }, ca?: string) {
  const [server, play] = await player(t, tls);
  const made = client(t, {
    cookies: true,
    auth: ["user", "pass"],
    allowAbsoluteUrls: true,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  const url = base(server.port);
  const found = await escapes(() =>
    fc.assert(
      fc.asyncProperty(played, async (one) => {
        play(one);
        await settle(() => made.get(url));
        await settle(() => made.post(url, { body: "x".repeat(1_000), expectContinue: true, timeout: { expect: 5 } }));
        await settle(async () => {
          const response = await made.stream("GET", url);
          for await (const _ of response.iterLines());
        });
        play(undefined);
        assertEquals((await made.get(url)).text(), "hello");
        const { calls, busy, queued } = made.stats();
        assertEquals([calls, busy, queued], [0, 0, 0]);
      }),
      { numRuns: 60, seed: 43 },
    )
  );
  assertEquals(found, []);
}

test(
  "S43: whatever a server sends over TCP, each call settles and the process lives",
  { timeout: 60_000 },
  async (t) => {
    watchLeaks(t);
    await fuzz(t, (port) => `http://127.0.0.1:${port}/`);
  },
);

test(
  "S43: whatever a server sends over TLS, each call settles and the process lives",
  { timeout: 60_000 },
  async (t) => {
    watchLeaks(t);
    const authority = await Authority.create("Fuzz CA");
    const { cert, key } = await authority.issue({ names: ["localhost"] });
    await fuzz(t, (port) => `https://localhost:${port}/`, { cert, key }, authority.cert);
  },
);

test("S43: garbage in place of a TLS handshake fails the call and nothing else", { timeout: 60_000 }, async (t) => {
  watchLeaks(t);
  let bytes: Uint8Array = new Uint8Array(0);
  const server = await rawServer(async (connection) => {
    await connection.untilLength(1);
    await connection.write(bytes);
    connection.end();
  });
  t.after(() => server.close());
  const made = client(t);
  const record = fc.tuple(fc.constantFrom(20, 21, 22, 23, 24, 0, 255), fc.uint8Array({ maxLength: 60 })).map(
    ([type, content]) => Uint8Array.of(type, 3, 3, content.length >> 8, content.length & 0xff, ...content),
  );
  const found = await escapes(() =>
    fc.assert(
      fc.asyncProperty(fc.oneof(record, fc.uint8Array({ minLength: 1, maxLength: 80 })), async (garbage) => {
        bytes = garbage;
        let failed = false;
        try {
          await made.get(`https://localhost:${server.port}/`);
        } catch (error) {
          failed = true;
          assertInstanceOf(error, JetstreamError);
        }
        assert(failed, "garbage is no handshake");
      }),
      { numRuns: 40, seed: 43 },
    )
  );
  assertEquals(found, []);
});

const boom = (): never => {
  throw new Error("boom");
};

/** The caller's functions that may fail, by name. `fatal`: the call fails with it; else it goes on. */
const FUNCTIONS: readonly (readonly [name: string, options: RequestOptions, fatal: boolean])[] = [
  ["onEvent", { onEvent: boom }, false],
  ["onUploadProgress", { body: "x".repeat(100), onUploadProgress: boom }, false],
  ["onDownloadProgress", { onDownloadProgress: boom }, false],
  ["hooks.request", { hooks: { request: [boom] } }, true],
  ["hooks.response", { hooks: { response: [boom] } }, true],
  ["a hook that rejects", { hooks: { response: [() => Promise.reject(new Error("boom"))] } }, true],
  ["raiseForStatus", { raiseForStatus: boom }, true],
  ["a body function", { body: boom }, true],
  ["a body iterable", {
    body: (async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(10));
      boom();
    })(),
  }, true],
  ["a body stream", { body: new ReadableStream({ pull: boom }) }, true],
  ["trailers", { body: "x", trailers: boom }, true],
  ["jsonCodec.stringify", { json: 1, jsonCodec: { stringify: boom } }, true],
  ["an auth flow", { auth: { flow: boom } as unknown as NonNullable<RequestOptions["auth"]> }, true],
];

for (const [name, options, fatal] of FUNCTIONS) {
  test(`S43: ${name} that throws ${fatal ? "fails its call" : "changes nothing"}, and the client goes on`, async (t) => {
    watchLeaks(t);
    const [server] = await player(t);
    const made = client(t);
    const url = `http://127.0.0.1:${server.port}/`;
    const found = await escapes(async () => {
      let failure: unknown;
      let text: string | undefined;
      try {
        text =
          (await made.request(options.body === undefined && options.json === undefined ? "GET" : "POST", url, options))
            .text();
      } catch (error) {
        failure = error;
      }
      if (fatal) {
        let cause = failure;
        while (cause instanceof Error && cause.message !== "boom") cause = cause.cause;
        assertEquals(cause instanceof Error ? cause.message : `${failure}`, "boom");
      } else assertEquals([failure, text], [undefined, "hello"]);
      assertEquals((await made.get(url)).text(), "hello");
      const { calls, busy } = made.stats();
      assertEquals([calls, busy], [0, 0]);
    });
    assertEquals(found, []);
  });
}
