import { assert, assertEquals, assertNotMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { BodyError, EmptyBodyError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { isBlank, type JsonReading, parseJson, parseJsonLine } from "../../src/http/json.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const parse = (body: string | Uint8Array, reading?: JsonReading, type?: string): unknown =>
  parseJson(
    typeof body === "string" ? encode(body) : body,
    type === undefined ? HeaderList.empty : HeaderList.from({ "Content-Type": type }),
    reading,
  );

test("parseJson() reads UTF-8, with a byte order mark too, and UTF-16 with one", () => {
  assertEquals(parse('{"a":"é"}'), { a: "é" });
  assertEquals(parse('\ufeff{"a":1}'), { a: 1 });
  assertEquals(parse(Uint8Array.of(0xff, 0xfe, 0x31, 0, 0x32, 0)), 12);
  assertEquals(parse(Uint8Array.of(0xfe, 0xff, 0, 0x31)), 1);
  assertEquals(parse('"é"', {}, "application/json; charset=latin1"), "é");
});

test("parseJson() tells an empty body apart", () => {
  for (const body of ["", " \r\n\t", "\ufeff"]) {
    const error = assertThrows(() => parse(body), EmptyBodyError, "it is empty (see jsonOr)");
    assertEquals(error.code, "BODY_EMPTY");
  }
  assertEquals([isBlank("\u00a0"), isBlank("x")], [false, false]);
});

test("parseJson() tells position, length and type, and nothing of the text", () => {
  const error = assertThrows(() => parse('{"token":"hunter2",}', {}, "text/html\t"), BodyError);
  assertEquals(
    error.message,
    'Cannot parse the body as JSON: it is no JSON from position 19 on, of 20, content type "text/html"',
  );
  assertEquals([error.code, error.phase, error.cause], ["BODY_JSON", "body", undefined]);
  assertThrows(() => parse('{"a":'), BodyError, "it ends too early, of 5, content type not given");
  for (const body of ["hunter2", '"hunter2', "{hunter2}", '{"hunter2"', '["hunter2" x]']) {
    assertNotMatch(String(assertThrows(() => parse(body), BodyError).stack), /hunter2/);
  }
});

test("parseJson() hands members to the reviver and passes on what it throws", () => {
  assertEquals(parse('{"a":1}', { reviver: (key, value) => key === "a" ? 2 : value }), { a: 2 });
  const mine = new Error("mine");
  const thrown = assertThrows(() =>
    parse("1", {
      reviver() {
        throw mine;
      },
    })
  );
  assertStrictEquals(thrown, mine);
  assertThrows(() => parse("{", { reviver: (_, value) => value }), BodyError, "it ends too early");
});

test("parseJson() reads with a codec in place of JSON.parse", () => {
  assertEquals(parse("1", { parse: (text) => `${text}!` }), "1!");
  assertEquals(parse("1", { parse: null }), 1);
  const mine = new SyntaxError("mine");
  const fail = (): never => {
    throw mine;
  };
  const error = assertThrows(() => parse("1", { parse: fail }), BodyError, "jsonCodec.parse failed");
  assertStrictEquals(error.cause, mine);
  assertThrows(() => parse("", { parse: fail }), EmptyBodyError);
  assertEquals(parse("1", { parse: fail, reviver: (_, value) => value }), 1);
});

test("parseJson() makes magic keys own members that reach no prototype", () => {
  const value = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as object;
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assert(Object.hasOwn(value, "__proto__"));
  assertEquals(({} as { polluted?: unknown }).polluted, undefined);
});

test("parseJson() fails as it should on what is nested too deeply", () => {
  const body = "[".repeat(5_000_000);
  assertThrows(() => parse(body), BodyError, "Cannot parse the body as JSON");
});

test("parseJsonLine() names the line", () => {
  assertEquals(parseJsonLine("[1]", 3, null), [1]);
  assertThrows(() => parseJsonLine("[1", 3, null), BodyError, "Cannot parse line 3 as JSON: it ends too early, of 2");
  assertThrows(
    () => parseJsonLine("[x]", 3, null),
    BodyError,
    "line 3 as JSON: it is no JSON from position 1 on, of 3",
  );
});
