/**
 * Owns the attacks on the body of an answer, named by class: bombs and chains of codings (S23, S24), limits on
 * every path (S25), and damaged bodies (L6), which others take for whole.
 * Must not know sockets.
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Coding } from "../../src/core/runtime.ts";
import { BodyTooLargeError, DecodeError, HTTPError } from "../../src/errors.ts";
import { StreamResponse } from "../../src/http/stream_response.ts";
import { encode } from "../support/bodies.ts";
import { coded, codings, noise } from "../support/codings.ts";
import type { Reply } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";
import { Attack, MIB, to } from "./attack.ts";

// S23 and S24: bombs and chains

test("S23: a bomb is found in every coding, buffered and streamed", async (t) => {
  for (const coding of codings()) {
    const bomb = await coded(new Uint8Array(8 * MIB), coding);
    const reply: Reply = { headers: { "Content-Encoding": coding }, body: [bomb] };
    await assertRejects(() => new Attack(t, [reply]).get(), DecodeError, "decompress.maxRatio", coding);
    const attack = new Attack(t, [reply], {}, true);
    const response = new StreamResponse(await attack.get());
    await assertRejects(async () => {
      for await (const chunk of response.iterBytes()) assert(chunk.length <= 8 * MIB);
    }, DecodeError);
    assert(attack.codecs.largest <= 2 * MIB, `${coding}: ${attack.codecs.largest}`);
  }
});

test("S23: a bomb on a redirect, a retry or a raised status is never set off", async (t) => {
  const bomb = await coded(new Uint8Array(8 * MIB), "gzip");
  const headers = { "Content-Encoding": "gzip", Location: "/next" };
  for (const streamed of [false, true]) {
    for (const status of [302, 503]) {
      const attack = new Attack(t, [{ status, headers, body: [bomb] }, {}], { retry: { backoff: () => 0 } }, streamed);
      await attack.timed();
      assertEquals([attack.codecs.log, attack.net.bodies[0]!.ended], [[], "discarded"], `${status}`);
    }
  }
  const raised = new Attack(t, [{ status: 400, headers, body: [bomb] }], { raise: (one) => !one.ok }, true);
  const error = await assertRejects(() => raised.get(), HTTPError) as HTTPError;
  assertEquals([error.status, error.bodySnippet], [400, ""]);
  assert(raised.codecs.largest <= MIB);
});

test("S23: a dropped body is read raw and no further than its limit", async (t) => {
  const flood = new Array<Uint8Array>(64).fill(noise(16 * 1024));
  const attack = new Attack(t, [to("/next", 302, { body: flood }), {}]);
  await attack.get();
  assertEquals(attack.net.bodies[0]!.ended, "cancelled");
  assert(attack.net.bodies[0]!.received <= 65_536 + 16 * 1024);
});

test("S24: codings are counted across repeated lines, and a long chain is no success", async (t) => {
  const rows: readonly (readonly [string, string][])[] = [
    new Array(5).fill(["Content-Encoding", "gzip"]),
    new Array(20).fill(["content-encoding", "gzip"]),
    [["Content-Encoding", "gzip, gzip"], ["Content-Encoding", "gzip"]],
    [["Content-Encoding", "gzip,,gzip, identity"], ["content-encoding", "GZIP"]],
    [["Content-Encoding", "foo, bar, baz"]],
  ];
  const layers = (count: number): Promise<Uint8Array> => coded(encode("x"), ...new Array<Coding>(count).fill("gzip"));
  for (const fields of rows) {
    const body = [await layers(fields.length)];
    for (const streamed of [false, true]) {
      const attack = new Attack(t, [{ headers: [...fields], body }], {}, streamed);
      const error = await assertRejects(async () => {
        const response = await attack.get();
        await new StreamResponse(response).read();
      }, DecodeError);
      assertStringIncludes(error.message, "decompress.maxLayers");
      assertEquals(attack.codecs.log, []);
    }
  }
});

// S25: one limit, every path

test("S25: the limit of a buffered body holds on every path", async (t) => {
  const plain = noise(5_000);
  const gzip = await coded(plain, "gzip");
  const bodies: readonly [name: string, reply: Reply][] = [
    ["announced", { body: [plain], announced: true }],
    ["not announced", { body: [plain] }],
    ["in parts", { body: [plain.subarray(0, 4_000), plain.subarray(4_000)] }],
    ["coded", { headers: { "Content-Encoding": "gzip" }, body: [gzip] }],
    ["coded, announced", { headers: { "Content-Encoding": "gzip" }, body: [gzip], announced: true }],
    ["error status", { status: 404, body: [plain] }],
    ["redirect that is not followed", { status: 302, body: [plain] }],
    ["part", { status: 206, headers: { "Content-Encoding": "gzip" }, body: [gzip] }],
  ];
  const limits = { body: 4_999 };
  for (const [name, reply] of bodies) {
    const ways: readonly [way: string, run: () => Promise<unknown>][] = [
      ["buffered", () => new Attack(t, [reply], { limits }).get()],
      ["redirects off", () => new Attack(t, [reply], { limits, redirect: { max: 0 } }).get()],
      ["after a redirect", () => new Attack(t, [to("/x"), reply], { limits }).get()],
      ["after a retry", () => new Attack(t, [{ status: 503 }, reply], { limits, retry: { backoff: () => 0 } }).timed()],
      ["with progress", () => new Attack(t, [reply], { limits, onDownloadProgress: () => {} }).get()],
      ["asked for a stop", () => new Attack(t, [reply], { limits, redirect: { policy: () => "stop" } }).get()],
      ["read() of a stream", async () => {
        const attack = new Attack(t, [reply], { limits }, true);
        const response = await attack.get();
        try {
          return await response.live!.collect(limits.body);
        } finally {
          response.live?.cancel();
        }
      }],
    ];
    for (const [way, run] of ways) await assertRejects(run, BodyTooLargeError, undefined, `${name}, ${way}`);
  }
});

// L6: damaged bodies

test("L6: a gzip body that lacks 12 bytes is no success", async (t) => {
  const bytes = await coded(noise(100_000), "gzip");
  const cut = bytes.slice(0, bytes.length - 12);
  const attack = new Attack(t, [{ headers: { "Content-Encoding": "gzip" }, body: [cut], announced: true }]);
  const error = await assertRejects(() => attack.get(), DecodeError) as DecodeError;
  assert(error.partial!.length > 90_000);
  assertEquals(error.retryable, false);
});

test("L6: 5 and 20 layers of gzip are no success, 2 are undone", async (t) => {
  for (const count of [2, 5, 20]) {
    const body = [await coded(encode("hello"), ...new Array<Coding>(count).fill("gzip"))];
    const headers = { "Content-Encoding": new Array(count).fill("gzip").join(", ") };
    const attack = new Attack(t, [{ headers, body }]);
    if (count === 2) assertEquals((await attack.get()).text(), "hello");
    else await assertRejects(() => attack.get(), DecodeError, "decompress.maxLayers");
  }
});
