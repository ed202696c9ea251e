/** Credentials in addresses: the decision as a table, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { hasUserInfo } from "../../../src/lint/rules/no_url_credentials.ts";
import { test } from "../../support/suite.ts";
import { invalid, reportsOf, valid } from "./cases.ts";

const RULE = "no-url-credentials";

test("hasUserInfo() looks at the authority alone", () => {
  const rows: [string, boolean][] = [
    ["https://user:pass@a.test/", true],
    ["https://token@a.test", true],
    [" HTTP://u@a.test", true],
    ["https://\0:\0@a.test/", true],
    ["https://a.test/@user", false],
    ["https://a.test?x=a@b", false],
    ["https://a.test#a@b", false],
    ["https://a.test\\@b", false],
    ["//user@a.test", false],
    ["mailto:user@a.test", false],
    ["\0@a.test", false],
  ];
  assertEquals(rows.map(([address]) => hasUserInfo(address)), rows.map(([, wanted]) => wanted));
});

valid(RULE, {
  "an address without": 'fetch("https://a.test/@user?mail=a@b");',
  "a string that is no request": 'const x = "https://user:pass@a.test/";\nuse(x);',
  "what only the run knows": "fetch(address);\nfetch(`${base}@x`);\nfetch(other.url);",
  "a key that is no address":
    'import axios from "axios";\naxios.get("a:", { params: { x: 1 }, headers: { y: "z://a@b" } });',
});

invalid(RULE, {
  "fetch": ['fetch("https://user:pass@a.test/");', '"https://user:pass@a.test/"'],
  "a template": [
    "fetch(`https://${user}:${password}@a.test/${path}`);",
    "`https://${user}:${password}@a.test/${path}`",
  ],
  "parts put together": [
    'fetch("https://" + user + ":" + password + "@a.test/");',
    '"https://" + user + ":" + password + "@a.test/"',
  ],
  "a constant": ['const where = "https://u:p@a.test";\nfetch(where);', "where"],
  "a URL object": ['fetch(new URL("https://u:p@a.test/"));', 'new URL("https://u:p@a.test/")'],
  "options of axios": ['import axios from "axios";\naxios({ url: "https://u:p@a.test/" });', '"https://u:p@a.test/"'],
  "a client": [
    'import axios from "axios";\naxios.create({ baseURL: "https://u:p@a.test/" });',
    '"https://u:p@a.test/"',
  ],
});

test("no-url-credentials shows the Jetstream form without the credentials, and offers no fix", () => {
  const [report] = reportsOf(RULE, 'fetch("https://user:secret@a.test/");');
  assertStringIncludes(report?.hint ?? "", 'await get(url, { auth: ["user", "password"] })');
  assertEquals(`${report?.message}${report?.hint}`.includes("secret"), false);
  assertEquals(report?.fix ?? [], []);
});
