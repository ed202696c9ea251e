import { assertEquals, assertThrows } from "@std/assert";
import { bodyFrom, type BodyOptions } from "../../../src/http/bodies/body_options.ts";
import { test } from "../../support/suite.ts";

test("bodyFrom() makes the body of the one option that is set", () => {
  const kinds = (options: BodyOptions) => bodyFrom(options)?.kind;
  assertEquals(kinds({ json: { a: 1 } }), "JSON");
  assertEquals(kinds({ json: null }), "JSON");
  assertEquals(kinds({ form: { a: 1 } }), "a form");
  assertEquals(kinds({ multipart: { a: 1 } }), "a multipart form");
  assertEquals(kinds({ body: "x" }), "a string");
  assertEquals(kinds({ body: "" }), "a string");
});

test("bodyFrom() makes none of what is not set", () => {
  assertEquals(bodyFrom({}), null);
  assertEquals(bodyFrom({ json: undefined, form: undefined, multipart: null, body: null }), null);
});

test("bodyFrom() refuses two and names both", () => {
  const rows: [BodyOptions, string][] = [
    [{ json: null, body: "" }, "json and body"],
    [{ form: {}, multipart: {} }, "form and multipart"],
    [{ json: 1, form: {}, multipart: {}, body: "x" }, "json and form and multipart and body"],
  ];
  for (const [options, names] of rows) assertThrows(() => bodyFrom(options), TypeError, `Cannot send ${names} in one`);
});

test("bodyFrom() hands the encoder to json", () => {
  assertEquals(bodyFrom({ json: 1 }, () => "two")!.length, 3);
});
