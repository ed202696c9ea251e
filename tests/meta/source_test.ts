import { assertEquals } from "@std/assert";
import { test } from "../support/suite.ts";
import { readHeader, readImports, readSource, resolveImport } from "./source.ts";

test("readSource() leaves out comments, strings, templates and regular expressions", () => {
  const source = readSource([
    'const a = "Deno"; // Deno',
    "/* Deno */ const b = 'x\\'Bun';",
    "const c = `one ${d + `two ${e}` + f({ g: 1 })} three`;",
    'const h = /Deno[/"]/g.test(i) / j;',
    "return /process/;",
  ].join("\n"));
  assertEquals(
    source.code,
    [
      'const a = ""; ',
      " const b = '';",
      "const c = `${d + `${e}` + f({ g: 1 })}`;",
      "const h = / /g.test(i) / j;",
      "return / /;",
    ].join("\n"),
  );
  assertEquals(source.strings, ["Deno", "x\\'Bun", "one ", "two ", "", " three"]);
});

test("readImports() finds every form, and tells types from values", () => {
  const text = [
    'import type { A } from "./a.ts";',
    'import { type B, type C } from "./b.ts";',
    "import {",
    "  type D,",
    "  e,",
    '} from "./c.ts";',
    'import "./d.ts";',
    'export { f } from "./e.ts";',
    'export type { G } from "./f.ts";',
    'export * from "./g.ts";',
    "const h = 1;",
    'export const i = await import("./h.ts");',
    ' * import { no } from "./no.ts";',
    ' * await import("./no.ts")',
    'function j(k: import("./i.ts").K): void {}',
  ].join("\n");
  assertEquals(readImports(text).map(({ specifier, typeOnly }) => `${specifier}${typeOnly ? " type" : ""}`), [
    "./a.ts type",
    "./b.ts type",
    "./c.ts",
    "./d.ts",
    "./e.ts",
    "./f.ts type",
    "./g.ts",
    "./h.ts",
    "./i.ts type",
  ]);
});

test("resolveImport() resolves against the importing file", () => {
  assertEquals(resolveImport("src/a/b.ts", "../c.ts"), "src/c.ts");
  assertEquals(resolveImport("mod.ts", "./src/d.ts"), "src/d.ts");
});

test("readHeader() wants the comment first", () => {
  assertEquals(readHeader("/** a\n * b */\nx"), "/** a\n * b */");
  assertEquals(readHeader("\n/** a */"), undefined);
  assertEquals(readHeader("import x;\n/** a */"), undefined);
});
