import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { BodyError, BodyTooLargeError, BodyUsedError, HTTPError, SchemaError, SocketError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import type { StandardSchema } from "../../src/http/standard_schema.ts";
import { StreamResponse } from "../../src/http/stream_response.ts";
import { decode, ScriptedBody } from "../support/bodies.ts";
import { liveResponse, response, type ResponseSketch } from "../support/responses.ts";
import { test } from "../support/suite.ts";

function streamed(parts: readonly (string | Uint8Array | Error)[], sketch?: ResponseSketch) {
  const body = new ScriptedBody(parts, true, HeaderList.from({ "X-Sum": "1" }));
  return { body, response: new StreamResponse(liveResponse(body, sketch)) };
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("a streamed response has the head of the live one", () => {
  const { response } = streamed([], { status: 206, headers: { A: "1" }, url: "https://a.test/y" });
  assertEquals([response.status, response.headers.get("a"), response.url], [206, "1", "https://a.test/y"]);
  assertEquals([response.loaded, response.encoding, response.ok], [undefined, "utf-8", true]);
});

test("iterBytes() gives chunks as they come or of one size", async () => {
  const texts = async (options?: { size: number }) =>
    (await gather(streamed(["ab", "", "cde"]).response.iterBytes(options))).map((chunk) => decode([chunk]));
  assertEquals(await texts(), ["ab", "cde"]);
  assertEquals(await texts({ size: 2 }), ["ab", "cd", "e"]);
  assertThrows(() => streamed([]).response.iterBytes({ size: 0 }), RangeError, "size is 0");
});

test("iterText(), iterLines() and iterJson() read by the charset", async () => {
  const latin = { headers: { "Content-Type": "text/plain;charset=latin1" } };
  const bytes = Uint8Array.of(0x22, 0xe9, 0x22, 0x0a);
  assertEquals(await gather(streamed([bytes], latin).response.iterText()), ['"é"\n']);
  assertEquals(await gather(streamed([bytes], latin).response.iterLines()), ['"é"']);
  assertEquals(await gather(streamed([bytes], latin).response.iterJson()), ["é"]);
});

test("iterLines() keeps to max, frees the connection and names the request", async () => {
  const { body, response } = streamed(["abcd\n", "x"]);
  const error = await assertRejects(() => gather(response.iterLines({ max: 3 })), BodyTooLargeError);
  assertEquals(
    error.message,
    "GET https://a.test/x: Cannot read the line: it is longer than 3 characters (see the max option)",
  );
  assertEquals(body.log, ["cancel"]);
});

test("iterJson() parses line by line and names the line that is none", async () => {
  assertEquals(await gather(streamed(['{"a":', "1}\n\n[2", "]\n"]).response.iterJson()), [{ a: 1 }, [2]]);
  const { body, response } = streamed(["1\n{\n2\n"]);
  const seen: unknown[] = [];
  const error = await assertRejects(async () => {
    for await (const value of response.iterJson()) seen.push(value);
  }, BodyError);
  assertEquals([seen, error.code, body.log], [[1], "BODY_JSON", ["cancel"]]);
  const settings = { parseJson: (text: string) => text.length, limits: { body: 1, drain: 1 } };
  assertEquals(await gather(streamed(["abc\n"], { settings }).response.iterJson()), [3]);
});

test("iterJson() checks by a schema, asynchronous ones too", async () => {
  const even: StandardSchema<unknown, number> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: async (value) =>
        await Promise.resolve(
          typeof value === "number" && value % 2 === 0 ? { value } : { issues: [{ message: "Odd", path: [] }] },
        ),
    },
  };
  const numbers: number[] = await gather(streamed(["2\n4\n"]).response.iterJson(even));
  assertEquals(numbers, [2, 4]);
  const { body, response } = streamed(["2\n3\n4\n"]);
  await assertRejects(() => gather(response.iterJson(even)), SchemaError);
  assertEquals(body.log, ["cancel"]);
  const left = streamed(["2\n4\n"]);
  for await (const value of left.response.iterJson(even)) if (value === 2) break;
  assertEquals(left.body.log, ["cancel"]);
});

test("body is one byte stream with back-pressure", async () => {
  const { body, response } = streamed(["ab", "c"]);
  const stream = response.body;
  assertStrictEquals(response.body, stream);
  assertEquals(body.reads, 0);
  assertEquals(await new Response(stream).text(), "abc");
});

test("read() completes the response within the limit of the call", async () => {
  const settings = { parseJson: null, limits: { body: 12, drain: 34 } };
  const { body, response } = streamed(["ab", "c"], { settings });
  const complete = await response.read();
  assertEquals([complete.text(), complete.trailers.get("x-sum"), body.log], ["abc", "1", ["collect 12"]]);
  assertEquals([complete.status, complete.live], [200, null]);
});

test("trailers are there once the body has ended", async () => {
  const { response } = streamed(["a"]);
  assertEquals(response.trailers, undefined);
  await gather(response.iterBytes());
  assertEquals([response.trailers?.get("x-sum"), response.received], ["1", 1]);
});

test("the body is taken in one way, once", async () => {
  const ways: [string, (response: StreamResponse) => unknown][] = [
    ["iterBytes()", (response) => response.iterBytes()],
    ["iterText()", (response) => response.iterText()],
    ["iterLines()", (response) => response.iterLines()],
    ["iterJson()", (response) => response.iterJson()],
    ["body", (response) => response.body],
  ];
  for (const [first, take] of ways) {
    for (const [second, takeAgain] of ways) {
      const { response } = streamed([]);
      assertEquals(response.bodyUsed, false);
      take(response);
      assertEquals(response.bodyUsed, true);
      if (first === "body" && second === "body") continue;
      assertThrows(() => takeAgain(response), BodyUsedError, `by ${second}: it was taken by ${first}`);
    }
    const { response } = streamed([]);
    take(response);
    await assertRejects(() => response.read(), BodyUsedError, `by read(): it was taken by ${first}`);
  }
});

test("discard() and the end of a block let go of an untouched body", async () => {
  const settings = { parseJson: null, limits: { body: 12, drain: 34 } };
  const { body, response } = streamed(["a"], { settings });
  await response[Symbol.asyncDispose]();
  await response.discard();
  assertEquals(body.log[0], "discard 34");
  assertThrows(() => response.iterBytes(), BodyUsedError, "it was taken by discard()");
});

test("the end of a block cancels what is read in part", async () => {
  const { body, response } = streamed(["a", "b"]);
  await response.iterBytes().next();
  await response[Symbol.asyncDispose]();
  assertEquals(body.log, ["cancel"]);
});

test("a failure of the body names the request", async () => {
  for (
    const read of [
      (response: StreamResponse) => gather(response.iterBytes()),
      (response: StreamResponse) => response.body.getReader().read(),
      (response: StreamResponse) => response.read(),
    ]
  ) {
    const { response } = streamed([new SocketError("The connection was reset")]);
    const error = await assertRejects(() => read(response), SocketError);
    assertEquals(error.message, "GET https://a.test/x: The connection was reset");
    assertEquals(error.attempts.length, 1);
  }
});

test("raiseForStatus() raises without reading", () => {
  const { body, response } = streamed(["x"], { status: 500 });
  const error = assertThrows(() => response.raiseForStatus(), HTTPError);
  assertEquals([error.bodySnippet, error.response === response, body.log], ["", true, []]);
});

test("a complete response is streamed from memory", async () => {
  const complete = new StreamResponse(response("a\nb"));
  assertEquals(await gather(complete.iterLines()), ["a", "b"]);
  assertEquals(await gather(new StreamResponse(liveResponse(null)).iterBytes()), []);
  assertEquals((await new StreamResponse(response("x")).read()).text(), "x");
});

test("toWeb() moves the body into a Response of the web", async () => {
  const { response } = streamed(["a", "b"], { status: 201 });
  const web = response.toWeb();
  assertEquals([web.status, await web.text()], [201, "ab"]);
  assertThrows(() => response.iterBytes(), BodyUsedError, "it was taken by body");
});
