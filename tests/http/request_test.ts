import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bodyOf } from "../../src/http/bodies/body_of.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { inspect } from "../support/inspect.ts";
import { test } from "../support/suite.ts";

const URL_A = new RequestUrl("https://a.test/");

test("HttpRequest changes by making another, with an empty drawer", () => {
  const body = bodyOf("x");
  const first = new HttpRequest("POST", URL_A, HeaderList.from({ A: "1" }), body);
  first.wire.head = "cached";
  const same = first.with({});
  assertEquals([same.method, same.headers.get("a"), same.wire], ["POST", "1", {}]);
  assertStrictEquals(same.body, body);
  assertEquals([first.with({ body: null }).body, first.with({ method: "PUT" }).method], [null, "PUT"]);
  assertEquals(first.with({ url: new RequestUrl("https://b.test/") }).url.origin, "https://b.test");
  assertEquals(first.withHeader("b", "2").headers.pairs, [["A", "1"], ["b", "2"]]);
  assertEquals([first.withoutHeaders("a").headers.length, first.headers.length], [0, 1]);
  assertThrows(() => first.with({ method: "post" }), TypeError, 'expected "POST"');
  assertEquals([new HttpRequest("GET", URL_A).body, new HttpRequest("GET", URL_A).headers.length], [null, 0]);
});

test("HttpRequest is printed in one line without its secrets", () => {
  const url = new RequestUrl("http://user:pass@a.test/?token=t");
  const request = new HttpRequest(
    "POST",
    url,
    HeaderList.from({ Authorization: "Bearer s", A: "1" }),
    bodyOf("secret"),
  );
  assertEquals(
    inspect(request),
    'HttpRequest { POST http://a.test/?token=***, headers: {"a":"1","authorization":"***"}, body: a string }',
  );
});

test("HttpRequest.withHeader() gives the same request again for the same field, and only then", () => {
  const first = new HttpRequest("GET", new RequestUrl("https://a.example/"));
  const made = first.withHeader("Cookie", "a=1");
  assertStrictEquals(first.withHeader("Cookie", "a=1"), made);
  assertEquals(first.withHeader("Cookie", "a=2").headers.get("cookie"), "a=2");
  assertEquals(first.withHeader("X-Cookie", "a=2").headers.get("cookie"), null);
  assertEquals(made.headers.get("cookie"), "a=1");
  assertEquals(first.headers.has("cookie"), false);
});
