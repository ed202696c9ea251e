import { assertEquals } from "@std/assert";
import { addScript, coverageOf, merge, readLcov } from "../run/coverage.mjs";
import { test } from "../support/suite.ts";

const SOURCE = "function a(b) {\n  if (b) {\n    c();\n  }\n}\n\na(1);\n";

/** What V8 tells of a process in which `b` was never true. */
const NEVER = [
  { isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: SOURCE.length, count: 1 }] },
  {
    isBlockCoverage: true,
    ranges: [
      { startOffset: 0, endOffset: 43, count: 1 },
      { startOffset: SOURCE.indexOf("{\n    c"), endOffset: SOURCE.indexOf("}\n}") + 1, count: 0 },
    ],
  },
];

const ALWAYS = [NEVER[0], { isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: 43, count: 1 }] }];

type Script = { ran: Uint8Array; blocks: Set<number> };
const script = (): Script => ({ ran: new Uint8Array(SOURCE.length), blocks: new Set() });

test("what V8 tells of a block that did not run is a line and a branch that were missed", () => {
  const seen = script();
  addScript(seen, NEVER);
  const { lines, branches } = coverageOf(SOURCE, seen);
  assertEquals([...lines], [[1, 1], [2, 1], [3, 0], [4, 0], [5, 1], [7, 1]]);
  assertEquals([...branches], [[2, { all: 1, missed: 1 }]]);
});

test("what ran in one process ran", () => {
  const seen = script();
  addScript(seen, NEVER);
  addScript(seen, ALWAYS);
  const { lines, branches } = coverageOf(SOURCE, seen);
  assertEquals([...lines.values()].every((ran) => ran === 1), true);
  assertEquals([...branches], [[2, { all: 1, missed: 0 }]]);
});

test("readLcov() takes sources of the library alone", () => {
  const text = "SF:src/a.ts\nDA:1,0\nDA:2,5\nBRDA:2,0,0,0\nBRDA:2,0,1,3\nend_of_record\nSF:tests/b.ts\nDA:1,1\n";
  const coverage = readLcov(text);
  assertEquals([...coverage.keys()], ["src/a.ts"]);
  assertEquals([...coverage.get("src/a.ts")!.lines], [[1, 0], [2, 5]]);
  assertEquals([...coverage.get("src/a.ts")!.branches], [[2, { all: 2, missed: 1 }]]);
});

test("a line ran that ran on one runtime, a branch is missed that both of V8 miss", () => {
  const deno = readLcov("SF:src/a.ts\nDA:1,0\nDA:2,0\nBRDA:1,0,0,0\nBRDA:2,0,0,0\n");
  const bun = readLcov("SF:src/a.ts\nDA:1,4\nDA:2,0\n");
  const node = readLcov("SF:src/a.ts\nDA:1,1\nDA:2,0\nDA:3,1\nBRDA:1,0,0,2\nBRDA:2,0,0,0\n");
  const { lines, branches } = merge("src/a.ts", { deno, bun, node });
  assertEquals([...lines], [[1, 4], [2, 0]]);
  assertEquals([...branches], [[1, { all: 1, missed: 0 }], [2, { all: 1, missed: 1 }]]);
});
