import { assertEquals, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { UnsupportedRuntimeError } from "../../src/errors.ts";
import { detectRuntime, type HostTraces, nameRuntime } from "../../src/net/detect.ts";
import { EdgeRuntime } from "../../src/net/runtime_edge.ts";
import { runtimeVersion } from "../support/runtime.ts";
import { runtimeName, test } from "../support/suite.ts";

const node = { process: { versions: { node: "24.0.0" } } };

const ROWS: readonly [what: string, host: HostTraces, name: string][] = [
  ["Deno", { ...node, Deno: { version: { deno: "2.0.0" } }, navigator: { userAgent: "Deno/2.0.0" } }, "deno"],
  ["Bun", { ...node, Bun: { version: "1.0.0" } }, "bun"],
  ["Node", node, "node"],
  ["Cloudflare", { navigator: { userAgent: "Cloudflare-Workers" } }, "edge"],
  ["Cloudflare that poses as Node", { ...node, navigator: { userAgent: "Cloudflare-Workers" } }, "edge"],
  ["a browser", { navigator: { userAgent: "Mozilla/5.0" } }, "edge"],
  ["a test that shims Deno on Node", { ...node, Deno: {} }, "node"],
  ["nothing", {}, "edge"],
];

for (const [what, host, name] of ROWS) {
  test(`nameRuntime() knows ${what}`, () => assertEquals(nameRuntime(host), name));
}

test("nameRuntime() does not touch process in Deno", () => {
  const host = {
    Deno: { version: { deno: "2.0.0" } },
    get process(): never {
      throw new Error("touched");
    },
  };
  assertEquals(nameRuntime(host), "deno");
});

test("detectRuntime() finds the runtime of this process, once", () => {
  const runtime = detectRuntime();
  assertEquals([runtime.name, runtime === detectRuntime()], [runtimeName(), true]);
  const names = { deno: "Deno", bun: "Bun", node: "Node" };
  assertEquals(runtime.agent, `${names[runtimeName()]}/${runtimeVersion()}`);
  assertEquals(runtime.connector?.resolvesNames, runtimeName() === "deno");
});

test("EdgeRuntime says what it cannot do", async () => {
  const edge = new EdgeRuntime();
  assertEquals([edge.name, edge.connector, edge.files], ["edge", undefined, undefined]);
  await assertRejects(() => edge.lookup("a.test"), UnsupportedRuntimeError, "Cannot resolve a.test");
  await assertRejects(() => edge.dnsQuery("192.0.2.1"), UnsupportedRuntimeError, "192.0.2.1");
});

test("lookup() finds localhost in the hosts file", async () => {
  const addresses = await detectRuntime().lookup("localhost", new CancelToken());
  assertEquals(addresses.some(({ address, family }) => address === "127.0.0.1" && family === 4), true);
  assertEquals(addresses.every(({ ttl }) => ttl === undefined), true);
});

test("lookup() on a cancelled token rejects with its reason", async () => {
  const cancel = new CancelToken();
  const reason = new Error("enough");
  cancel.cancel(reason);
  const error = await detectRuntime().lookup("localhost", cancel).then(() => undefined, (error) => error);
  assertEquals(error === reason, true);
});

test("hash() computes every digest", () => {
  const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const data = new TextEncoder().encode("abc");
  const runtime = detectRuntime();
  assertEquals(hex(runtime.hash("md5", data)), "900150983cd24fb0d6963f7d28e17f72");
  assertEquals(hex(runtime.hash("sha-1", data)), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assertEquals(hex(runtime.hash("sha-256", data)).slice(0, 16), "ba7816bf8f01cfea");
  assertEquals(hex(runtime.hash("sha-512", data)).slice(0, 16), "ddaf35a193617aba");
  assertEquals(hex(runtime.hash("sha-512-256", data)).slice(0, 16), "53048e2681941ef9");
});
