import { assertEquals, assertThrows } from "@std/assert";
import { assertMethod, isIdempotent, isSafe } from "../../src/http/method.ts";
import { test } from "../support/suite.ts";

test("methods have the properties that RFC 9110 gives them", () => {
  const methods = [
    "GET",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "QUERY",
    "PUT",
    "DELETE",
    "POST",
    "PATCH",
    "CONNECT",
    "PROPFIND",
    "get",
  ];
  assertEquals(methods.filter(isSafe), ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);
  assertEquals(methods.filter(isIdempotent), ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE"]);
});

test("assertMethod() takes tokens, but no known one in another case", () => {
  for (const method of ["GET", "PATCH", "PROPFIND", "propfind", "M-SEARCH", "x!"]) assertMethod(method);
  assertThrows(() => assertMethod("get"), TypeError, 'methods are case-sensitive, expected "GET"');
  for (const method of ["", "G T", "GET\r\nX: 1", "GET\u0000", "G\u0130T", "GÉT", 1, null, undefined]) {
    assertThrows(() => assertMethod(method as string), TypeError, "expected a token");
  }
});
