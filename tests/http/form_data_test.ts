import { assertEquals, assertThrows } from "@std/assert";
import { BodyError } from "../../src/errors.ts";
import { parseFormData } from "../../src/http/form_data.ts";
import { parseMediaType } from "../../src/http/media_type.ts";
import { encode } from "../support/bodies.ts";
import { test } from "../support/suite.ts";

const parse = (body: string | Uint8Array, type = "multipart/form-data; boundary=B") =>
  parseFormData(typeof body === "string" ? encode(body) : body, parseMediaType(type));

/** Name, content, and of files also name and type; Bun adds a charset to the types of text. */
async function entries(form: FormData): Promise<unknown[]> {
  return await Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === "string"
        ? [name, value]
        : [name, value.name, value.type.replace(";charset=utf-8", ""), await value.text()]
    ),
  );
}

const part = (head: string, content: string) => `--B\r\n${head}\r\n\r\n${content}\r\n`;
const named = (parameters: string) => `Content-Disposition: form-data; ${parameters}`;

const READS: readonly [name: string, body: string, entries: unknown[]][] = [
  ["fields in order", part(named('name="a"'), "1") + part(named('name="a"'), "2") + "--B--", [["a", "1"], ["a", "2"]]],
  [
    "a file",
    part(`${named('name="f"; filename="é.txt"')}\r\nContent-Type: text/x`, "x\r\ny") + "--B--\r\n",
    [["f", "é.txt", "text/x", "x\r\ny"]],
  ],
  ["a file without a type", part(named('name="f"; filename="x"'), "x") + "--B--", [["f", "x", "text/plain", "x"]]],
  ["an empty file name", part(named('name="f"; filename=""'), "") + "--B--", [["f", "", "text/plain", ""]]],
  ["an empty field", part(named('name="a"'), "") + "--B--", [["a", ""]]],
  ["escapes of browsers", part(named('name="%22%0D%0a%41\\"'), "x") + "--B--", [['"\r\n%41\\', "x"]]],
  ["unquoted names", part(named("name=a ; filename=b"), "x") + "--B--", [["a", "b", "text/plain", "x"]]],
  ["names in any case and order", part('x-y: 1\r\ncontent-disposition:FORM-DATA;Name="a"', "x") + "--B--", [[
    "a",
    "x",
  ]]],
  ["UTF-8 with a mark", part(named('name="é"'), "\ufeffé") + "--B--", [["é", "\ufeffé"]]],
  ["what only looks like a boundary", part(named('name="a"'), "\r\n--C\r\n--\r\r\n-B") + "--B--", [[
    "a",
    "\r\n--C\r\n--\r\r\n-B",
  ]]],
  [
    "a preamble, blanks behind boundaries, an epilogue",
    `preamble\r\n--B \t\r\n${named('name="a"')}\r\n\r\nx\r\n--B--junk`,
    [["a", "x"]],
  ],
  ["no parts", "--B--\r\n", []],
];

for (const [name, body, wanted] of READS) {
  test(`parseFormData() reads ${name}`, async () => assertEquals(await entries(parse(body)), wanted));
}

test("parseFormData() reads a urlencoded body", () => {
  assertEquals([...parse("a=1+2&b=%C3%A9&a=3", "application/x-www-form-urlencoded;charset=utf-8")], [
    ["a", "1 2"],
    ["b", "é"],
    ["a", "3"],
  ]);
});

test("parseFormData() refuses what is no whole form", () => {
  const rows: [body: string, message: string, type?: string][] = [
    ["", "its end is missing"],
    ["--C--", "its end is missing"],
    [part(named('name="a"'), "x"), "its end is missing"],
    [`${part(named('name="a"'), "x")}--B`, "not followed by a line end"],
    [`--Bx\r\n`, "not followed by a line end"],
    ["--B\r\nX: 1\n\r\n\r\nx\r\n--B--", "the head of a part is malformed"],
    [part(`X: ${"x".repeat(20_000)}`, "") + "--B--", "malformed or too long"],
    [part(": x", "") + "--B--", "a field without a name"],
    [part("X: 1", "") + "--B--", "a part has no name"],
    [part("Content-Disposition: attachment; name=a", "") + "--B--", "a part has no name"],
    [part(named("name"), "") + "--B--", "a part has no name"],
    [part(named('name="a'), "") + "--B--", "no closing quote"],
    [part(named('name="a"'), "").repeat(10_001) + "--B--", "more than 10000 parts"],
    ["{}", '"application/json", expected a form', "application/json"],
    ["", "its content type is not given", "x"],
    ["--B--", '"multipart/form-data"', "multipart/form-data"],
    ["--B--", '"multipart/form-data"', `multipart/form-data; boundary=${"B".repeat(71)}`],
  ];
  for (const [body, message, type] of rows) assertThrows(() => parse(body, type), BodyError, message);
});
