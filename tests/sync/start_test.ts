/** The start of the worker: what it needs, and what is told when it fails. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bootstrapOf } from "../../src/sync/bootstrap.ts";
import { bridge } from "../../src/sync/bridge.ts";
import { showCaller } from "../../src/sync/caller_stack.ts";
import { Channel, LostWorker } from "../../src/sync/channel.ts";
import { Client, UnsupportedRuntimeError } from "../../sync.ts";
import { urlOf } from "../support/behaviour.ts";
import { runScript } from "../support/child.ts";
import { origin } from "../support/origin.ts";
import { runtimeName } from "../support/runtime.ts";
import { test } from "../support/suite.ts";
import { inThreads } from "../support/threads.ts";

const server = await origin();
const echo = `${server.http}/echo`;

test("a worker that cannot load the library fails at once, and tells why", (t) => {
  const channel = new Channel(new URL("nowhere/src/sync/worker.ts", import.meta.url).href, () => {});
  t.after(() => channel.end());
  const start = performance.now();
  assertThrows(() => channel.receive(), LostWorker, "nowhere");
  assert(performance.now() - start < 5_000, "it waited for a sign of life");
  assertEquals(channel.isAlive, false);
});

test("a library that was bundled with the program is refused before anything runs twice", () => {
  for (
    const entry of [undefined, "file:///app/dist/main.js", "file:///app/worker.js", "file:///src/sync/worker.js.mjs"]
  ) {
    assertThrows(() => bootstrapOf(entry), UnsupportedRuntimeError, "external of the bundler");
    assertThrows(() => new Channel(entry, () => {}), UnsupportedRuntimeError);
  }
  for (
    const entry of [
      "file:///a/node_modules/@jetstream/client/src/sync/worker.js",
      "https://r.test/src/sync/worker.ts?v",
    ]
  ) {
    assert(decodeURIComponent(bootstrapOf(entry).href).includes(JSON.stringify(entry)));
  }
});

if (runtimeName() === "deno") {
  test("the error names the permission that a library in files needs", async () => {
    const result = await runScript("tests/support/scripts/sync_life.ts", {
      args: ["exit", echo],
      permissions: ["--no-lock", `--allow-net=${new URL(server.http).host}`],
    });
    assert(result.stderr.includes("it could not start") && result.stderr.includes("--allow-read"), result.stderr);
    assertEquals(result.code, 1);
  });
}

test("a program may give its own worker data of any name", async () => {
  const data = { url: echo, calls: 2, jetstream: { of: "the program" } };
  assertEquals(await inThreads<number>("tests/support/scripts/sync_thread.ts", 1, data), [400]);
});

test("frames of a file of the caller's stay, whatever its path ends with", () => {
  const error = new Error("made elsewhere");
  const entry = (): never => {
    throw showCaller(error, entry);
  };
  const line = "    at mine (file:///home/ana/src/sync/client.ts:1:1)";
  const prepare = Error as unknown as { captureStackTrace(error: Error): void };
  const { captureStackTrace } = prepare;
  prepare.captureStackTrace = (target) => void (target.stack = `Error\n${line}\n    at last (file:///a.ts:1:1)`);
  try {
    assertThrows(entry, Error);
  } finally {
    prepare.captureStackTrace = captureStackTrace;
  }
  assertEquals(error.stack?.split("\n")[1], line);
});

test("closing a client whose worker is gone starts none", () => {
  const client = new Client();
  bridge().end();
  client.close();
  const other = new Client();
  const { generation } = bridge();
  bridge().end();
  other.close();
  assertEquals(bridge().has(generation), false);
  assertEquals(bridge().generation, generation + 1);
});

test("the next worker gets the options as they were given, iterators included", (t) => {
  const headers: Record<string, string> = { "X-Kept": "1" };
  const pairs = new Map([["q", "1"]]);
  const client = new Client({ headers, params: pairs.entries() as never });
  t.after(() => client.close());
  headers["X-Kept"] = "2";
  bridge().end();
  const response = client.get(echo);
  const { headers: sent } = response.json() as { headers: Record<string, string> };
  assertEquals([sent["x-kept"], response.url.endsWith("?q=1")], ["1", true]);
});

test("a client has the layers that its parent had when it was made, in the next worker too", (t) => {
  const seen: string[] = [];
  const layered = (client: Client, name: string): Client =>
    client.use((request, next) => {
      seen.push(name);
      return next(request);
    });
  const parent = layered(new Client(), "before");
  t.after(() => parent.close());
  const child = layered(parent.extend(), "child");
  layered(parent, "after");
  const told = () => {
    child.get(echo);
    parent.get(echo);
    return seen.splice(0);
  };
  const expected = ["before", "child", "before", "after"];
  assertEquals(told(), expected);
  bridge().end();
  assertEquals(told(), expected);
  bridge().end();
  parent.get(echo);
  seen.length = 0;
  layered(parent, "later");
  assertEquals(told(), [...expected, "later"]);
});

test("a promise of a function whose answer nobody awaits is a TypeError too", (t) => {
  const client = new Client();
  t.after(() => client.close());
  async function later(): Promise<void> {
    await Promise.resolve();
  }
  assertThrows(() => client.get(echo, { onDownloadProgress: later }), TypeError, '"later" returned a promise');
  assertThrows(() => client.post(echo, { body: "a", onUploadProgress: later }), TypeError, "returned a promise");
  const told = new Client({ onEvent: later });
  assertThrows(() => told.get(echo), TypeError, "returned a promise");
  assertStrictEquals(client.get(urlOf(server.http, "/text", { body: "a" })).text(), "a");
});
