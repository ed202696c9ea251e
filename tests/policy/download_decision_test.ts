import { assertEquals, assertThrows } from "@std/assert";
import { RemoteProtocolError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import {
  decideDownload,
  isValidator,
  type KeptPart,
  parseContentRange,
  rangeRequest,
  validatorOf,
} from "../../src/policy/download_decision.ts";
import { requestOf } from "../support/scripted_next.ts";
import { test } from "../support/suite.ts";

const CHANGED = "Tue, 03 Mar 2020 10:00:00 GMT";
const PART: KeptPart = { size: 40, validator: '"v1"', total: 100 };
const OPEN: KeptPart = { ...PART, total: undefined };
const DATED: KeptPart = { ...PART, validator: CHANGED };

type Row = readonly [
  name: string,
  part: KeptPart | undefined,
  status: number,
  headers: Record<string, string>,
  length: number | undefined,
  step: string,
];

const ROWS: readonly Row[] = [
  ["the whole file was asked for and comes", undefined, 200, {}, 100, "write"],
  ["another success has a body too", undefined, 203, {}, undefined, "write"],
  ["the whole file was asked for and is refused", undefined, 404, {}, 9, "pass"],
  ["416 to no range is somebody else's", undefined, 416, { "content-range": "bytes */40" }, 0, "pass"],
  ["a redirect is somebody else's", PART, 302, {}, 0, "pass"],
  ["a failure leaves the part", PART, 503, {}, 0, "pass"],
  ["304 is no answer to If-Range", PART, 304, {}, undefined, "pass"],
  ["the range comes", PART, 206, { "content-range": "bytes 40-99/100", etag: '"v1"' }, 60, "append 60"],
  ["the range comes without a tag", PART, 206, { "content-range": "bytes 40-99/100" }, 60, "append 60"],
  ["the range comes chunked", PART, 206, { "content-range": "bytes 40-99/100" }, undefined, "append 60"],
  ["less than the range comes", PART, 206, { "content-range": "bytes 40-49/100" }, 10, "append 10"],
  ["the total was not known before", OPEN, 206, { "content-range": "bytes 40-99/100" }, 60, "append 60"],
  [
    "a dated part has no tag to compare",
    DATED,
    206,
    { "content-range": "bytes 40-99/100", etag: '"x"' },
    60,
    "append 60",
  ],
  ["the file is a new one", PART, 200, { etag: '"v2"' }, 100, "write"],
  ["the server knows no ranges", PART, 200, {}, undefined, "write"],
  ["the range has no Content-Range", PART, 206, {}, 60, "restart"],
  ["several ranges come", PART, 206, { "content-type": "multipart/byteranges; boundary=x" }, 60, "restart"],
  ["the range begins too early", PART, 206, { "content-range": "bytes 0-99/100" }, 100, "restart"],
  ["the range begins too late", PART, 206, { "content-range": "bytes 41-99/100" }, 59, "restart"],
  ["the total is another one", PART, 206, { "content-range": "bytes 40-100/101" }, 61, "restart"],
  ["the total is not told", PART, 206, { "content-range": "bytes 40-99/*" }, 60, "restart"],
  ["the total was never told", OPEN, 206, { "content-range": "bytes 40-99/*" }, 60, "restart"],
  ["the range lies beyond the total", PART, 206, { "content-range": "bytes 40-100/100" }, 61, "restart"],
  ["the range ends before it begins", PART, 206, { "content-range": "bytes 40-39/100" }, 0, "restart"],
  ["the range is of another unit", PART, 206, { "content-range": "lines 40-99/100" }, 60, "restart"],
  ["the body is longer than the range", PART, 206, { "content-range": "bytes 40-49/100" }, 60, "restart"],
  ["the range is of a new file", PART, 206, { "content-range": "bytes 40-99/100", etag: '"v2"' }, 60, "restart"],
  ["the tag of the range is weak", PART, 206, { "content-range": "bytes 40-99/100", etag: 'W/"v1"' }, 60, "restart"],
  ["nothing is missing", { ...PART, size: 100 }, 416, { "content-range": "bytes */100" }, 0, "complete"],
  [
    "nothing is missing of an unknown total",
    { ...OPEN, size: 100 },
    416,
    { "content-range": "bytes */100" },
    0,
    "complete",
  ],
  [
    "nothing is missing, but of a new file",
    { ...PART, size: 100 },
    416,
    {
      "content-range": "bytes */100",
      etag: '"v2"',
    },
    0,
    "restart",
  ],
  ["the file became shorter", PART, 416, { "content-range": "bytes */10" }, 0, "restart"],
  ["416 tells no length", PART, 416, {}, 0, "restart"],
  ["416 within the file", { ...PART, size: 99 }, 416, { "content-range": "bytes */100" }, 0, "restart"],
  ["416 for a part that was to be longer", PART, 416, { "content-range": "bytes */40" }, 0, "restart"],
];

for (const [name, part, status, headers, length, expected] of ROWS) {
  test(`decideDownload() does "${expected}" when ${name}`, () => {
    const step = decideDownload(part, { status, headers: HeaderList.from(headers), length });
    assertEquals(step.step === "append" ? `append ${step.length}` : step.step, expected);
  });
}

test("decideDownload() refuses a range that nobody asked for", () => {
  const head = { status: 206, headers: HeaderList.from({ "content-range": "bytes 0-9/10" }), length: 10 };
  assertThrows(() => decideDownload(undefined, head), RemoteProtocolError, "sent a part of the file");
});

const NOW = Date.UTC(2024, 0, 1);

for (
  const [name, headers, expected] of [
    ["a strong tag", { etag: '"a"' }, '"a"'],
    [
      "a strong tag before a date",
      { etag: '"a"', "last-modified": CHANGED, date: "Tue, 03 Mar 2020 11:00:00 GMT" },
      '"a"',
    ],
    ["a date that is old", { "last-modified": CHANGED, date: "Tue, 03 Mar 2020 10:01:00 GMT" }, CHANGED],
    ["no date that is young", { "last-modified": CHANGED, date: "Tue, 03 Mar 2020 10:00:59 GMT" }, undefined],
    ["no date without the server's own", { "last-modified": CHANGED }, undefined],
    ["no date that is none", { "last-modified": "yesterday", date: "Tue, 03 Mar 2020 11:00:00 GMT" }, undefined],
    ["no weak tag, nor the date beside it", {
      etag: 'W/"a"',
      "last-modified": CHANGED,
      date: "Tue, 03 Mar 2020 11:00:00 GMT",
    }, undefined],
    ["no tag without quotes", { etag: "a" }, undefined],
    ["no empty tag", { etag: '""' }, undefined],
    ["no endless tag", { etag: `"${"a".repeat(1_025)}"` }, undefined],
    ["nothing where there is nothing", {}, undefined],
  ] as const
) {
  test(`validatorOf() takes ${name}`, () => {
    assertEquals(validatorOf(HeaderList.from(headers as Record<string, string>), NOW), expected);
  });
}

test("isValidator() refuses what may not stand in If-Range", () => {
  for (const right of ['"a"', CHANGED]) assertEquals(isValidator(right), true);
  for (const wrong of ['W/"a"', '"a"\r\nX: 1', "", "a", 1, null, undefined, {}]) {
    assertEquals(isValidator(wrong), false);
  }
});

test("rangeRequest() asks for what is missing, and for nothing special without a part", () => {
  const request = requestOf("GET", "https://a.example/");
  assertEquals(rangeRequest(request, undefined), request);
  const { headers } = rangeRequest(request, PART);
  assertEquals([headers.get("range"), headers.get("if-range")], ["bytes=40-", '"v1"']);
});

test("parseContentRange() reads ranges of bytes and nothing else", () => {
  assertEquals(parseContentRange("bytes 0-0/1"), { start: 0, end: 0, total: 1 });
  assertEquals(parseContentRange("Bytes 5-9/*"), { start: 5, end: 9, total: undefined });
  for (const wrong of ["", "bytes */5", "bytes 0-5/5", "bytes 5-4/9", "bytes +1-4/9", "bytes 1 - 4/9", "bytes=1-4/9"]) {
    assertEquals(parseContentRange(wrong), undefined);
  }
  assertEquals(parseContentRange("bytes 0-99999999999999999999/*"), undefined);
});
