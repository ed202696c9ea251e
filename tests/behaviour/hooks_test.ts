/** What hooks, layers and listeners of the user's own see and change. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HttpRequest, JetstreamError } from "../../mod.ts";
import { behaviour, option } from "../support/behaviour.ts";

/** What the server says of the request it saw. */
interface Echo {
  headers: Record<string, string>;
}

option("hooks.request", "may replace the request or answer it", async ({ client, url }) => {
  const c = client({
    hooks: {
      request: [
        ({ request }) => request.withHeader("X-Hook", "1"),
        ({ request }) => request.withHeader("X-Second", request.headers.get("x-hook")!),
      ],
    },
  });
  const echo = await c.get(url("/echo")).json() as Echo;
  assertEquals([echo.headers["x-hook"], echo.headers["x-second"]], ["1", "1"]);
  let kept: HttpRequest | undefined;
  await c.get(url("/echo"), { hooks: { request: [({ request }) => void (kept = request)] } });
  assert(kept instanceof HttpRequest && kept.headers.get("x-second") === "1");
});

option("hooks.response", "sees the final response and may replace it", async ({ client, url, id }) => {
  const statuses: number[] = [];
  const c = client({
    retry: { backoff: () => 1 },
    hooks: { response: [({ response }) => void statuses.push(response.status)] },
  });
  await c.get(url("/sequence", { id, statuses: "503,200" }));
  await c.get(url("/redirect", { to: "/echo" }));
  assertEquals(statuses, [200, 200]);
  const other = await client().get(url("/status/404"), { retry: false });
  const replaced = await client({ hooks: { response: [() => other] } }).get(url("/echo"));
  assertEquals(replaced.status, 404);
});

option("hooks.redirect", "sees both ends and may replace the next request", async ({ client, url }) => {
  const seen: unknown[] = [];
  const c = client({
    hooks: {
      redirect: [({ response, next, hop }) => {
        seen.push([response.status, next.url.target, hop]);
        return next.withHeader("X-Hop", "1");
      }],
    },
  });
  const echo = await c.get(url("/redirect", { to: "/echo" })).json() as Echo;
  assertEquals([seen, echo.headers["x-hop"]], [[[302, "/echo", 1]], "1"]);
});

option("hooks.retry", "sees why and when and may replace the request", async ({ client, url, id }) => {
  const seen: unknown[] = [];
  const c = client({
    retry: { backoff: () => 2, jitter: "none" },
    hooks: {
      retry: [({ request, response, retry, delay }) => {
        seen.push([response?.status, retry, delay]);
        return request.withHeader("X-Retry", String(retry));
      }],
    },
  });
  await c.get(url("/sequence", { id, statuses: "503,200" }));
  const keys = (await c.get(url("/seen", { id })).json() as Echo[]).map(({ headers }) => headers["x-retry"]);
  assertEquals([seen, keys], [[[503, 1, 2]], [undefined, "1"]]);
});

option("hooks.error", "sees the failure once and may replace it", async ({ client }) => {
  const codes: string[] = [];
  const c = client({
    retry: { backoff: () => 1 },
    hooks: { error: [({ error }) => void codes.push((error as JetstreamError).code), () => new RangeError("mine")] },
  });
  await assertRejects(async () => await c.get("http://127.0.0.1:1/"), RangeError, "mine");
  assertEquals(codes, ["CONNECT_REFUSED"]);
});

option("hooks.informational", "is told each 1xx response", async ({ client, url }) => {
  const seen: unknown[] = [];
  const c = client({
    hooks: { informational: [({ status, headers }) => void seen.push([status, headers.get("link")])] },
  });
  assertEquals((await c.get(url("/hints", { count: 2 }))).status, 200);
  assertEquals(seen, [[103, "</s0.css>; rel=preload"], [103, "</s1.css>; rel=preload"]]);
});

option("hooks.informational", "that throws fails the call by its name", async ({ client, url }) => {
  const cause = new Error("boom");
  const calls: string[] = [];
  const c = client({
    hooks: {
      informational: [function early() {
        throw cause;
      }],
      response: [() => void calls.push("response")],
      error: [() => void calls.push("error")],
    },
  });
  for (const send of [() => c.get(url("/hints")), () => c.stream("GET", url("/hints"))]) {
    const error = await assertRejects(async () => await send(), JetstreamError, 'informational hook "early" failed');
    assertEquals([error.code, error.cause === cause], ["HOOK_FAILED", true]);
  }
  assertEquals(calls, ["error", "error"]);
  assertEquals((await c.get(url("/echo"))).status, 200);
});

behaviour("an error in a hook fails the call and is named", async ({ client, url }) => {
  const cause = new Error("boom");
  const c = client({
    hooks: {
      request: [() => {
        throw cause;
      }],
    },
  });
  const error = await assertRejects(async () => await c.get(url("/echo")), Error);
  assert(error === cause || (error.cause === cause && error.message.includes("request")), String(error));
});

behaviour("use() puts layers around calls and around each request on the wire", async ({ client, url, id }) => {
  const order: string[] = [];
  const c = client({ retry: { backoff: () => 1 } });
  c.use((request, next) => {
    order.push("call in");
    const response = next(request.withHeader("X-Layer", "1"));
    const leave = (): void => void order.push("call out");
    // The blocking client gives a response, the other one a promise of it.
    if (response instanceof Promise) return response.finally(leave);
    leave();
    return response;
  });
  c.use((request, next) => {
    order.push(`network ${request.headers.get("x-layer")}`);
    return next(request);
  }, { level: "network" });
  await c.get(url("/sequence", { id, statuses: "503,200" }));
  assertEquals(order, ["call in", "network 1", "network 1", "call out"]);
});

option("onEvent", "tells each start with its end, masked", async ({ client, url }) => {
  const events: string[] = [];
  const c = client();
  await c.get(url("/echo", { token: "s3cret" }), {
    onEvent: (event) => {
      events.push(event.type);
      assert(!JSON.stringify(event).includes("s3cret"));
    },
  });
  for (const type of ["call", "hop", "attempt", "connect", "send"]) {
    assertEquals([type, events.filter((event) => event === `${type}-start`).length], [type, 1]);
    assertEquals([type, events.filter((event) => event === `${type}-end`).length], [type, 1]);
  }
  assertEquals([events[0], events.at(-1)], ["call-start", "call-end"]);
});
