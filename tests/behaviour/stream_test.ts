import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyTooLargeError, BodyUsedError, HTTPError, IncompleteReadError, PoolError, SchemaError } from "../../mod.ts";
import { behaviour } from "../support/behaviour.ts";

/** Byte `at` of the server's pattern. */
const patternAt = (at: number): number => at % 251;

behaviour("iterBytes() yields the whole body in order", async ({ client, url }) => {
  const response = await client().stream("GET", url("/bytes/1000003"));
  let at = 0;
  let right = true;
  for await (const chunk of response.iterBytes()) {
    for (const byte of chunk) right &&= byte === patternAt(at++);
  }
  assertEquals([at, right], [1_000_003, true]);
});

behaviour("chunks of iterBytes() stay whole after the next one was asked for", async ({ client, url }) => {
  const response = await client().stream("GET", url("/bytes/500000", { chunked: 1, step: 777 }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.iterBytes()) chunks.push(chunk);
  let at = 0;
  for (const chunk of chunks) {
    for (const byte of chunk) if (byte !== patternAt(at++)) throw new Error(`Byte ${at - 1} was overwritten`);
  }
  assertEquals(at, 500_000);
});

behaviour("iterBytes({ size }) yields equal parts", async ({ client, url }) => {
  const response = await client().stream("GET", url("/bytes/10", { chunked: 1, step: 3 }));
  const sizes: number[] = [];
  for await (const chunk of response.iterBytes({ size: 4 })) sizes.push(chunk.length);
  assertEquals(sizes, [4, 4, 2]);
});

behaviour("iterText() and iterLines() split characters and lines right", async ({ client, url }) => {
  const body = "grün\r\nblau\n\nletzte";
  const c = client();
  let text = "";
  const texts = await c.stream("GET", url("/text", { body }));
  for await (const part of texts.iterText()) text += part;
  assertEquals(text, body);
  const lines: string[] = [];
  const lined = await c.stream("GET", url("/text", { body }));
  for await (const line of lined.iterLines()) lines.push(line);
  assertEquals(lines, ["grün", "blau", "", "letzte"]);
});

behaviour("iterLines({ max }) refuses a longer line", async ({ client, url }) => {
  const response = await client().stream("GET", url("/text", { body: "x".repeat(100) }));
  await assertRejects(
    async () => {
      for await (const _ of response.iterLines({ max: 10 }));
    },
    BodyTooLargeError,
  );
});

behaviour("iterJson() reads a value per line and checks it by a schema", async ({ client, url }) => {
  const c = client();
  const values: unknown[] = [];
  const response = await c.stream("GET", url("/text", { body: '{"a":1}\n\n{"a":2}\n' }));
  for await (const value of response.iterJson()) values.push(value);
  assertEquals(values, [{ a: 1 }, { a: 2 }]);
  const refusing = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: () => ({ issues: [{ message: "no", path: ["a"] }] }),
    },
  };
  const checked = await c.stream("GET", url("/text", { body: '{"a":1}\n' }));
  const error = await assertRejects(async () => {
    for await (const _ of checked.iterJson(refusing));
  }, SchemaError);
  assertEquals(error.issues, [{ message: "no", path: ["a"] }]);
});

behaviour("body is a web stream", async ({ client, url }) => {
  const response = await client().stream("GET", url("/bytes/100000"));
  const reader = response.body.getReader();
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) length += part.value.length;
  assertEquals(length, 100_000);
});

behaviour("read() brings a streamed body into memory", async ({ client, url }) => {
  const response = await client().stream("GET", url("/echo"));
  const whole = await response.read();
  assertEquals((whole.json() as { method: string }).method, "GET");
  await assertRejects(async () => await response.read(), BodyUsedError);
});

behaviour("a streamed body is read once, in one way", async ({ client, url }) => {
  const response = await client().stream("GET", url("/bytes/10"));
  for await (const _ of response.iterBytes());
  await assertRejects(async () => {
    for await (const _ of response.iterBytes());
  }, BodyUsedError);
});

behaviour("discard() gives a small rest's connection back, and cuts a large one", async ({ client, url }) => {
  const c = client();
  const small = await c.stream("GET", url("/bytes/1000"));
  await small.discard();
  assertEquals([c.stats().busy, c.stats().idle], [0, 1]);
  const large = await c.stream("GET", url("/bytes/50000000"));
  await large.discard();
  assertEquals([c.stats().busy, c.stats().idle], [0, 0]);
});

behaviour("leaving the loop early frees the connection", async ({ client, url }) => {
  const c = client();
  const response = await c.stream("GET", url("/bytes/50000000"));
  for await (const chunk of response.iterBytes()) {
    assert(chunk.length > 0);
    break;
  }
  assertEquals(c.stats().busy, 0);
});

behaviour("a stream outlives a client that shares its pool, and its events are still told", async ({ client, url }) => {
  const c = client();
  const events: string[] = [];
  const derived = c.extend({ onEvent: ({ type }) => void events.push(type) });
  const response = await derived.stream("GET", url("/bytes/300000"));
  await derived.close();
  await assertRejects(async () => await derived.get(url("/echo")), PoolError, "the client is closed");
  assertEquals((await response.read()).content.length, 300_000);
  assertEquals(c.stats().calls, 0);
  assert(events.includes("end"), events.join());
});

behaviour("a streamed response raises for a status when asked", async ({ client, url }) => {
  const response = await client({ retry: false }).stream("GET", url("/status/404", { body: "gone" }));
  let raised: unknown;
  try {
    response.raiseForStatus();
  } catch (error) {
    raised = error;
  }
  assert(raised instanceof HTTPError);
  await response.discard();
});

behaviour("a body cut short is an error with the counts, buffered and streamed", async ({ client, url }) => {
  const c = client({ retry: false });
  const cut = { size: 10, steps: "cut:3" };
  const buffered = await assertRejects(async () => await c.get(url("/file", cut)), IncompleteReadError);
  assertEquals([buffered.received, buffered.expected, buffered.progress], [3, 10, "answered"]);
  const response = await c.stream("GET", url("/file", cut));
  await assertRejects(async () => {
    for await (const _ of response.iterBytes());
  }, IncompleteReadError);
});

behaviour("trailers are there after the end", async ({ client, url }) => {
  const c = client();
  assertEquals((await c.get(url("/trailers"))).trailers.get("x-checksum"), "abc");
  const response = await c.stream("GET", url("/trailers"));
  for await (const _ of response.iterBytes());
  assertEquals(response.trailers?.get("x-checksum"), "abc");
});

behaviour("pieces that came together over TLS can each be transferred away", async ({ client, origin }) => {
  const c = client({ tls: { extraCa: origin.ca } });
  const response = await c.stream("GET", `${origin.https}/bytes/300000?chunked=1&step=1500`);
  let at = 0;
  for await (const chunk of response.toWeb().body!) {
    assert(chunk.every((byte, index) => byte === (at + index) % 251));
    at += chunk.length;
    // As a web stream does with what it is given.
    structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] });
  }
  assertEquals(at, 300_000);
});
