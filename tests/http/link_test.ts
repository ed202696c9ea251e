import { assertEquals } from "@std/assert";
import { linksByRelation, parseLinks } from "../../src/http/link.ts";
import { test } from "../support/suite.ts";

const BASE = "https://api.example.com/v1/items?page=2";

const ROWS: readonly [value: string, links: [url: string, rel: string, params?: Record<string, string>][]][] = [
  ['<https://a.test/2>; rel="next"', [["https://a.test/2", "next"]]],
  ["<https://a.test/2>; rel=next", [["https://a.test/2", "next"]]],
  ["</v2>;rel=next", [["https://api.example.com/v2", "next"]]],
  ["<?page=3>; rel=next", [["https://api.example.com/v1/items?page=3", "next"]]],
  ["<>; rel=self", [[BASE, "self"]]],
  ['<a>; rel="next last"', [["https://api.example.com/v1/a", "next last"]]],
  ['<a>; REL="NEXT"', [["https://api.example.com/v1/a", "next"]]],
  ["<a>; rel=first; rel=last", [["https://api.example.com/v1/a", "first"]]],
  ["<a>;rel=prev,<b>;rel=next", [["https://api.example.com/v1/a", "prev"], ["https://api.example.com/v1/b", "next"]]],
  ["<a>; rel=prev , , <b> ; rel = next", [["https://api.example.com/v1/a", "prev"], [
    "https://api.example.com/v1/b",
    "next",
  ]]],
  ["<a,b;c>; rel=x", [["https://api.example.com/v1/a,b;c", "x"]]],
  ['<a>; title="x, <y>; \\"z\\""; rel=x', [["https://api.example.com/v1/a", "x", { title: 'x, <y>; "z"' }]]],
  ["<a>; type; rel=x", [["https://api.example.com/v1/a", "x", { type: "" }]]],
  ["<a>", [["https://api.example.com/v1/a", ""]]],
  ["<a> junk; rel=x, <b>; rel=y", [["https://api.example.com/v1/a", ""], ["https://api.example.com/v1/b", "y"]]],
  ["<http://[>; rel=x, <b>; rel=y", [["https://api.example.com/v1/b", "y"]]],
  ['<a>; rel="open', [["https://api.example.com/v1/a", "open"]]],
  ["<a", []],
  ["a; rel=x", []],
  ["", []],
];

for (const [value, wanted] of ROWS) {
  test(`parseLinks() reads ${JSON.stringify(value)}`, () => {
    const links = parseLinks(value, BASE);
    assertEquals(links.map(({ url, rel }) => [url, rel.join(" ")]), wanted.map(([url, rel]) => [url, rel]));
    wanted.forEach(([, , params], at) => {
      for (const [name, text] of Object.entries(params ?? {})) assertEquals(links[at]!.params.get(name), text);
    });
  });
}

test("linksByRelation() takes the first of each type and no link of another resource", () => {
  const links = linksByRelation(parseLinks('<a>;rel="next up",<b>;rel=next,<c>;rel=about;anchor="#x"', BASE));
  assertEquals(Object.entries(links).map(([rel, link]) => [rel, link!.url.slice(-1)]), [["next", "a"], ["up", "a"]]);
});

test("linksByRelation() has no relation that nobody sent", () => {
  const links = linksByRelation(parseLinks("<a>;rel=__proto__,<b>;rel=toString", BASE));
  assertEquals(Object.getPrototypeOf(links), null);
  assertEquals(Object.keys(links), ["__proto__", "tostring"]);
  assertEquals(links["constructor"], undefined);
});
