import { assertEquals, assertMatch } from "@std/assert";
import { bodyOf } from "../../../src/http/bodies/body_of.ts";
import { textOf } from "../../support/bodies.ts";
import { test } from "../../support/suite.ts";

function form(): FormData {
  const form = new FormData();
  form.set("a", "1");
  return form;
}

test("bodyOf() sends FormData as multipart", async () => {
  const body = bodyOf(form());
  assertMatch(body.contentType!, /^multipart\/form-data; boundary=/);
  assertMatch(await textOf(body), /name="a"\r\n\r\n1\r\n/);
});

test("bodyOf() recognises what a function returns, forms included", async () => {
  assertMatch(await textOf(bodyOf(form)), /name="a"\r\n\r\n1\r\n/);
  assertMatch(await textOf(bodyOf(() => Promise.resolve(form()))), /name="a"\r\n\r\n1\r\n/);
  assertEquals(await textOf(bodyOf(() => "x")), "x");
});

test("bodyOf() leaves all else to sourceBody()", () => {
  assertEquals([bodyOf("x").kind, bodyOf(["x"]).kind], ["a string", "an array of chunks"]);
});
