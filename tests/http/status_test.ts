import { assertEquals } from "@std/assert";
import { isNullBodyStatus, isRedirect, isSuccess, isTransient, reasonPhrase } from "../../src/http/status.ts";
import { test } from "../support/suite.ts";

const ALL = Array.from({ length: 900 }, (_, at) => at + 100);

test("statuses have the classes that the RFCs give them", () => {
  assertEquals(ALL.filter(isRedirect), [301, 302, 303, 307, 308]);
  assertEquals(ALL.filter(isTransient), [408, 429, 500, 502, 503, 504]);
  assertEquals(ALL.filter(isNullBodyStatus), [101, 103, 204, 205, 304]);
  assertEquals([ALL.filter(isSuccess).length, isSuccess(199), isSuccess(200), isSuccess(299), isSuccess(300)], [
    100,
    false,
    true,
    true,
    false,
  ]);
});

test("reasonPhrase() knows registered statuses", () => {
  assertEquals([200, 404, 418, 999].map(reasonPhrase), ["OK", "Not Found", "", ""]);
  assertEquals(reasonPhrase("constructor" as unknown as number), "");
});
