import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPError, TimeoutError } from "../../mod.ts";
import { behaviour } from "../support/behaviour.ts";

/** What the server says of the request it saw. */
interface Echo {
  method: string;
  text: string;
  headers: Record<string, string>;
}

behaviour("the verbs of a client send the method of their name", async ({ client, url }) => {
  const c = client();
  const calls = [
    ["GET", await c.get(url("/echo"))],
    ["OPTIONS", await c.options(url("/echo"))],
    ["POST", await c.post(url("/echo"))],
    ["PUT", await c.put(url("/echo"))],
    ["PATCH", await c.patch(url("/echo"))],
    ["DELETE", await c.delete(url("/echo"))],
    ["QUERY", await c.query(url("/echo"), { body: "q" })],
    ["PURGE", await c.request("PURGE", url("/echo"))],
  ] as const;
  for (const [method, response] of calls) {
    assertEquals(response.status, 200, `${method}: ${response.text()}`);
    assertEquals((response.json() as Echo).method, method);
  }
  const headed = await c.head(url("/echo"));
  assertEquals([headed.status, headed.content.length], [200, 0]);
});

behaviour("the verbs of the module share one client and close() ends it", async ({ lib, url, after }) => {
  const { close, del, get, head, options, patch, post, put, query, request, stream } = lib;
  after(() => close());
  const calls = [
    await get(url("/echo")),
    await options(url("/echo")),
    await post(url("/echo")),
    await put(url("/echo")),
    await patch(url("/echo")),
    await del(url("/echo")),
    await lib.delete(url("/echo")),
    await query(url("/echo"), { body: "q" }),
    await request("REPORT", url("/echo")),
  ];
  assertEquals(
    calls.map((response) => (response.json() as Echo).method),
    ["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "DELETE", "QUERY", "REPORT"],
  );
  assertEquals(new Set(calls.map((response) => (response.json() as { connection: number }).connection)).size, 1);
  assertEquals((await head(url("/status/404"))).status, 404);
  const streamed = await stream("GET", url("/bytes/10"));
  assertEquals((await streamed.read()).content.length, 10);
  await close();
  assertEquals((await get(url("/echo"))).status, 200);
});

behaviour(
  "methods of the registry may be written in lower case, others are taken as they are",
  async ({ client, url }) => {
    const c = client();
    assertEquals(((await c.request("get", url("/echo"))).json() as Echo).method, "GET");
    assertEquals(((await c.request("patch", url("/echo"))).json() as Echo).method, "PATCH");
    await assertRejects(async () => await c.request("G ET", url("/echo")), TypeError, "expected a token");
  },
);

behaviour("a response has its head, its body and its facts as plain members", async ({ client, url }) => {
  const response = await client().get(url("/echo", { h: ["X-One: 1", "X-Two: 2", "X-One: 3"] }));
  assertEquals([response.status, response.ok], [200, true]);
  assertEquals(response.headers.get("x-one"), "1, 3");
  assertEquals(response.rawHeaders.filter(([name]) => /^x-/i.test(name)).map(([, value]) => value), [
    "1",
    "3",
    "2",
  ]);
  assert(response.url.endsWith("/echo?h=X-One%3A+1&h=X-Two%3A+2&h=X-One%3A+3"));
  assertEquals(JSON.parse(response.text()), response.json());
  assertEquals(new TextDecoder().decode(response.content), response.text());
  assertStrictEquals(response.bytes(), response.content);
  assertEquals(await response.blob().text(), response.text());
  assertEquals([response.history, response.attempts.length, response.request.method], [[], 1, "GET"]);
  const { total, ...phases } = response.timings;
  assert(
    Math.abs(Object.values(phases).reduce((sum, phase) => sum + phase, 0) - total) <= 1,
    JSON.stringify(response.timings),
  );
  assert(response.connection?.remoteAddress?.startsWith("127.0.0.1:"));
});

behaviour("a response says the version of HTTP and the words of its status", async ({ client, url }) => {
  const { statusText, httpVersion, connection } = await client().get(url("/echo"));
  assertEquals([statusText, httpVersion, connection?.protocol], ["OK", "1.1", "http/1.1"]);
});

behaviour("toWeb() gives a real web response", async ({ client, url }) => {
  const web = (await client().get(url("/text", { body: "hi", type: "text/plain" }))).toWeb();
  assert(web instanceof Response);
  assertEquals([web.status, web.headers.get("content-type"), await web.text()], [200, "text/plain", "hi"]);
});

behaviour("awaiting a call never raises for a status", async ({ client, url }) => {
  const response = await client({ retry: false }).get(url("/status/503", { body: "down" }));
  assertEquals([response.status, response.ok, response.text()], [503, false, "down"]);
});

behaviour("raiseForStatus() raises with the response, a snippet and a safe message", async ({ client, url }) => {
  const c = client({ retry: false });
  const response = await c.get(url("/status/404", { body: "nothing here" }));
  let raised: unknown;
  try {
    response.raiseForStatus();
  } catch (error) {
    raised = error;
  }
  assert(raised instanceof HTTPError);
  assertEquals([raised.status, raised.code, raised.bodySnippet], [404, "HTTP_STATUS", "nothing here"]);
  assertStrictEquals(raised.response, response);
  const fine = await c.get(url("/status/201"));
  assertStrictEquals(fine.raiseForStatus(), fine);
});

behaviour("the shortcuts of a pending call raise for a status and send once", async ({ client, url, id }) => {
  const c = client({ retry: false });
  await assertRejects(async () => await c.get(url("/status/404")).json(), HTTPError);
  await assertRejects(async () => await c.get(url("/status/500")).text(), HTTPError);
  await assertRejects(async () => await c.get(url("/status/400")).bytes(), HTTPError);
  const pending = c.get(url("/sequence", { id, statuses: "200" }));
  assertEquals(await pending.json(), { turn: 0 });
  assertEquals((await pending).json(), { turn: 0 });
  assertEquals((await c.get(url("/seen", { id })).json() as unknown[]).length, 1);
});

behaviour("get(url).raiseForStatus().json() is the same line for both clients", async ({ client, url }) => {
  const c = client({ retry: false });
  assertEquals(await c.get(url("/text", { body: '{"a":1}' })).raiseForStatus().json(), { a: 1 });
  await assertRejects(async () => await c.get(url("/status/404")).raiseForStatus().json(), HTTPError);
});

behaviour("a call that nobody awaits starts all the same", async ({ client, url, id }) => {
  const c = client();
  const pending = c.get(url("/sequence", { id, statuses: "200" }));
  await c.get(url("/delay/50"));
  assertEquals((await c.get(url("/seen", { id })).json() as unknown[]).length, 1);
  await pending;
});

behaviour("result never rejects", async ({ client, url }) => {
  const c = client({ retry: false });
  const fine = await c.result.get(url("/echo"));
  assert(fine.ok && fine.value.status === 200);
  const status = await c.result.post(url("/status/500"));
  assert(status.ok && status.value.status === 500);
  const late = await c.result.get(url("/delay/2000"), { timeout: 50 });
  assert(!late.ok && late.error instanceof TimeoutError);
  const misuse = await c.result.get("not a url");
  assert(!misuse.ok && misuse.error instanceof TypeError);
  const verbs = await Promise.all([
    c.result.head(url("/echo")),
    c.result.options(url("/echo")),
    c.result.put(url("/echo")),
    c.result.patch(url("/echo")),
    c.result.delete(url("/echo")),
    c.result.query(url("/echo")),
  ]);
  assertEquals(verbs.map((result) => result.ok), [true, true, true, true, true, true]);
});
