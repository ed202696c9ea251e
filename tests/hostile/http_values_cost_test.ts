/** Owns the attacks on values that want to cost much (S27, S28): text and bodies that are read in more than linear time. */

import { assert, assertEquals } from "@std/assert";
import { parseContentDisposition, safeFileName } from "../../src/http/content_disposition.ts";
import { parseHttpDate } from "../../src/http/date.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { findJsonError } from "../../src/http/json_error.ts";
import { LineSplitter } from "../../src/http/line_splitter.ts";
import { parseLinks } from "../../src/http/link.ts";
import { parseMediaType } from "../../src/http/media_type.ts";
import { ParamList } from "../../src/http/params.ts";
import { fillTemplate } from "../../src/http/path_template.ts";
import { StreamResponse } from "../../src/http/stream_response.ts";
import { prepareUrl } from "../../src/http/url.ts";
import { ScriptedBody } from "../support/bodies.ts";
import { liveResponse } from "../support/responses.ts";
import { test } from "../support/suite.ts";
import { attempt } from "./attempt.ts";

test("S28: hostile text of 64 KiB is read in linear time", () => {
  const size = 64 * 1024;
  const fill = (unit: string) => unit.repeat(size / unit.length);
  const units = [
    " ",
    "\t",
    ";",
    "=",
    '"',
    "\\",
    ",",
    "<",
    ">",
    "<>;",
    ";a=",
    ';a="',
    '\\"',
    "a=b;",
    "%",
    "%2e",
    ".",
    "../",
    "/",
    "\r",
    "\n",
    "0",
    "(",
    "{",
    "[",
    "{a}",
  ];
  const readers: [string, (text: string) => unknown][] = [
    ["parseMediaType()", (text) => parseMediaType(`a/b;${text}`)],
    ["parseMediaType() of a type", (text) => parseMediaType(text)],
    ["parseLinks()", (text) => parseLinks(text, "https://a.test/")],
    ["parseLinks() of a parameter", (text) => parseLinks(`<a>${text}`, "https://a.test/")],
    ["parseContentDisposition()", (text) => parseContentDisposition(`attachment; filename=${text}`)],
    ["safeFileName()", (text) => safeFileName(text)],
    ["safeFileName() of a dotted name", (text) => safeFileName(`x${text}x`)],
    ["parseHttpDate()", (text) => parseHttpDate(text, 0)],
    ["findJsonError()", (text) => findJsonError(text)],
    ["HeaderList.from()", (text) => attempt(() => HeaderList.from({ a: text }))],
    ["prepareUrl()", (text) => attempt(() => prepareUrl({ url: `https://a.test/${text}` }))],
    ["fillTemplate()", (text) => attempt(() => fillTemplate(`/${text}`, { a: "x" }))],
    ["ParamList.from()", (text) => ParamList.from(text).appendTo("https://a.test/")],
  ];
  for (const [name, read] of readers) {
    for (const unit of units) {
      const text = fill(unit);
      let once = Infinity;
      let fourfold = Infinity;
      // Four times the text may take four times as long; quadratic work takes sixteen. The best of some
      // rounds counts, as the machine has other work too. What is over at once shows no curve.
      for (let round = 0; round < 6 && (once > 4 && fourfold > 9 * once || round === 0); round++) {
        once = Math.min(once, time(() => read(text)), time(() => read(text)));
        if (once > 4) fourfold = Math.min(fourfold, time(() => read(text.repeat(4))));
      }
      const message = `${name} of ${JSON.stringify(unit)}: ${once} ms, of four times as much: ${fourfold} ms`;
      assert(once < 250 && (once <= 4 || fourfold <= 9 * once), message);
    }
  }
});

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

test("S27: bodies of one-byte chunks and lines are read in linear time", async () => {
  const splitter = new LineSplitter(Infinity);
  const lines: string[] = [];
  const spent = time(() => {
    for (let at = 0; at < 1_000_000; at++) splitter.push("x", lines);
    splitter.push("\n", lines);
  });
  assertEquals(lines[0]!.length, 1_000_000);
  assert(spent < 2000, `${spent} ms`);
  const streamed = new StreamResponse(liveResponse(new ScriptedBody(Array.from({ length: 50_000 }, () => "\n"))));
  let count = 0;
  for await (const line of streamed.iterLines()) count += line === "" ? 1 : 0;
  assertEquals(count, 50_000);
});
