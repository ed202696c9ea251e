/** HTTP/2 as a user sees it, against a server that is none of ours. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { behaviour, option } from "../support/behaviour.ts";
import { Authority } from "../support/certificates.ts";
import { startServer } from "../support/server_process.ts";

interface Echo {
  readonly method: string;
  readonly version: string;
  readonly headers: Record<string, string>;
  readonly length: number;
  readonly trailers: Record<string, string>;
  readonly sessions: number;
}

const authority = await Authority.create("HTTP/2 CA");
const tls = await authority.issue({ names: ["localhost"] });
const ports = await startServer<{ secure: number; clear: number }>("tests/support/h2_server.mjs", {
  tls: { cert: tls.cert, key: tls.key },
});
const secure = `https://localhost:${ports.secure}`;
const clear = `http://127.0.0.1:${ports.clear}`;
const trust = { extraCa: authority.cert };

option("http2", "offers HTTP/2, and gets many calls through one connection", async ({ client }) => {
  const c = client({ http2: true, tls: trust });
  const before = (await c.get(secure).json() as Echo).sessions;
  const answers = await Promise.all(Array.from({ length: 150 }, async () => await c.get(secure)));
  assertEquals(answers.map(({ httpVersion }) => httpVersion).filter((version) => version === "2").length, 150);
  assertEquals((await c.get(secure).json() as Echo).sessions, before);
  assertEquals([answers[0]!.connection!.protocol, answers[0]!.statusText], ["h2", ""]);
});

option("http2", "is per request, and false unless it is said", async ({ client }) => {
  const c = client({ tls: trust });
  assertEquals((await c.get(secure)).httpVersion, "1.1");
  assertEquals((await c.get(secure, { http2: true })).httpVersion, "2");
});

option("http2", "falls back to HTTP/1.1 where the server has no other", async ({ client, origin }) => {
  const c = client({ http2: true, tls: { extraCa: origin.ca } });
  const answers = await Promise.all([1, 2, 3].map(async () => await c.get(`${origin.https}/echo`)));
  assertEquals(answers.map(({ httpVersion, status }) => [httpVersion, status]), Array(3).fill(["1.1", 200]));
});

option("http2", "speaks in clear text by prior knowledge", async ({ client }) => {
  const c = client({ http2: "prior-knowledge" });
  assertEquals((await c.get(clear)).httpVersion, "2");
});

option("http2", "goes through the tunnel of a proxy", async ({ client, origin }) => {
  const c = client({ http2: true, tls: trust, proxy: origin.proxy });
  assertEquals((await c.get(secure)).httpVersion, "2");
});

option("http2", "is true, false or prior-knowledge, and tls.alpn names h2 with it alone", async ({ client }) => {
  assertThrows(() => client({ http2: "yes" as unknown as boolean }), TypeError, "http2");
  assertThrows(() => client({ tls: { alpn: ["h2"] } }), TypeError, "tls.alpn");
  const c = client({ http2: true, tls: { ...trust, alpn: ["h2"] } });
  assertEquals((await c.get(secure)).httpVersion, "2");
  await assertRejects(async () => await c.get(secure, { http2: false }), TypeError, "tls.alpn");
});

behaviour("bodies, trailers and large uploads arrive over HTTP/2", async ({ client }) => {
  const c = client({ http2: true, tls: trust });
  assertEquals((await c.post(secure, { body: new Uint8Array(3_000_000) }).json() as Echo).length, 3_000_000);
  function* parts(): Generator<Uint8Array> {
    for (let at = 0; at < 10; at++) yield new Uint8Array(50_000);
  }
  const echo = await c.post(secure, { body: parts(), trailers: () => ({ "x-sum": "1" }) }).json() as Echo;
  assertEquals([echo.length, echo.trailers["x-sum"], echo.version], [500_000, "1", "2.0"]);
});

behaviour("a POST that the server left alone is sent again, once more", async ({ client, id }) => {
  const c = client({ http2: true, tls: trust, retry: false });
  await c.get(secure);
  for (const path of ["refuse", "leave"]) {
    const r = await c.post(`${secure}/${path}?once=${path}-${id}`, { body: "x" });
    assertEquals([r.status, r.attempts.length], [200, 2]);
  }
});

behaviour("a call that is aborted over HTTP/2 leaves the others of its connection whole", async ({ client }) => {
  const c = client({ http2: true, tls: trust });
  await c.get(secure);
  const calls = Array.from({ length: 20 }, async (_, at) => {
    const abort = new AbortController();
    const call = c.get(secure, { signal: abort.signal }).then(({ status }) => status, () => "aborted");
    if (at % 2 === 0) abort.abort();
    return await call;
  });
  const ends = await Promise.all(calls);
  assert(ends.every((end, at) => end === (at % 2 === 0 ? "aborted" : 200)), ends.join());
  assertEquals(c.stats().idle, 1);
});
