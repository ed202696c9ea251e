import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { jsonBody } from "../../../src/http/bodies/json_body.ts";
import { decode, encode } from "../../support/bodies.ts";
import { test } from "../../support/suite.ts";

test("jsonBody() writes values of JSON", () => {
  const rows: [unknown, string][] = [
    [{ a: 1, b: [true, null, "é"] }, '{"a":1,"b":[true,null,"é"]}'],
    [null, "null"],
    ["x", '"x"'],
    [0, "0"],
    [false, "false"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ a: undefined, b: () => 1 }, "{}"],
  ];
  for (const [value, text] of rows) {
    const body = jsonBody(value);
    assertEquals([decode([body.bytes!]), body.contentType, body.replayable], [text, "application/json", true]);
  }
});

test("jsonBody() refuses what JSON cannot say", () => {
  const circle: Record<string, unknown> = { a: 1n.toString() };
  circle["self"] = circle;
  const rows: [unknown, string][] = [
    [undefined, "Cannot send undefined as JSON: it has no JSON form"],
    [() => 1, "Cannot send a function as JSON: it has no JSON form"],
    [Symbol("x"), "Cannot send a symbol as JSON"],
    [{ toJSON: () => undefined }, "it has no JSON form"],
    [1n, "it holds a bigint"],
    [{ a: [{ b: 1n }] }, "it holds a bigint"],
    [circle, "it refers to itself"],
  ];
  for (const [value, message] of rows) assertThrows(() => jsonBody(value), TypeError, message);
});

test("jsonBody() passes on what a toJSON throws", () => {
  const error = new Error("mine");
  const thrown = assertThrows(() =>
    jsonBody({
      toJSON() {
        throw error;
      },
    })
  );
  assertStrictEquals(thrown, error);
});

test("jsonBody() uses an encoder of text or bytes", () => {
  const big = (value: unknown): string => JSON.stringify(value, (_, one) => typeof one === "bigint" ? `${one}` : one);
  assertEquals(decode([jsonBody({ a: 1n }, big).bytes!]), '{"a":"1"}');
  assertEquals(decode([jsonBody(1, () => encode("bytes")).bytes!]), "bytes");
  assertThrows(() => jsonBody(1, () => undefined as unknown as string), TypeError, "no JSON form");
});
