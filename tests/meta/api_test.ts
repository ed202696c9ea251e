/** The public surface: written down, free of `any`, every error on it. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import * as errors from "../../src/errors.ts";
import { exists, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";
import { type Api, printApi, readApi, SNAPSHOT } from "./api.ts";

let api: Api | undefined;

function readOnce(): Api {
  return api ??= readApi();
}

function lessLines(text: string, other: string): string[] {
  const known = new Set(other.split("\n"));
  return text.split("\n").filter((line) => !known.has(line));
}

test("the public surface is the one written down in api.txt (deno task api writes it anew)", () => {
  if (!exists("mod.ts")) return;
  const wanted = exists(SNAPSHOT) ? readText(SNAPSHOT) : "";
  const { text } = readOnce();
  // The lines that differ say more than the whole of both.
  assertEquals({ added: lessLines(text, wanted), removed: lessLines(wanted, text) }, { added: [], removed: [] });
  assertEquals(text, wanted);
});

test("no public type is any", () => {
  if (!exists("mod.ts")) return;
  assertEquals(readOnce().anys, []);
});

for (const entry of ["mod.ts", "sync.ts"]) {
  test(`${entry} exports every class of error`, async () => {
    if (!exists(entry)) return;
    const module = await import(new URL(`../../${entry}`, import.meta.url).href) as Record<string, unknown>;
    const classes = Object.entries(errors).filter(([, value]) =>
      typeof value === "function" && (value === errors.JetstreamError || value.prototype instanceof Error)
    );
    assertEquals(classes.filter(([name, value]) => module[name] !== value).map(([name]) => name), []);
  });
}

test("printApi() prints every form of a symbol and finds any", () => {
  const keyword = (value: string): unknown => ({ kind: "keyword", repr: value, value });
  const declare = (name: string, kind: string, def: unknown): unknown => ({
    name,
    declarations: [{ declarationKind: "export", kind, def }],
  });
  const union = { kind: "union", value: [keyword("string"), { kind: "array", value: keyword("any") }] };
  const text = JSON.stringify({
    version: 2,
    nodes: {
      "file:///mod.ts": {
        symbols: [
          declare("b", "function", {
            params: [{ kind: "assign", left: { kind: "identifier", name: "x", tsType: keyword("number") } }],
            returnType: keyword("void"),
          }),
          declare("A", "typeAlias", { tsType: union, typeParams: [{ name: "T", constraint: keyword("object") }] }),
          {
            name: "c",
            declarations: [
              { declarationKind: "export", kind: "function", def: { params: [], returnType: keyword("string") } },
              { declarationKind: "export", kind: "function", def: { params: [], returnType: union, hasBody: true } },
            ],
          },
          { name: "hidden", declarations: [{ declarationKind: "private", kind: "variable", def: {} }] },
        ],
      },
    },
  });
  const { text: printed, anys } = printApi("./x", text);
  assertStringIncludes(
    printed,
    "# ./x\n\ntype A<T extends object> = string | any[]\nfunction b(x?: number): void\nfunction c(): string\n",
  );
  assertEquals(anys, ["./x: A"]);
});
