import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions, handlerTransport, TransportError, type WebServer } from "../../mod.ts";
import { test, type TestContext } from "../support/suite.ts";

function clientOf(t: TestContext, handler: WebServer, options: ClientOptions = {}): Client {
  const client = new Client({ baseUrl: "http://app.test", transport: handlerTransport(handler), ...options });
  t.after(() => client.close());
  return client;
}

test("handlerTransport() gives the handler a genuine Request and takes its Response", async (t) => {
  const client = clientOf(t, async (request) => {
    assert(request instanceof Request);
    const { pathname, search } = new URL(request.url);
    return Response.json([request.method, pathname + search, request.headers.get("x-a"), await request.text()]);
  });
  const response = await client.post("/users", { params: { q: 1 }, json: { a: 1 }, headers: { "X-A": "1" } });
  assertEquals(response.json(), ["POST", "/users?q=1", "1", '{"a":1}']);
  assertEquals([response.url, response.httpVersion], ["http://app.test/users?q=1", undefined]);
});

test("handlerTransport() keeps cookies, follows redirects and retries", async (t) => {
  let calls = 0;
  const client = clientOf(t, (request) => {
    const { pathname } = new URL(request.url);
    if (++calls === 1) return new Response(null, { status: 503 });
    if (pathname === "/login") {
      return new Response(null, { status: 302, headers: { location: "/", "set-cookie": "s=1" } });
    }
    return new Response(request.headers.get("cookie"));
  }, { cookies: true, retry: { backoff: () => 0 } });
  assertEquals(await client.get("/login").text(), "s=1");
  assertEquals(calls, 3);
});

test("handlerTransport() streams both ways", async (t) => {
  const client = clientOf(t, (request) =>
    new Response(
      request.body!.pipeThrough(
        new TransformStream({
          transform: (chunk: Uint8Array, controller) => controller.enqueue(chunk.map((byte) => byte - 32)),
        }),
      ),
    ));
  const body = async function* (): AsyncGenerator<string> {
    yield await Promise.resolve("ab");
    yield "cd";
  };
  await using response = await client.stream("POST", "/", { body: body() });
  let text = "";
  for await (const chunk of response.iterText()) text += chunk;
  assertEquals(text, "ABCD");
});

test("handlerTransport() does not let a handler that answers early take a part of a body for the whole", async (t) => {
  let read: Promise<string> | undefined;
  const client = clientOf(t, (request) => {
    read = request.text().then((text) => `all of it: ${text}`, (error: Error) => error.message);
    return new Response("early");
  });
  let goOn = (_: string): void => {};
  const more = new Promise<string>((resolve) => goOn = resolve);
  const body = async function* (): AsyncGenerator<string> {
    yield await Promise.resolve("ab");
    yield await more;
  };
  assertEquals(await client.post("/", { body: body() }).text(), "early");
  goOn("cd");
  assertEquals(await read, "The upload was given up: the response had come to its end");
});

test("handlerTransport() can be closed by all clients that share it", async (t) => {
  let answer = (_: Response): void => {};
  const transport = handlerTransport(() => new Promise((resolve) => answer = resolve));
  const clients = [1, 2].map(() => new Client({ baseUrl: "http://app.test", transport }));
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const pending = clients[0]!.get("/").text();
  const closed = Promise.all(clients.map((client) => client.close({ deadline: 5_000 })));
  answer(new Response("done"));
  assertEquals(await pending, "done");
  await closed;
});

test("handlerTransport() undoes the codings of the handler", async (t) => {
  const client = clientOf(t, (request) => {
    assert(request.headers.get("accept-encoding")?.includes("gzip"));
    const body = new Blob(["plain"]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Response(body, { headers: { "content-encoding": "gzip" } });
  });
  assertEquals(await client.get("/").text(), "plain");
});

test("handlerTransport() aborts the signal of the request with the call", async (t) => {
  let seen: AbortSignal | undefined;
  const client = clientOf(t, (request) => {
    seen = request.signal;
    return new Promise(() => {});
  });
  const controller = new AbortController();
  const going = client.fetch("/", { signal: controller.signal }).catch((error) => error);
  await Promise.resolve();
  controller.abort("enough");
  assertStrictEquals(await going, "enough");
  assertEquals(seen?.aborted, true);
});

const FAILING: readonly [what: string, handler: WebServer, message: string][] = [
  ["throws", () => {
    throw new Error("mine");
  }, "mine"],
  ["rejects", () => Promise.reject(new Error("mine")), "mine"],
  ["returns no Response", () => "hi" as unknown as Response, "no Response"],
  ["returns a Response that was read", async () => {
    const response = new Response("once");
    await response.text();
    return response;
  }, "was read already"],
];

for (const [what, handler, message] of FAILING) {
  test(`handlerTransport() fails with the cause when the handler ${what}`, async (t) => {
    const error = await assertRejects(async () => await clientOf(t, handler).get("/"), TransportError, message);
    assertEquals([error.code, error.attempts.length], ["HANDLER_FAILED", 1]);
    assert(error.cause instanceof Error);
  });
}

test("handlerTransport() takes the options of a client that is made for sockets", async (t) => {
  const client = clientOf(t, () => new Response("ok"), {
    tls: { verify: true },
    timeout: { connect: 5 },
    pool: { max: 1 },
  });
  assertEquals(await client.get("/").text(), "ok");
  await client.close({ deadline: 10 });
  assertThrows(() => handlerTransport("x" as never), TypeError, "a function");
});
