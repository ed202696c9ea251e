import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AbortError, TimeoutError } from "../../mod.ts";
import { behaviour, option } from "../support/behaviour.ts";
import { fullBacklog } from "../support/full_backlog.ts";

/** Milliseconds that `run` takes. */
async function taken(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The error must come near its limit; this machine may be slow, so only the order of size counts. */
function near(elapsed: number, limit: number): void {
  assert(elapsed >= limit - 5 && elapsed < limit + 1_000, `took ${elapsed} ms, limit ${limit} ms`);
}

option("timeout", "as a number is the total and lifts the idle limits", async ({ client, url }) => {
  const c = client({ timeout: 150, retry: false });
  const error = await assertRejects(async () => await c.get(url("/delay/5000")), TimeoutError);
  assertEquals([error.phase, error.limit, error.option, error.code], ["total", 150, "timeout", "TIMEOUT_TOTAL"]);
  assertStringIncludes(error.message, "GET http://127.0.0.1");
});

option("timeout.total", "cuts a trickle and a stall, buffered and streamed", async ({ client, url }) => {
  const c = client({ timeout: { total: 200 }, retry: false });
  for (const path of ["/trickle?interval=50&count=1000", "/stall"]) {
    const elapsed = await taken(async () => {
      const error = await assertRejects(async () => await c.get(url(path)), TimeoutError);
      assertEquals([error.phase, error.progress], ["total", "answered"]);
    });
    near(elapsed, 200);
    const streamed = await taken(async () => {
      const response = await c.stream("GET", url(path));
      const error = await assertRejects(async () => {
        for await (const _ of response.iterBytes());
      }, TimeoutError);
      assertEquals(error.phase, "total");
    });
    near(streamed, 200);
  }
});

option("timeout.total", "covers all attempts and their waits", async ({ client, url, id }) => {
  const c = client({ timeout: { total: 300 }, retry: { max: 5, backoff: () => 100, jitter: "none" } });
  const elapsed = await taken(async () => {
    const response = await c.result.get(url("/sequence", { id, statuses: "503" }));
    // When what is left is too short for another wait the last answer stands.
    assert(!response.ok || response.value.status === 503);
  });
  assert(elapsed < 1_000, `took ${elapsed} ms`);
});

option("timeout.attempt", "cuts one attempt, which may be tried again", async ({ client, url }) => {
  const c = client({ timeout: { attempt: 100 }, retry: { max: 1, on: ["timeout"], backoff: () => 1 } });
  const error = await assertRejects(async () => await c.get(url("/stall")), TimeoutError);
  assertEquals([error.phase, error.limit, error.attempts.length], ["attempt", 100, 2]);
});

option("timeout.head", "limits the wait for the head, not the body", async ({ client, url }) => {
  const c = client({ timeout: { head: 150 }, retry: false });
  const error = await assertRejects(async () => await c.get(url("/delay/5000")), TimeoutError);
  assertEquals([error.phase, error.limit, error.progress], ["head", 150, "sent"]);
  assertEquals((await c.get(url("/trickle", { interval: 100, count: 4 }))).content.length, 4);
});

option("timeout.read", "limits the silence within a body, not its length", async ({ client, url }) => {
  const c = client({ timeout: { read: 500 }, retry: false });
  const error = await assertRejects(async () => await c.get(url("/stall")), TimeoutError);
  assertEquals([error.phase, error.limit], ["read", 500]);
  assertEquals((await c.get(url("/trickle", { interval: 60, count: 12 }))).content.length, 12);
});

option("timeout.write", "limits the silence of a peer that reads no more", async ({ client, url }) => {
  const c = client({ timeout: { write: 150 }, retry: false });
  const error = await assertRejects(
    async () => await c.post(url("/deaf"), { body: new Uint8Array(30_000_000) }),
    TimeoutError,
  );
  assertEquals([error.phase, error.limit], ["write", 150]);
});

option("timeout.connect", "limits an address that does not answer", async ({ client, after }) => {
  const listener = await fullBacklog();
  after(() => listener.close());
  const c = client({ timeout: { connect: 150 }, retry: false });
  const elapsed = await taken(async () => {
    const error = await assertRejects(async () => await c.get(`http://127.0.0.1:${listener.port}/`), TimeoutError);
    assertEquals([error.phase, error.limit, error.progress], ["connect", 150, "unsent"]);
  });
  near(elapsed, 150);
});

option("timeout.pool", "limits the wait for a connection", async ({ client, url }) => {
  const c = client({ pool: { max: 1 }, timeout: { pool: 100 }, retry: false });
  const response = await c.stream("GET", url("/bytes/50000000"));
  const error = await assertRejects(async () => await c.get(url("/echo")), TimeoutError);
  assertEquals([error.phase, error.limit, error.progress], ["pool", 100, "unsent"]);
  await response.discard();
  assertEquals((await c.get(url("/echo"))).status, 200);
});

behaviour("timeout: false switches every limit off for a call", async ({ client, url }) => {
  const c = client({ timeout: { head: 50, read: 50 }, retry: false });
  assertEquals((await c.get(url("/delay/200"), { timeout: false })).status, 200);
});

option("signal", "aborts a call in every phase with the caller's own reason", async ({ client, url }) => {
  const c = client({ retry: false });
  const reason = { mine: true };
  for (const path of ["/delay/5000", "/stall", "/trickle"]) {
    const controller = new AbortController();
    const pending = c.get(url(path), { signal: controller.signal });
    await c.get(url("/delay/30"));
    controller.abort(reason);
    const error = await assertRejects(async () => await pending, AbortError);
    assertEquals([error.reason, error.cause, error.code], [reason, reason, "ABORTED"]);
  }
  const early = await assertRejects(
    async () => await c.get(url("/echo"), { signal: AbortSignal.abort(reason) }),
    AbortError,
  );
  assertEquals(early.reason, reason);
  const response = await c.stream("GET", url("/stall"), { signal: AbortSignal.timeout(100) });
  await assertRejects(async () => {
    for await (const _ of response.iterBytes());
  }, AbortError);
});

behaviour("a call leaves no listener on the caller's signal", async ({ client, url }) => {
  const c = client();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => (listeners++, add(...given));
  signal.removeEventListener = (...given: Parameters<typeof remove>) => (listeners--, remove(...given));
  for (let turn = 0; turn < 20; turn++) await c.get(url("/echo"), { signal });
  await c.result.get(url("/status/500"), { signal, retry: false });
  await (await c.stream("GET", url("/bytes/10"), { signal })).read();
  assertEquals(listeners, 0);
});
