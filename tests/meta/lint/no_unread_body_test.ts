/** Bodies that are left: the decision as a table, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Use, useOfMember } from "../../../src/lint/fate.ts";
import { isLeft } from "../../../src/lint/rules/no_unread_body.ts";
import { test } from "../../support/suite.ts";
import { invalid, mends, reportsOf, valid } from "./cases.ts";

const RULE = "no-unread-body";

test("isLeft() blames no use that is not understood", () => {
  const rows: [string | null, Use[], boolean][] = [
    ["GET", [], true],
    ["GET", ["status"], true],
    ["POST", ["status", "head"], true],
    ["GET", ["body"], false],
    ["GET", ["status", "escapes"], false],
    ["HEAD", ["status"], false],
    [null, ["status"], false],
  ];
  assertEquals(rows.map(([method, uses]) => isLeft(method, new Set(uses))), rows.map(([, , wanted]) => wanted));
});

test("useOfMember() knows the members of a response", () => {
  const names = ["ok", "status", "headers", "json", "bytes", "body", "clone", "mine", null];
  assertEquals(names.map(useOfMember), [
    "status",
    "status",
    "head",
    "body",
    "body",
    "escapes",
    "escapes",
    "escapes",
    "escapes",
  ]);
});

valid(RULE, {
  "a body that is read": 'const r = await fetch("a:");\nif (r.ok) await r.json();',
  "a body that is read at once": 'const x = await (await fetch("a:")).text();',
  "a body that is cancelled": 'const r = await fetch("a:");\nawait r.body?.cancel();',
  "a body that is taken out": 'const { body } = await fetch("a:");',
  "a response that is returned": 'const f = async () => await fetch("a:");\nfunction g() { return fetch("a:"); }',
  "a response that is passed on": 'const r = await fetch("a:");\nuse(r);',
  "a response that is kept": 'this.r = await fetch("a:");\nlet s = await fetch("a:");\nvar t = await fetch("a:");',
  "a response that is exported": 'export const r = await fetch("a:");\nconst s = await fetch("a:");\nexport { s };',
  "a response in a list": 'await Promise.all([fetch("a:")]);',
  "a response by its short form": 'const r = await fetch("a:");\nuse({ r });',
  "a promise that is awaited later": 'const p = fetch("a:");\nconst r = await p;\nawait r.text();',
  "a response behind another name": 'const r = await fetch("a:");\nconst s = r;\nawait s.text();',
  "a response taken apart with a rest": 'const { ok, ...rest } = await fetch("a:");',
  "a member that only the run knows": 'const r = await fetch("a:");\nr[method]();',
  "then with a reader": 'fetch("a:").then((r) => r.json());\nfetch("a:").then(function (r) { return r.text(); });',
  "then with a function of another place": 'fetch("a:").then(read);\nfetch("a:").then(...all);',
  "then with an array pattern or a default": 'fetch("a:").then(([r]) => {});\nfetch("a:").then((r = x) => {});',
  "a request for the head alone": 'const r = await fetch("a:", { method: "HEAD" });\nuse(r.status);',
  "options that only the run knows": "const f = async (url: string, init: X) => { await fetch(url, init); };",
  "what may be a Request of any method": "const f = async (input: X) => { await fetch(input); };",
  "a response used where a plugin sees nothing": 'const r = await fetch("a:");\n;\nawait r.text();',
  "an operator of its own": 'const x = !(await fetch("a:"));',
  "axios and got, which read it":
    'import axios from "axios";\nimport got from "got";\nawait axios.get("a:"); await got("a:");',
  "ky with a shortcut": 'import ky from "ky";\nawait ky.get("a:").json();\nawait ky.head("a:");',
});

invalid(RULE, {
  "a response nobody looks at": [
    'await fetch("a:");\nfetch("a:1");\nvoid fetch("a:2");',
    'fetch("a:")',
    'fetch("a:1")',
    'fetch("a:2")',
  ],
  "a response of which the head is used": [
    'const r = await fetch("a:");\nif (!r.ok) throw new Error(r.statusText);\nuse(r["headers"]);',
    'fetch("a:")',
  ],
  "a status at once": ['const ok = (await fetch("a:"))?.ok;', 'fetch("a:")'],
  "a head taken apart": [
    'const { ok, status: s } = await fetch("a:");\nconst r = await fetch("a:1");\nconst { headers } = r;',
    'fetch("a:")',
    'fetch("a:1")',
  ],
  "then with a look at the head": [
    'fetch("a:").then((r) => r.ok);\nfetch("a:1").then(() => {});\nfetch("a:2").then(({ ok }) => ok);',
    'fetch("a:")',
    'fetch("a:1")',
    'fetch("a:2")',
  ],
  "a failure that is caught": ['await fetch("a:").catch(log).finally(done);', 'fetch("a:")'],
  "a promise that is awaited later": ['const p = fetch("a:");\nconst r = await p;\nuse(r.status);', 'fetch("a:")'],
  "a name that means another response elsewhere": [
    'const r = await fetch("a:");\nfunction f(r: Response) { return r.text(); }\nuse({ r: 1 }, x.r);',
    'fetch("a:")',
  ],
  "a use in a type": ['const r = await fetch("a:");\ntype R = typeof r;', 'fetch("a:")'],
  "a POST": ['await fetch("a:", { method: "post", body });', 'fetch("a:", { method: "post", body })'],
  "ky": [
    'import ky from "ky";\nawait ky.post("a:", { json });\nawait ky("a:");',
    'ky.post("a:", { json })',
    'ky("a:")',
  ],
});

mends(RULE, {
  "a response nobody looks at": [
    'await fetch("a:", { method: "POST" });',
    'await (await fetch("a:", { method: "POST" })).body?.cancel();',
  ],
  "a response with a name, in the form of its line": [
    'async function f() {\n  const r = await fetch("a:");\n  return r.ok;\n}',
    'async function f() {\n  const r = await fetch("a:");\n  await r.body?.cancel();\n  return r.ok;\n}',
  ],
  "several, each in its place": [
    'await fetch("a:");\nconst r = await fetch("b:")\nuse(r.ok)\n',
    'await (await fetch("a:")).body?.cancel();\nconst r = await fetch("b:")\nawait r.body?.cancel();\nuse(r.ok)\n',
  ],
});

test("no-unread-body offers no fix where no statement can follow", () => {
  const sources = [
    'fetch("a:");',
    'const ok = (await fetch("a:")).ok;',
    'const { ok } = await fetch("a:");',
    'for (const r = await fetch("a:"); r.ok;) break;',
    'const r = await fetch("a:"), s = 1;\nuse(r.ok);',
    'fetch("a:").then((r) => r.ok);',
  ];
  const fixes = sources.map((source) => reportsOf(RULE, source).map(({ fix }) => (fix ?? []).length));
  assertEquals(fixes, sources.map(() => [0]));
});

test("no-unread-body shows the Jetstream form", () => {
  assertStringIncludes(reportsOf(RULE, 'await fetch("a:");')[0]?.hint ?? "", 'await get("a:")');
});
