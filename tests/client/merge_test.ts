import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type KeptOptions, mergeOptions } from "../../src/client/merge.ts";
import { CLIENT_OPTION_NAMES, REQUEST_OPTION_NAMES } from "../../src/client/option_table.ts";
import { test } from "../support/suite.ts";

const merge = (under: object, over: object): KeptOptions =>
  mergeOptions(mergeOptions<KeptOptions>({}, under, CLIENT_OPTION_NAMES), over, REQUEST_OPTION_NAMES);

test("mergeOptions() merges headers by name and keeps the rest", () => {
  const merged = merge(
    { headers: { Accept: "a", "X-One": "1", "X-Two": "2" } },
    { headers: { accept: "b", "X-Two": null, "X-Three": ["3", "4"] } },
  );
  assertEquals(merged.headers!.pairs, [["X-One", "1"], ["accept", "b"], ["X-Three", "3"], ["X-Three", "4"]]);
});

test("mergeOptions() appends params and hooks", () => {
  const one = () => undefined;
  const two = () => undefined;
  const merged = merge(
    { params: { a: 1 }, hooks: { request: [one] } },
    { params: { b: 2 }, hooks: { request: [two], response: [two] } },
  );
  assertEquals(String(merged.params), "a=1&b=2");
  assertEquals(merged.hooks, { request: [one, two], response: [two] });
});

test("mergeOptions() removes with null, skips undefined and replaces all else", () => {
  const merged = merge(
    { timeout: { read: 1, head: 2 }, retry: 5, auth: ["u", "p"], redirect: 3 },
    { timeout: { read: 7 }, retry: null, auth: undefined },
  );
  assertEquals(merged.timeout, { read: 7 });
  assertEquals("retry" in merged, false);
  assertEquals([merged.auth, merged.redirect], [["u", "p"], 3]);
});

test("mergeOptions() keeps null as a value of json", () => {
  assertEquals("json" in merge({}, { json: null }), true);
});

test("mergeOptions() changes neither side", () => {
  const under = Object.freeze({ headers: Object.freeze({ a: "1" }), params: Object.freeze({ a: 1 }) });
  const over = Object.freeze({ headers: Object.freeze({ b: "2" }) });
  const merged = merge(under, over);
  assertEquals([under.headers, over.headers], [{ a: "1" }, { b: "2" }]);
  const again = merge({}, {});
  assertStrictEquals(again.headers, undefined);
  assertEquals(merged.headers!.length, 2);
});

test("mergeOptions() refuses options out of place and unknown hooks", () => {
  assertThrows(() => mergeOptions({}, { json: 1 }, CLIENT_OPTION_NAMES), TypeError);
  assertThrows(() => mergeOptions({}, { pool: {} }, REQUEST_OPTION_NAMES), TypeError);
  assertThrows(
    () => mergeOptions({}, { hooks: { requests: [] } }, CLIENT_OPTION_NAMES),
    TypeError,
    'did you mean "request"',
  );
  assertThrows(
    () => mergeOptions({}, { hooks: { request: () => {} } }, CLIENT_OPTION_NAMES),
    TypeError,
    "an array of functions",
  );
  assertThrows(
    () => mergeOptions({}, { hooks: { request: [1] } }, CLIENT_OPTION_NAMES),
    TypeError,
    '"hooks.request[0]"',
  );
});

test("a polluted Object.prototype adds no option", () => {
  const prototype = Object.prototype as { unix?: string };
  prototype.unix = "/run/evil.sock";
  try {
    const merged = merge({}, {});
    assertEquals(Object.keys(merged), []);
    assertEquals((merged as { unix?: string }).unix, undefined);
  } finally {
    delete prototype.unix;
  }
});
