import { assertEquals, assertThrows } from "@std/assert";
import { webResponse } from "../../src/http/web_response.ts";
import { response } from "../support/responses.ts";
import { test } from "../support/suite.ts";

test("webResponse() asks for a body only where the web allows one", () => {
  let asked = 0;
  const make = () => {
    asked++;
    return "x";
  };
  for (const status of [204, 205, 304]) assertEquals(webResponse(response("", { status }), make).body, null);
  assertEquals(asked, 0);
  webResponse(response("", { status: 404 }), make);
  assertEquals(asked, 1);
  assertThrows(() => webResponse(response("", { status: 600 }), make), TypeError, "expected 200 to 599");
  assertEquals(asked, 1);
});

test("webResponse() is redirected only by another URL", () => {
  const redirected = (url: string) =>
    webResponse(response("", { history: [response("", { url })] }), () => null).redirected;
  assertEquals([redirected("https://a.test/old"), redirected("https://a.test/x")], [true, false]);
});
