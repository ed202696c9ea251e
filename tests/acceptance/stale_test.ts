/**
 * Owns the proof that a server which ends idle connections at the worst moment makes no call fail
 * and no request arrive twice that must not.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, JetstreamError } from "../../mod.ts";
import { Authority } from "../support/certificates.ts";
import { watchLeaks } from "../support/leaks.ts";
import { startServer } from "../support/server_process.ts";
import { test } from "../support/suite.ts";

const CALLS = 300;

interface Stale {
  readonly http: number;
  readonly https: number;
  readonly unix: string;
}

const authority = await Authority.create("Stale CA");
const { cert, key } = await authority.issue({ names: ["localhost"] });
const { tmpdir } = process.getBuiltinModule("node:os");
const stale = await startServer<Stale>("tests/support/stale_server.mjs", {
  tls: { cert, key },
  unix: `${tmpdir()}/stale-${crypto.randomUUID()}.sock`,
});

const WAYS: readonly [name: string, base: string, options: ClientOptions][] = [
  ["TCP", `http://127.0.0.1:${stale.http}`, {}],
  ["TLS", `https://localhost:${stale.https}`, { tls: { extraCa: authority.cert } }],
  ["a unix socket", "http://stale.test", { unix: stale.unix }],
];

/** Calls one after the other: the next one starts while the connection is being ended. */
async function calls(client: Client, method: string, url: string): Promise<{ failed: unknown[]; reused: number }> {
  const failed: unknown[] = [];
  let reused = 0;
  for (let turn = 0; turn < CALLS; turn++) {
    const id = crypto.randomUUID();
    try {
      const response = await client.request(method, `${url}/?id=${id}`, method === "POST" ? { body: "x" } : {});
      assertEquals([response.status, response.text()], [200, "ok"]);
      if (response.attempts.at(-1)?.connection?.reused || response.attempts.length > 1) reused++;
    } catch (error) {
      failed.push(error);
    }
  }
  return { failed, reused };
}

for (const [name, base, options] of WAYS) {
  for (const retry of [undefined, false] as const) {
    const words = retry === false ? "without retries" : "by default";
    test(`a server over ${name} that ends idle connections fails no GET ${words}`, async (t) => {
      watchLeaks(t);
      const client = new Client({ ...options, ...(retry === undefined ? {} : { retry }) });
      t.after(() => client.close());
      const { failed, reused } = await calls(client, "GET", base);
      console.log(`${name}, GET ${words}: ${failed.length} of ${CALLS} failed, ${reused} met an old connection`);
      assertEquals(failed.map(String), []);
    });
  }

  test(`a server over ${name} that ends idle connections is never sent a POST twice`, async (t) => {
    watchLeaks(t);
    const client = new Client(options);
    t.after(() => client.close());
    const { failed } = await calls(client, "POST", base);
    const { most } = await client.get(`${base}/count`).json() as { most: number };
    console.log(`${name}, POST: ${failed.length} of ${CALLS} failed, each arrived ${most} time at most`);
    assertEquals(most, 1);
    // What fails fails because nobody can know whether it arrived, and says so.
    for (const error of failed) assert(error instanceof JetstreamError && error.progress === "sent", String(error));
  });
}
