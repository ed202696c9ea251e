import { assertEquals } from "@std/assert";
import { problemOf } from "../../src/http/problem.ts";
import { test } from "../support/suite.ts";

test("problemOf() keeps members of the right type and all extensions", () => {
  const problem = problemOf({
    type: "about:blank",
    title: "T",
    status: 403,
    detail: "D",
    instance: "/1",
    balance: [30],
  })!;
  assertEquals({ ...problem }, {
    type: "about:blank",
    title: "T",
    status: 403,
    detail: "D",
    instance: "/1",
    balance: [30],
  });
  const wrong = problemOf({ type: 1, title: {}, status: "403", detail: null, instance: [], x: null })!;
  assertEquals({ ...wrong }, { x: null });
  for (const status of [99, 600, 403.5]) assertEquals({ ...problemOf({ status })! }, {});
});

test("problemOf() knows objects only", () => {
  for (const document of [null, 1, "x", [], undefined]) assertEquals(problemOf(document), undefined);
});

test("problemOf() gives magic members no power", () => {
  const problem = problemOf(JSON.parse('{"__proto__":{"title":"x"},"constructor":1}'))!;
  assertEquals([Object.getPrototypeOf(problem), problem.title, problem["constructor"]], [null, undefined, 1]);
});
