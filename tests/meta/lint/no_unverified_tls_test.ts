/** Verification switched off: the decision as a table, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Fact, UNDEFINED, UNKNOWN } from "../../../src/lint/facts.ts";
import { switchesOff } from "../../../src/lint/rules/no_unverified_tls.ts";
import { test } from "../../support/suite.ts";
import { invalid, literal, reportsOf, valid } from "./cases.ts";

const RULE = "no-unverified-tls";

test("switchesOff() knows each name, and the value that is off", () => {
  const rows: [string, Fact, string | null, boolean][] = [
    ["rejectUnauthorized", literal(false), null, true],
    ["rejectUnauthorized", literal(true), null, false],
    ["rejectUnauthorized", UNKNOWN, null, false],
    ["strictSSL", literal(false), null, true],
    ["verify", literal(false), "tls", true],
    ["verify", literal(false), null, false],
    ["verify", literal(true), "tls", false],
    ["NODE_TLS_REJECT_UNAUTHORIZED", literal("0"), null, true],
    ["NODE_TLS_REJECT_UNAUTHORIZED", literal(0), null, true],
    ["NODE_TLS_REJECT_UNAUTHORIZED", literal("1"), null, false],
    ["checkServerIdentity", { kind: "function", returns: UNDEFINED }, null, true],
    ["checkServerIdentity", { kind: "function", returns: UNKNOWN }, null, false],
    ["other", literal(false), null, false],
  ];
  assertEquals(rows.map(([name, value, within]) => switchesOff(name, value, within)), rows.map((row) => row[3]));
});

valid(RULE, {
  "verification": "f({ rejectUnauthorized: true, strictSSL: true });",
  "a value that only the run knows": "f({ rejectUnauthorized: isProduction, [key]: false });",
  "a pattern with a default": "const { rejectUnauthorized = false } = options;",
  "a server that asks for certificates": "serve({ requestCert: true, rejectUnauthorized: false });",
  "another verify": "jwt({ verify: false });",
  "a check of names that does something": "f({ checkServerIdentity: (host, c) => check(host, c) });",
  "a check of names that is no answer yet": "f({ checkServerIdentity: async () => {} });",
  "a check of names with several statements": "f({ checkServerIdentity: (host, c) => { log(c); return check(c); } });",
  "the variable set back":
    'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "1";\nDeno.env.get("NODE_TLS_REJECT_UNAUTHORIZED");',
});

invalid(RULE, {
  "an agent": [
    'import https from "node:https";\nconst agent = new https.Agent({ rejectUnauthorized: false });',
    "rejectUnauthorized: false",
  ],
  "options of got": [
    'import got from "got";\ngot("a:", { https: { rejectUnauthorized: false }, timeout });',
    "rejectUnauthorized: false",
  ],
  "options that are changed": ["options.rejectUnauthorized = false;", "options.rejectUnauthorized"],
  "this library's own option": [
    "new Client({ tls: { verify: false } });\noptions.tls.verify = false;",
    "verify: false",
    "options.tls.verify",
  ],
  "the variable, in every form": [
    'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";\nprocess.env["NODE_TLS_REJECT_UNAUTHORIZED"] = 0 as any;\n' +
    'Deno.env.set("NODE_TLS_REJECT_UNAUTHORIZED", "0");',
    "process.env.NODE_TLS_REJECT_UNAUTHORIZED",
    'process.env["NODE_TLS_REJECT_UNAUTHORIZED"]',
    'Deno.env.set("NODE_TLS_REJECT_UNAUTHORIZED", "0")',
  ],
  "the variable of a child": [
    'spawn("x", { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });',
    'NODE_TLS_REJECT_UNAUTHORIZED: "0"',
  ],
  "a check of names that passes all": [
    "f({ checkServerIdentity: () => undefined });\nf({ checkServerIdentity() {} });\n" +
    "f({ checkServerIdentity: () => { return; } });\nf({ checkServerIdentity: () => null });",
    "checkServerIdentity: () => undefined",
    "checkServerIdentity() {}",
    "checkServerIdentity: () => { return; }",
    "checkServerIdentity: () => null",
  ],
});

test("no-unverified-tls shows the Jetstream form, and offers no fix", () => {
  const [report] = reportsOf(RULE, "f({ rejectUnauthorized: false });");
  assertStringIncludes(report?.hint ?? "", "new Client({ tls: { extraCa: file } })");
  assertEquals(report?.fix ?? [], []);
});
