/** What the caller's own functions see, give and throw while their thread waits. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bearer, type HttpRequest, HttpResponse, type JetstreamError, type UserLayer } from "../../sync.ts";
import { blockingClient, thrownBy } from "../support/blocking.ts";
import { urlOf } from "../support/behaviour.ts";
import { origin } from "../support/origin.ts";
import { test } from "../support/suite.ts";

const server = await origin();
const echo = `${server.http}/echo`;

interface Echo {
  readonly method: string;
  readonly text: string;
  readonly headers: Record<string, string>;
}

test("a hook may call the same client, and its hooks run again", (t) => {
  const depths: number[] = [];
  let depth = 0;
  const client = blockingClient(t, {
    hooks: {
      request: [({ request }) => {
        depths.push(depth);
        if (++depth <= 5) assertEquals(client.get(echo).status, 200);
        depth--;
        return request.withHeader("X-Depth", String(depth));
      }],
    },
  });
  const headers = (client.get(echo).json() as Echo).headers;
  assertEquals([depths, headers["x-depth"]], [[0, 1, 2, 3, 4, 5], "0"]);
});

test("a token provider may fetch the token with the same client", (t) => {
  const client = blockingClient(t);
  let asked = 0;
  const auth = bearer(() => {
    asked++;
    return { token: client.get(urlOf(server.http, "/text", { body: "s3cret" })).text() };
  });
  for (let call = 0; call < 3; call++) {
    assertEquals((client.get(echo, { auth }).json() as Echo).headers["authorization"], "Bearer s3cret");
  }
  assertEquals(asked, 1);
});

test("a token provider is asked again in later calls, and by every client that has it", (t) => {
  const asked: (string | undefined)[] = [];
  const auth = bearer(({ refused }) => {
    asked.push(refused);
    return `t${asked.length}`;
  });
  const tokenOf = (headers: Echo["headers"]): string | undefined => headers["authorization"];
  const client = blockingClient(t);
  for (const token of ["Bearer t1", "Bearer t2"]) {
    assertEquals(tokenOf((client.get(echo, { auth }).json() as Echo).headers), token);
  }
  const refusing = urlOf(server.http, "/sequence", { id: crypto.randomUUID(), statuses: "401,200" });
  assertEquals(client.get(refusing, { auth }).status, 200);
  const derived = client.extend({ auth, baseUrl: server.http });
  assertEquals(tokenOf((derived.get("/echo").json() as Echo).headers), "Bearer t5");
  derived.close();
  const other = blockingClient(t, { auth, baseUrl: server.http });
  assertEquals(tokenOf((other.get("/echo").json() as Echo).headers), "Bearer t6");
  assertEquals(asked, [undefined, undefined, undefined, "t3", undefined, undefined]);
});

test("an answer that comes before its turn waits for it", (t) => {
  const client = blockingClient(t, { retry: false });
  const order: string[] = [];
  const error = thrownBy(() =>
    client.get(echo, {
      timeout: { total: 30 },
      hooks: {
        request: [() => {
          // The outer call is over long before this one: its failure is kept meanwhile.
          order.push(client.get(`${server.http}/delay/150`).ok ? "inner" : "");
        }],
      },
    })
  );
  assertEquals([order, (error as JetstreamError).code], [["inner"], "TIMEOUT_TOTAL"]);
  assertEquals(client.get(echo).status, 200);
});

test("layers nest, see the call, and give back what they were given", (t) => {
  const order: string[] = [];
  const layer = (name: string): UserLayer => (request, next, call) => {
    order.push(`${name} in ${call.attempts.length} ${call.tag} ${call.signal.aborted}`);
    const response = next(request.withHeader(`X-${name}`, "1"));
    order.push(`${name} out ${call.attempts.length} ${response.status}`);
    return response;
  };
  const client = blockingClient(t).use(layer("Outer")).use(layer("Inner"), { level: "network" });
  const response = client.get(echo, { tag: "t" });
  const { headers } = response.json() as Echo;
  assertEquals([headers["x-outer"], headers["x-inner"]], ["1", "1"]);
  assertEquals(order, ["Outer in 0 t false", "Inner in 0 t false", "Inner out 1 200", "Outer out 1 200"]);
});

test("a layer at network level may read a body from the wire and answer with its own", (t) => {
  const client = blockingClient(t).use((request, next) => {
    const response = next(request);
    const { status, reason, version, headers, attempt, call } = response.parts;
    const text = new TextDecoder().decode(response.live!.collect(1_000) as Uint8Array);
    const made = new HttpResponse({ status, reason, version, headers, request, body: null, attempt, call });
    return made.complete(new TextEncoder().encode(text.toUpperCase()));
  }, { level: "network" });
  assertEquals(client.get(urlOf(server.http, "/text", { body: "abc" })).text(), "ABC");
});

test("a layer that answers itself, or misuses next, is treated as in the asynchronous client", (t) => {
  const twice = blockingClient(t).use((request, next) => {
    next(request);
    return next(request);
  }, { level: "network" });
  assertThrows(() => twice.get(echo), TypeError, "called next twice");
  const wrong = blockingClient(t).use((() => 5) as unknown as UserLayer);
  assertThrows(() => wrong.get(echo), TypeError, "expected an HttpResponse");
});

test("what a function throws comes out with its own identity", (t) => {
  class Mine extends Error {
    readonly extra = { any: "thing" };
  }
  const mine = new Mine("mine");
  const fail = (): never => {
    throw mine;
  };
  const client = blockingClient(t, { retry: { backoff: () => 1 } });
  assertStrictEquals(thrownBy(() => blockingClient(t).use(fail).get(echo)), mine);
  assertStrictEquals(thrownBy(() => client.get(echo, { raiseForStatus: fail })), mine);
  assertStrictEquals(thrownBy(() => client.get(echo, { auth: bearer(fail) })), mine);
  const hooked = thrownBy(() => client.get(echo, { hooks: { request: [fail] } })) as JetstreamError;
  assertEquals(hooked.code, "HOOK_FAILED");
  assertStrictEquals(hooked.cause, mine);
  const id = crypto.randomUUID();
  const retried = urlOf(server.http, "/sequence", { id, statuses: "503,200" });
  assertStrictEquals(thrownBy(() => client.get(retried, { retry: { when: fail } })), mine);
  const object = { not: "an error" };
  assertStrictEquals(
    thrownBy(() =>
      blockingClient(t).use(() => {
        throw object;
      }).get(echo)
    ),
    object,
  );
  assertEquals(
    thrownBy(() =>
      blockingClient(t).use(() => {
        // deno-lint-ignore no-throw-literal -- users do
        throw "text";
      }).get(echo)
    ),
    "text",
  );
  const source = thrownBy(() =>
    client.post(echo, {
      body: (function* () {
        yield "a";
        throw mine;
      })(),
    })
  ) as JetstreamError;
  assertStrictEquals(source.cause, mine);
});

test("a failure of the client that a layer caught and throws again is the same", (t) => {
  let caught: unknown;
  const client = blockingClient(t, { retry: false }).use((request, next) => {
    try {
      return next(request);
    } catch (error) {
      caught = error;
      throw error;
    }
  });
  assertStrictEquals(thrownBy(() => client.get("http://127.0.0.1:1/")), caught);
});

test("a function that returns a promise is a TypeError that names it", (t) => {
  const client = blockingClient(t);
  async function later(): Promise<never> {
    return await Promise.reject(new Error("nobody hears this"));
  }
  for (
    const options of [
      { hooks: { request: [later] } },
      { auth: bearer(later) },
      { raiseForStatus: later as unknown as () => boolean },
      { body: later },
    ]
  ) {
    const error = thrownBy(() => client.post(echo, options)) as Error;
    const blamed = (error instanceof TypeError ? error : error.cause) as Error;
    assert(blamed instanceof TypeError && /"?later"? returned a promise/.test(blamed.message), String(blamed));
  }
  const asynchronous =
    (async (request: HttpRequest, next: (request: HttpRequest) => unknown) =>
      await next(request)) as unknown as UserLayer;
  assertThrows(() => blockingClient(t).use(asynchronous).get(echo), TypeError, "returned a promise");
});

test("predicates, waits and keys of retries are asked here", (t) => {
  const asked: string[] = [];
  const client = blockingClient(t, {
    retry: {
      when: ({ decision, response }) => {
        asked.push(`when ${response?.status} ${decision}`);
        return undefined;
      },
      backoff: (retry) => {
        asked.push(`backoff ${retry}`);
        return 4;
      },
      jitter: (delay, random) => {
        const drawn = random();
        asked.push(`jitter ${delay} ${drawn >= 0 && drawn < 1}`);
        return 1;
      },
      idempotencyKey: () => {
        asked.push("key");
        return "k";
      },
    },
  });
  const id = crypto.randomUUID();
  const response = client.post(urlOf(server.http, "/sequence", { id, statuses: "503,200" }));
  assertEquals(response.status, 200);
  assertEquals(asked, ["key", "when 503 true", "backoff 1", "jitter 4 true", "when 200 false"]);
});

test("a scheme of one's own converses, with the digests of the runtime", (t) => {
  const steps: string[] = [];
  const auth = {
    scheme: "Mine",
    *flow(request: HttpRequest, context: { hash(name: "sha-256", bytes: Uint8Array): Uint8Array; now(): number }) {
      const digest = context.hash("sha-256", new Uint8Array(3));
      steps.push(`${digest.length} ${context.now() > 1e12}`);
      const response: HttpResponse = yield request.withHeader("Authorization", "Mine 1");
      steps.push(String(response.status));
      if (response.status === 401) yield request.withHeader("Authorization", "Mine 2");
    },
  };
  const client = blockingClient(t, { auth: auth as never, retry: false, baseUrl: server.http });
  assertEquals((client.get("/echo").json() as Echo).headers["authorization"], "Mine 1");
  assertEquals(client.get("/status/401").status, 401);
  assertEquals(steps, ["32 true", "200", "32 true", "401"]);
});

test("functions of a call are lent for the call, those of a client for the client", async (t) => {
  const { bridge } = await import("../../src/sync/bridge.ts");
  const client = blockingClient(t, { onEvent: () => {} });
  client.get(echo);
  const before = bridge().lent;
  for (let call = 0; call < 20; call++) {
    client.get(echo, { hooks: { request: [() => {}], response: [() => {}] }, onDownloadProgress: () => {} });
  }
  using stream = client.stream("GET", `${server.http}/bytes/100000`, { onDownloadProgress: () => {} });
  assertEquals(bridge().lent, before + 1);
  for (const _ of stream.iterBytes());
  assertEquals(bridge().lent, before);
});
