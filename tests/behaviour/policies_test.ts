import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyError, ConnectError, JetstreamError, RedirectError, SocketError } from "../../mod.ts";
import { behaviour, option, urlOf } from "../support/behaviour.ts";

/** What the server says of the request it saw. */
interface Echo {
  method: string;
  text: string;
  headers: Record<string, string>;
}

/** The same server under another name: another origin. */
const elsewhere = (base: string): string => base.replace("127.0.0.1", "localhost");

option("redirect", "follows with the history of heads, or not at all", async ({ client, url }) => {
  const c = client();
  const to = url("/echo");
  const response = await c.get(url("/redirect", { to: "/redirect?to=/echo" }));
  assertEquals([response.status, response.url, response.history.map(({ status }) => status)], [200, to, [302, 302]]);
  assertEquals((await c.get(url("/redirect", { to: "/echo" }), { redirect: false })).status, 302);
  assertEquals((await client({ redirect: false }).get(url("/redirect", { to: "/echo" }))).status, 302);
});

behaviour("redirects rewrite the method only where the RFC does", async ({ client, url }) => {
  const c = client();
  const rows = [[301, "POST", "GET"], [302, "POST", "GET"], [303, "PUT", "GET"], [307, "POST", "POST"], [
    308,
    "PUT",
    "PUT",
  ], [301, "PUT", "PUT"]];
  for (const [status, sent, arrived] of rows as [number, string, string][]) {
    const echo = await c.request(sent, url("/redirect", { to: "/echo", status }), { body: "b" }).json() as Echo;
    assertEquals([status, sent, echo.method, echo.text], [status, sent, arrived, arrived === "GET" ? "" : "b"]);
    assertEquals(echo.headers["content-type"] === undefined, arrived === "GET");
  }
});

option("redirect.max", "ends a long chain with its history", async ({ client, url }) => {
  const to = "/redirect?to=/redirect?to=/echo";
  const error = await assertRejects(
    async () => await client({ redirect: { max: 1 } }).get(url("/redirect", { to })),
    RedirectError,
  );
  assertEquals(error.history.length, 2);
  const loop = await assertRejects(async () => await client().get(url("/redirect", { to: "#again" })), RedirectError);
  assert(/loop/i.test(loop.message), loop.message);
});

option("redirect.keepHeaders", "lets named fields go to another origin, none else", async ({ client, origin }) => {
  const to = `${elsewhere(origin.http)}/echo`;
  const headers = {
    Authorization: "Bearer s",
    Cookie: "a=1",
    "X-Api-Key": "k",
    "X-Trace": "t",
    "Accept-Language": "de",
  };
  const c = client({ headers });
  const stripped = (await c.get(urlOf(origin.http, "/redirect", { to })).json() as Echo).headers;
  assertEquals(
    ["authorization", "cookie", "x-api-key", "x-trace", "accept-language"].map((name) => stripped[name]),
    [undefined, undefined, undefined, undefined, "de"],
  );
  const kept = await c.get(urlOf(origin.http, "/redirect", { to }), { redirect: { keepHeaders: ["X-Trace"] } })
    .json() as Echo;
  assertEquals([kept.headers["x-trace"], kept.headers["x-api-key"]], ["t", undefined]);
  const same = (await c.get(urlOf(origin.http, "/redirect", { to: "/echo" })).json() as Echo).headers;
  assertEquals([same["authorization"], same["x-api-key"]], ["Bearer s", "k"]);
});

behaviour("what was stripped stays stripped on the way back", async ({ client, origin }) => {
  const back = `${origin.http}/echo`;
  const away = urlOf(elsewhere(origin.http), "/redirect", { to: back });
  const echo = await client().get(urlOf(origin.http, "/redirect", { to: away }), {
    headers: { Authorization: "Bearer s", "X-Api-Key": "k" },
    auth: ["u", "p"],
  }).json() as Echo;
  assertEquals([echo.headers["authorization"], echo.headers["x-api-key"]], [undefined, undefined]);
});

option("redirect.resendBody", "lets the body of a 307 go to another origin", async ({ client, origin }) => {
  const url = urlOf(origin.http, "/redirect", { to: `${elsewhere(origin.http)}/echo`, status: 307 });
  const error = await assertRejects(async () => await client().post(url, { body: "secret" }), RedirectError);
  assert(error.message.includes("resendBody"), error.message);
  assertEquals((await client({ redirect: { resendBody: true } }).post(url, { body: "b" }).json() as Echo).text, "b");
});

option("redirect.allowDowngrade", "lets https lead to http", async ({ client, origin }) => {
  const url = urlOf(origin.https, "/redirect", { to: `${origin.http}/echo` });
  const tls = { extraCa: origin.ca };
  const error = await assertRejects(async () => await client({ tls }).get(url), RedirectError);
  assert(error.message.includes("allowDowngrade"), error.message);
  assertEquals((await client({ tls, redirect: { allowDowngrade: true } }).get(url)).status, 200);
});

option("redirect.policy", "is asked per hop and may stop or fail", async ({ client, url }) => {
  const hops: string[] = [];
  const c = client({
    redirect: {
      policy: ({ from, to, hop }) => {
        hops.push(`${hop} ${from.pathname} ${to.pathname}`);
        return to.pathname === "/stop" ? "stop" : to.pathname === "/error" ? "error" : "follow";
      },
    },
  });
  assertEquals((await c.get(url("/redirect", { to: "/echo" }))).status, 200);
  assertEquals((await c.get(url("/redirect", { to: "/stop" }))).status, 302);
  await assertRejects(async () => await c.get(url("/redirect", { to: "/error" })), RedirectError);
  assertEquals(hops, ["1 /redirect /echo", "1 /redirect /stop", "1 /redirect /error"]);
});

behaviour("cookies set by a redirect are sent on the next hop", async ({ client, url }) => {
  const response = await client({ cookies: true }).get(
    url("/redirect", { to: "/echo", h: ["Set-Cookie: hop=1; Path=/"] }),
  );
  assertEquals((response.json() as Echo).headers["cookie"], "hop=1");
});

option("retry", "sends idempotent requests again, at most as often as said", async ({ client, url, id }) => {
  const c = client({ retry: { max: 2, backoff: () => 1 } });
  const response = await c.get(url("/sequence", { id, statuses: "503,503,200" }));
  assertEquals([response.status, response.attempts.map(({ status }) => status)], [200, [503, 503, 200]]);
  assertEquals(response.attempts.map(({ cause }) => cause), ["first", "retry", "retry"]);
  assertEquals((await c.get(url("/sequence", { id: `${id}a`, statuses: "503" }))).attempts.length, 3);
  assertEquals((await c.get(url("/sequence", { id: `${id}b`, statuses: "503" }), { retry: false })).attempts.length, 1);
  assertEquals(
    (await client({ retry: false }).get(url("/sequence", { id: `${id}c`, statuses: "503" }))).attempts.length,
    1,
  );
  assertEquals((await c.post(url("/sequence", { id: `${id}d`, statuses: "503" }))).attempts.length, 1);
});

option("retry.max", "counts retries", async ({ client, url, id }) => {
  const c = client({ retry: { max: 4, backoff: () => 1 } });
  assertEquals((await c.get(url("/sequence", { id, statuses: "500" }))).attempts.length, 5);
});

option("retry.methods", "names the methods that are retried", async ({ client, url, id }) => {
  const c = client({ retry: { methods: ["POST"], backoff: () => 1 } });
  assertEquals((await c.post(url("/sequence", { id, statuses: "503,200" }), { body: "x" })).status, 200);
  assertEquals((await c.get(url("/sequence", { id: `${id}a`, statuses: "503,200" }))).status, 503);
});

option("retry.statuses", "names the statuses that are retried", async ({ client, url, id }) => {
  const c = client({ retry: { statuses: [404], backoff: () => 1 } });
  assertEquals((await c.get(url("/sequence", { id, statuses: "404,200" }))).status, 200);
  assertEquals((await c.get(url("/sequence", { id: `${id}a`, statuses: "503,200" }))).status, 503);
});

option("retry.on", "names the failures that are retried", async ({ client, url, id }) => {
  const backoff = (): number => 1;
  // A fresh connection each: on a reused one the engine's own resend would come first.
  const reset = (extra: string) => url("/sequence", { id: id + extra, statuses: "reset,200" });
  assertEquals((await client({ retry: { backoff } }).get(reset("a"))).status, 200);
  await assertRejects(async () => await client({ retry: { on: ["connect"], backoff } }).get(reset("b")), SocketError);
});

option("retry.backoff", "spaces the attempts", async ({ client, url, id }) => {
  const asked: number[] = [];
  const c = client({ retry: { jitter: "none", backoff: (retry) => (asked.push(retry), 20) } });
  const response = await c.get(url("/sequence", { id, statuses: "503" }));
  assertEquals(asked, [1, 2]);
  assertEquals(response.attempts.map(({ delay }) => delay), [0, 20, 20]);
  const numbers = client({ retry: { jitter: "none", backoff: { base: 4, factor: 3, max: 10 } } });
  const spaced = await numbers.get(url("/sequence", { id: `${id}a`, statuses: "503" }));
  assertEquals(spaced.attempts.map(({ delay }) => delay), [0, 4, 10]);
});

for (
  const [name, backoff, delays] of [
    ["base", { base: 7 }, [0, 7, 14]],
    ["factor", { base: 2, factor: 1 }, [0, 2, 2]],
    ["max", { base: 9, max: 3 }, [0, 3, 3]],
  ] as const
) {
  option(`retry.backoff.${name}`, "shapes the waits", async ({ client, url, id }) => {
    const response = await client({ retry: { jitter: "none", backoff } }).get(
      url("/sequence", { id, statuses: "503" }),
    );
    assertEquals(response.attempts.map(({ delay }) => delay), [...delays]);
  });
}

option("retry.jitter", "draws the wait", async ({ client, url, id }) => {
  const c = client({ retry: { backoff: () => 1_000, jitter: (delay, random) => delay * 0 + (random() < 1 ? 3 : 0) } });
  assertEquals((await c.get(url("/sequence", { id, statuses: "503" }))).attempts.map(({ delay }) => delay), [0, 3, 3]);
});

option("retry.seed", "makes the waits repeatable", async ({ client, url, id }) => {
  const delays = async (extra: string): Promise<number[]> => {
    const response = await client({ retry: { seed: 7, backoff: () => 10 } }).get(
      url("/sequence", { id: id + extra, statuses: "503" }),
    );
    return response.attempts.map(({ delay }) => delay);
  };
  const first = await delays("a");
  assertEquals(await delays("b"), first);
  assert(first[1]! >= 0 && first[1]! < 10 && first[1] !== first[2]);
});

option("retry.maxRetryAfter", "ends a call that a server would park", async ({ client, url, id }) => {
  const parked = await client().get(url("/status/503", { h: ["Retry-After: 3600"] }));
  assertEquals([parked.status, parked.attempts.length, parked.retryAfter], [503, 1, 3_600_000]);
  const c = client({ retry: { maxRetryAfter: 1_500 } });
  const waited = await c.get(url("/sequence", { id, statuses: "503,200", h: ["Retry-After: 1"] }));
  assertEquals([waited.status, waited.attempts[1]!.delay >= 1_000], [200, true]);
});

option("retry.when", "overrides the decision", async ({ client, url, id }) => {
  const seen: unknown[] = [];
  const c = client({
    retry: {
      backoff: () => 1,
      when: (state) => {
        seen.push([state.response?.status, state.retry, state.decision]);
        return state.response?.status === 404 ? true : state.response?.status === 503 ? false : undefined;
      },
    },
  });
  assertEquals((await c.get(url("/sequence", { id, statuses: "404,503,200" }))).status, 503);
  assertEquals(seen, [[404, 1, false], [503, 2, true]]);
});

for (
  const [name, budget, attempts] of [
    ["ratio", { ratio: 1, floor: 0 }, 3],
    ["floor", { ratio: 0, floor: 1 }, 2],
    ["window", { ratio: 0, floor: 1, window: 60_000 }, 2],
  ] as const
) {
  option(`retry.budget.${name}`, "bounds the retries of an origin", async ({ client, url, id }) => {
    const c = client({ retry: { budget, backoff: () => 1 } });
    if (name === "ratio") { for (let turn = 0; turn < 4; turn++) await c.get(url("/echo")); }
    assertEquals((await c.get(url("/sequence", { id, statuses: "503" }))).attempts.length, attempts);
  });
}

option("retry.budget", "can be switched off", async ({ client, url, id }) => {
  const none = client({ retry: { budget: { ratio: 0, floor: 0 }, backoff: () => 1 } });
  assertEquals((await none.get(url("/sequence", { id, statuses: "503" }))).attempts.length, 1);
  const off = client({ retry: { budget: false, backoff: () => 1 } });
  assertEquals((await off.get(url("/sequence", { id: `${id}a`, statuses: "503" }))).attempts.length, 3);
});

option(
  "retry.idempotencyKey",
  "is the same on each attempt and lets a POST be retried",
  async ({ client, url, id }) => {
    const c = client({ retry: { idempotencyKey: true, backoff: () => 1 } });
    assertEquals((await c.post(url("/sequence", { id, statuses: "503,200" }), { body: "x" })).status, 200);
    const keys = (await c.get(url("/seen", { id })).json() as Echo[]).map(({ headers }) => headers["idempotency-key"]);
    assertEquals([keys.length, keys[0] === keys[1], keys[0]!.length > 20], [2, true, true]);
  },
);

behaviour("a body that cannot be sent again is not retried and never sent empty", async ({ client, url, id }) => {
  const c = client({ retry: { methods: ["PUT"], backoff: () => 1 } });
  const once = (function* () {
    yield "x";
  })();
  const response = await c.put(url("/sequence", { id, statuses: "503,200" }), { body: once });
  assertEquals([response.status, response.attempts.length], [503, 1]);
  const made = await c.put(url("/sequence", { id: `${id}a`, statuses: "503,200" }), { body: () => "x" });
  assertEquals(made.status, 200);
});

behaviour("an error tells what happened each time", async ({ client, url, id }) => {
  const c = client({ retry: { max: 1, backoff: () => 1 } });
  const error = await assertRejects(
    async () => await c.get(url("/sequence", { id, statuses: "reset" })),
    JetstreamError,
  );
  assertEquals([error.attempts.length, error.request!.method, error.retryable], [2, "GET", true]);
  const refused = await assertRejects(
    async () => await client({ retry: false }).get("http://127.0.0.1:1/"),
    ConnectError,
  );
  assertEquals([refused.code, refused.progress, refused.port], ["CONNECT_REFUSED", "unsent", 1]);
  assert(refused.message.startsWith("GET http://127.0.0.1:1/: "), refused.message);
});

option("limits.body", "bounds a buffered body and names the way out", async ({ client, url }) => {
  const c = client({ limits: { body: 1_000 } });
  for (const query of [{}, { chunked: 1 }]) {
    const error = await assertRejects(async () => await c.get(url("/bytes/1001", query)), BodyError);
    assert(error.message.includes("limits.body") && error.message.includes("stream()"), error.message);
  }
  assertEquals((await c.get(url("/bytes/1000"))).content.length, 1_000);
});
