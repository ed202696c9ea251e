import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ParamValue } from "../../src/http/params.ts";
import { fillTemplate } from "../../src/http/path_template.ts";
import { test } from "../support/suite.ts";

const GIVES: readonly [template: string, values: Record<string, ParamValue>, filled: string][] = [
  ["/users/{id}", { id: 7 }, "/users/7"],
  ["/users/{id}", { id: 12n }, "/users/12"],
  ["/users/{id}", { id: true }, "/users/true"],
  ["/users/{id}", { id: new Date(0) }, "/users/1970-01-01T00%3A00%3A00.000Z"],
  ["/users/{id}", { id: "a/b" }, "/users/a%2Fb"],
  ["/users/{id}", { id: "a?b#c%d" }, "/users/a%3Fb%23c%25d"],
  ["/users/{id}", { id: "a b\té\r\n" }, "/users/a%20b%09%C3%A9%0D%0A"],
  ["/users/{id}", { id: "{x}" }, "/users/%7Bx%7D"],
  ["/users/{id}", { id: "%2e%2e" }, "/users/%252e%252e"],
  ["/users/{id}", { id: "//evil" }, "/users/%2F%2Fevil"],
  ["/{a}/{b}/{a}", { a: 1, b: 2 }, "/1/2/1"],
  ["/v{a}.{b}", { a: 1, b: 2 }, "/v1.2"],
  ["/x{a}", { a: "..." }, "/x..."],
  ["{a}/x", { a: "http:" }, "http%3A/x"],
  ["https://a.test/{a}?q={b}#{c}", { a: 1, b: "&", c: "#" }, "https://a.test/1?q=%26#%23"],
  ["/static", {}, "/static"],
];

for (const [template, values, filled] of GIVES) {
  test(`fillTemplate() makes ${filled} of ${template}`, () => assertEquals(fillTemplate(template, values), filled));
}

const THROWS: readonly [template: string, values: unknown, message: string][] = [
  ["/users/{id}", {}, 'no value for "id"'],
  ["/users/{id}", { id: undefined }, 'no value for "id"'],
  ["/users/{id}", { id: null }, "its value is null"],
  ["/users/{id}", { id: "" }, 'the value of "id" is empty'],
  ["/users/{id}", { id: "." }, '"." or ".." segment'],
  ["/users/{id}", { id: ".." }, '"." or ".." segment'],
  ["/users/{id}", { id: "../admin" }, '"." or ".." segment'],
  ["/users/{id}", { id: "a\\..\\b" }, '"." or ".." segment'],
  ["/users/{a}{b}", { a: "x", b: ".." }, '"." or ".." segment'],
  ["/users/.{a}", { a: "..x".slice(0, 1) }, '"." or ".." segment'],
  ["/users/{id}", { id: NaN }, "its value is NaN"],
  ["/users/{id}", { id: new Date(NaN) }, "invalid Date"],
  ["/users/{id}", { id: {} }, "of type object"],
  ["/users/{id}", { id: "\ud800" }, "surrogate"],
  ["/users/{id}", { id: 1, other: 2 }, 'no place for "other"'],
  ["/users/{constructor}", {}, 'no value for "constructor"'],
  ["/users/{__proto__}", {}, 'no value for "__proto__"'],
  ["/users/{id", { id: 1 }, "a brace is not part of a name"],
  ["/users/id}", { id: 1 }, "a brace is not part of a name"],
  ["/users/{}", { id: 1 }, "a brace is not part of a name"],
  ["/users/{{id}}", { id: 1 }, "a brace is not part of a name"],
  ["https://{host}/x", { host: "evil" }, "in the authority"],
  ["https://a.test:{port}", { port: 1 }, "in the authority"],
  ["//{host}/x", { host: "evil" }, "in the authority"],
  ["/x", null, "expected an object"],
];

for (const [template, values, message] of THROWS) {
  test(`fillTemplate() refuses ${template} with ${show(values)}`, () => {
    assertThrows(() => fillTemplate(template, values as Record<string, ParamValue>), TypeError, message);
  });
}

function show(values: unknown): string {
  return values === null
    ? "null"
    : JSON.stringify(Object.entries(values as object).map(([name, value]) => `${name}=${value}`));
}

test("fillTemplate() reads own members only, also with a polluted prototype", (t) => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  t.after(() => delete prototype["id"]);
  prototype["id"] = "stolen";
  assertThrows(() => fillTemplate("/users/{id}", {}), TypeError, "no value");
});

test("fillTemplate() keeps the number of segments for every value", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (value) => {
    let filled;
    try {
      filled = fillTemplate("/a/{id}/b", { id: value });
    } catch (error) {
      return error instanceof TypeError;
    }
    const url = new URL(filled, "https://a.test");
    const segments = url.pathname.split("/");
    return url.host === "a.test" && url.search === "" && url.hash === "" && segments.length === 4 &&
      decodeURIComponent(segments[2]!) === value;
  }));
});
