import { assertEquals, assertThrows } from "@std/assert";
import { Client } from "../../mod.ts";
import { resolveGuard } from "../../src/client/guard_options.ts";
import { test } from "../support/suite.ts";

test("resolveGuard() is none where none is given", () => {
  assertEquals([resolveGuard(null), resolveGuard(undefined)], [null, null]);
});

test("resolveGuard() refuses what it cannot read, and never skips an entry", () => {
  const rows: readonly (readonly [value: unknown, error: typeof TypeError | typeof RangeError])[] = [
    ["private", RangeError],
    [true, TypeError],
    [false, TypeError],
    [{ bas: "any" }, TypeError],
    [{ base: "all" }, RangeError],
    [{ allow: "a.test" }, TypeError],
    [{ allow: ["10.0.0.0/33"] }, RangeError],
    [{ allow: ["10.0.0/8"] }, RangeError],
    [{ deny: ["http://a.test/"] }, RangeError],
    [{ deny: [""] }, RangeError],
    [{ deny: ["a b"] }, RangeError],
    [{ deny: ["a.test:99999"] }, RangeError],
    [{ hosts: [1] }, TypeError],
    [{ proxies: ["10.0.0.0/-1"] }, RangeError],
    [{ sockets: "/run/a.sock" }, TypeError],
    [{ check: true }, TypeError],
  ];
  for (const [value, error] of rows) assertThrows(() => resolveGuard(value as never), error, "guard");
});

test("Client refuses a guard that it could not keep", async () => {
  const transport = { send: () => Promise.reject(new Error("no")), close: () => Promise.resolve() };
  assertThrows(() => new Client({ guard: "public", transport }), TypeError, '"guard" beside "transport"');
  const client = new Client();
  assertThrows(() => client.extend({ guard: "public" }), TypeError, "expected a new Client");
  await client.close();
});
