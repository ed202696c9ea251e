/** Statuses that are passed over: the decision as a table, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Use } from "../../../src/lint/fate.ts";
import { isPassedOver } from "../../../src/lint/rules/require_status_check.ts";
import { test } from "../../support/suite.ts";
import { invalid, reportsOf, valid } from "./cases.ts";

const RULE = "require-status-check";

test("isPassedOver() wants a body, and nothing that could have looked at the status", () => {
  const rows: [Use[], boolean][] = [
    [["body"], true],
    [["body", "head"], true],
    [["body", "status"], false],
    [["body", "escapes"], false],
    [["head"], false],
    [[], false],
  ];
  assertEquals(rows.map(([uses]) => isPassedOver(new Set(uses))), rows.map(([, wanted]) => wanted));
});

valid(RULE, {
  "a look at ok": 'const r = await fetch("a:");\nif (!r.ok) throw 1;\nawait r.json();',
  "a look at the status": 'const r = await fetch("a:");\nconst { status } = r;\nawait r.json();',
  "a check by another function": 'const r = await fetch("a:");\nassertOk(r);\nawait r.json();',
  "a response that is returned": "const f = (url: string, init: X) => fetch(url, init);",
  "a check in then": 'fetch("a:").then((r) => r.ok ? r.json() : null);\nfetch("a:").then(check);',
  "a body that is not used": 'const r = await fetch("a:");\nawait r.body?.cancel();',
  "a response that is cloned": 'const r = await fetch("a:");\nr.clone();\nawait r.json();',
  "clients that raise":
    'import ky from "ky";\nimport axios from "axios";\nawait ky("a:").json(); (await axios("a:")).data;',
  "a fetch of the file's own": 'import { fetch } from "./mine.ts";\nconst r = await fetch("a:");\nawait r.json();',
});

invalid(RULE, {
  "a body that is read at once": ['const x = await (await fetch("a:")).json();', 'fetch("a:")'],
  "a body by a name": ['const r = await fetch("a:");\nuse(r.headers, await r.json());', 'fetch("a:")'],
  "a body in then": [
    'fetch("a:").then((r) => r.json());\nfetch("a:1").then(function (r) { return r.text(); });',
    'fetch("a:")',
    'fetch("a:1")',
  ],
  "options that only the run knows": [
    "const f = async (url: string, init: X) => await (await fetch(url, init)).json();",
    "fetch(url, init)",
  ],
  "a body taken out of the response": ['const { json } = await fetch("a:");', 'fetch("a:")'],
});

test("require-status-check shows the Jetstream form, and offers no fix", () => {
  const [report] = reportsOf(RULE, 'await (await fetch("a:", { method: "DELETE" })).json();');
  assertStringIncludes(report?.hint ?? "", 'await del("a:").json()');
  assertEquals(report?.fix ?? [], []);
});
