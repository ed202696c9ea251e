import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FieldSection } from "../../../src/protocol/h1/field_section.ts";
import { HeadParser } from "../../../src/protocol/h1/head_parser.ts";
import { DEFAULT_H1_SETTINGS } from "../../../src/protocol/h1/limits.ts";
import {
  connectionOptions,
  decidePersistence,
  keepAliveHint,
  OPTION_CLOSE,
  OPTION_KEEP_ALIVE,
  type PersistenceFacts,
} from "../../../src/protocol/h1/persistence.ts";
import { test } from "../../support/suite.ts";
import { bytesOf } from "./transcript.ts";

function sectionOf(fields: readonly string[]): FieldSection {
  const bytes = bytesOf(`HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`);
  const parser = new HeadParser();
  parser.begin("response head", DEFAULT_H1_SETTINGS);
  parser.scan(bytes, 0, bytes.length);
  return parser.section(bytes, 0);
}

const OPTIONS: readonly [fields: readonly string[], options: number][] = [
  [[], 0],
  [["Connection: close"], OPTION_CLOSE],
  [["connection:CLOSE"], OPTION_CLOSE],
  [["Connection: Keep-Alive"], OPTION_KEEP_ALIVE],
  [["Connection: keep-alive, close"], OPTION_CLOSE | OPTION_KEEP_ALIVE],
  [["Connection: upgrade , \tclose "], OPTION_CLOSE],
  [["Connection: ,,close,"], OPTION_CLOSE],
  [["Connection: keep-alive", "X: y", "connection: close"], OPTION_CLOSE | OPTION_KEEP_ALIVE],
  [["Connection: x", "Connection: y", "Connection: close"], OPTION_CLOSE],
  [["Connection: upgrade"], 0],
  [["Connection: closed"], 0],
  [["Connection: clos"], 0],
  [['Connection: "close"'], 0],
  [["Connection: close x"], 0],
  [["Connection:"], 0],
];

for (const [fields, options] of OPTIONS) {
  test(`connectionOptions() reads ${JSON.stringify(fields)}`, () => {
    const section = sectionOf(fields);
    assertEquals(connectionOptions(section, section.find("connection", 0)), options);
  });
}

const HINTS: readonly [value: string, timeout: number | undefined, max: number | undefined][] = [
  ["timeout=5", 5000, undefined],
  ["timeout=5, max=100", 5000, 100],
  ["MAX=7,Timeout=0", 0, 7],
  [" max=1 , timeout=2 ", 2000, 1],
  ["timeout", undefined, undefined],
  ["timeout=", undefined, undefined],
  ["timeout=-5", undefined, undefined],
  ["timeout=5s", undefined, undefined],
  ["timeout=1.5", undefined, undefined],
  ["timeout=999999999", 999_999_999_000, undefined],
  ["timeout=9999999999", undefined, undefined],
  ["xtimeout=5", undefined, undefined],
  ["timeout=\xb2", undefined, undefined],
  ["", undefined, undefined],
  [",,", undefined, undefined],
];

for (const [value, timeout, max] of HINTS) {
  test(`keepAliveHint() reads ${JSON.stringify(value)}`, () => {
    assertEquals(keepAliveHint(sectionOf([`Keep-Alive: ${value}`, "X: 999"]), 0), { timeout, max });
  });
}

test("keepAliveHint() gives nothing without the field", () => {
  assertEquals({ ...keepAliveHint(sectionOf([]), -1) }, { timeout: undefined, max: undefined });
});

test("keepAliveHint() believes nothing without digits", () => {
  const unit = fc.constantFrom("timeout", "max", "=", ",", " ", "\t", "1", "x", "TIMEOUT", "\xb2");
  fc.assert(fc.property(fc.string({ unit }), (value) => {
    const hint = keepAliveHint(sectionOf([`Keep-Alive: ${value}`]), 0);
    if (!/(?:timeout|max)=[0-9]/i.test(value)) assertEquals({ ...hint }, { timeout: undefined, max: undefined });
  }));
});

const REUSABLE: PersistenceFacts = {
  requestClose: false,
  requestWithheld: false,
  minor: 1,
  status: 200,
  options: 0,
  framing: "length",
  fields: { contentLength: 5, repeatedLength: false, chunked: false },
};

const DECISIONS: readonly [name: string, facts: Partial<PersistenceFacts>, reason: string | null][] = [
  ["HTTP/1.1 with a length", {}, null],
  ["HTTP/1.1 keep-alive", { options: OPTION_KEEP_ALIVE }, null],
  ["a chunked body", { framing: "chunked", fields: { contentLength: -1, repeatedLength: false, chunked: true } }, null],
  ["no body", { framing: "none", status: 304 }, null],
  ["HTTP/1.0", { minor: 0 }, "http-1.0"],
  ["HTTP/1.0 keep-alive", { minor: 0, options: OPTION_KEEP_ALIVE }, null],
  ["HTTP/1.0 keep-alive and close", { minor: 0, options: OPTION_KEEP_ALIVE | OPTION_CLOSE }, "response-close"],
  [
    "HTTP/1.0 keep-alive without a length",
    { minor: 0, options: OPTION_KEEP_ALIVE, framing: "close" },
    "close-delimited",
  ],
  ["close from the server", { options: OPTION_CLOSE }, "response-close"],
  ["close and keep-alive", { options: OPTION_CLOSE | OPTION_KEEP_ALIVE }, "response-close"],
  ["close from us", { requestClose: true }, "request-close"],
  ["a withheld body", { requestWithheld: true }, "request-unfinished"],
  ["a body until close", { framing: "close" }, "close-delimited"],
  [
    "a repeated length",
    { fields: { contentLength: 5, repeatedLength: true, chunked: false } },
    "repeated-content-length",
  ],
  ["204 with a length", { status: 204, framing: "none" }, "framing-on-bodyless-status"],
  [
    "204 chunked",
    { status: 204, framing: "none", fields: { contentLength: -1, repeatedLength: false, chunked: true } },
    "framing-on-bodyless-status",
  ],
  [
    "204 of length 0",
    { status: 204, framing: "none", fields: { contentLength: 0, repeatedLength: false, chunked: false } },
    null,
  ],
];

for (const [name, facts, reason] of DECISIONS) {
  test(`decidePersistence() answers ${reason} to ${name}`, () => {
    assertEquals(decidePersistence({ ...REUSABLE, ...facts }), reason);
  });
}
