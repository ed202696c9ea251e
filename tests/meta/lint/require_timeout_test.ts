/** Requests without a limit in time: the decision as a table, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ANY_OBJECT, NO_KEYS, type ObjectFact, UNKNOWN } from "../../../src/lint/facts.ts";
import { isLimited, isOffender } from "../../../src/lint/rules/require_timeout.ts";
import { test } from "../../support/suite.ts";
import { invalid, literal, object, reportsOf, valid } from "./cases.ts";

const RULE = "require-timeout";

test("isLimited() decides by what each client does of itself", () => {
  const rows: [Parameters<typeof isLimited>[0], ObjectFact, string][] = [
    ["fetch", NO_KEYS, "no"],
    ["fetch", ANY_OBJECT, "unknown"],
    ["fetch", object({ signal: literal(null) }), "no"],
    ["fetch", object({ signal: UNKNOWN }), "unknown"],
    ["fetch", object({ signal: { kind: "member", name: "signal" } }), "yes"],
    ["fetch", object({ timeout: literal(5) }), "no"],
    ["axios", NO_KEYS, "no"],
    ["axios", object({ timeout: literal(5) }), "yes"],
    ["axios", object({ timeout: literal(0) }), "no"],
    ["axios", object({ timeout: literal(0), signal: UNKNOWN }), "unknown"],
    ["axios", object({ cancelToken: { kind: "member", name: "token" } }), "yes"],
    ["got", NO_KEYS, "no"],
    ["got", object({ timeout: NO_KEYS }), "no"],
    ["got", object({ timeout: object({ request: literal(1) }) }), "yes"],
    ["got", object({ hooks: NO_KEYS }), "unknown"],
    ["ky", NO_KEYS, "yes"],
    ["ky", object({ timeout: literal(false) }), "no"],
    ["ky", object({ timeout: literal(false), signal: { kind: "member", name: "signal" } }), "yes"],
  ];
  assertEquals(rows.map(([client, options]) => isLimited(client, options)), rows.map(([, , wanted]) => wanted));
});

test("isOffender() names an instance once, where it is made", () => {
  const call = { client: "axios", makes: false, own: NO_KEYS, inherited: NO_KEYS } as const;
  assertEquals(isOffender(call, "no"), false);
  assertEquals(isOffender({ ...call, makes: true }, "no"), true);
  assertEquals(isOffender({ ...call, inherited: null }, "no"), true);
  assertEquals(isOffender({ ...call, own: object({ timeout: literal(0) }) }, "no"), true);
  assertEquals(isOffender({ ...call, makes: true }, "unknown"), false);
});

valid(RULE, {
  "options that only the run knows": "const f = (url: string, init?: RequestInit) => fetch(url, init);",
  "options with something spread in": 'fetch("http://a.test", { ...init });',
  "options that what is spread in may set anew": 'fetch("http://a.test", { signal: null, ...init });',
  "an argument of a form that nobody follows": "fetch(first ? one : other);\nfetch(await next());\nfetch(list[0]);",
  "a require of the file's own": 'function f(require: X) { const axios = require("axios"); axios.get("a:"); }',
  "arguments that only the run knows": "fetch(...given);",
  "what may be a Request with a signal": "const f = (input: Request | string) => fetch(input);",
  "a Request of an unknown origin": "fetch(event.request);",
  "a signal": 'fetch("http://a.test", { signal: AbortSignal.timeout(1) });',
  "a signal by its short form": 'fetch("http://a.test", { signal });',
  "a key that only the run knows": 'fetch("http://a.test", { [key]: 1 });',
  "a signal in the Request": 'fetch(new Request("http://a.test", { signal }));',
  "a fetch of the file's own": 'function fetch(url: string) {}\nfetch("http://a.test");',
  "a fetch that is a parameter": 'export const f = (fetch: typeof globalThis.fetch) => fetch("http://a.test");',
  "a fetch that is imported": 'import { fetch } from "undici";\nfetch("http://a.test");',
  "a fetch of a catch clause, a loop or a pattern":
    'try {} catch (fetch) { fetch("a:"); }\nfor (const fetch of all) fetch("a:");\nfor (let fetch;;) fetch("a:");\n' +
    'function f({ fetch }: X, [g]: Y) { fetch("a:"); }\nconst h = ([fetch = 1, ...r]: X) => fetch("a:");',
  "a fetch that is declared further down, or by var in a block":
    'function f() { fetch("a:"); if (x) { var fetch = y; } }\nfunction g() { fetch("a:"); class fetch {} }',
  "a fetch of a namespace, an enum or a class": "namespace N { const fetch = 1; fetch('a:'); }\n" +
    "function f() { enum fetch { A } fetch('a:'); }\nconst c = class fetch { m() { fetch('a:'); } };",
  "another object's fetch": 'client.fetch("http://a.test");\nself.caches.fetch("a:");',
  "a globalThis of the file's own": 'function f(globalThis: X) { globalThis.fetch("http://a.test"); }',
  "another package's get": 'import { get } from "./mine.ts";\nget("http://a.test");',
  "an axios of the file's own": 'const axios = make();\naxios.get("http://a.test");',
  "a package whose name only begins alike": 'import axios from "axios-mock";\naxios.get("http://a.test");',
  "axios with a timeout": 'import axios from "axios";\naxios.post("http://a.test", body, { timeout: 5 });',
  "axios with defaults": 'import axios from "axios";\naxios.defaults.timeout = 5;\naxios.get("http://a.test");',
  "axios with defaults assigned at once":
    'import axios from "axios";\nObject.assign(axios.defaults, mine);\naxios.get("http://a.test");',
  "axios with an interceptor": 'import axios from "axios";\naxios.interceptors.request.use(f);\naxios.get("a:");',
  "an instance of axios with a timeout":
    'import axios from "axios";\nconst api = axios.create({ timeout: 5 });\napi.get("/");',
  "an instance of unknown options": 'import axios from "axios";\nconst api = axios.create(options);\napi.get("/");',
  "a client that may be set anew": 'import axios from "axios";\nlet api = axios;\napi = other;\napi.get("/");',
  "members of axios that send nothing": 'import axios from "axios";\naxios.isAxiosError(e);\naxios.all([]);',
  "got with a timeout": 'import got from "got";\ngot("http://a.test", { timeout: { request: 5 } });',
  "got with a client that has one":
    'import got from "got";\nconst a = got.extend({ timeout: { request: 5 } });\nconst b = a.extend({});\nb("x");',
  "got extended by another client": 'import got from "got";\nexport const a = got.extend(other, { prefixUrl: "a:" });',
  "ky, which has a limit": 'import ky from "ky";\nawait ky.get("http://a.test").json();\nky.create({});',
  "ky extended by a function": 'import ky from "ky";\nky.extend((options) => options);',
  "two constants that name each other": "const a = b;\nconst b = a;\nfetch(a);\nb.get(a);",
});

invalid(RULE, {
  "an address alone": ['await fetch("http://a.test");', 'fetch("http://a.test")'],
  "an address in every form": [
    "const where = 'a:';\nfetch(`${a}/b`); fetch(base + '/x'); fetch(new URL('/x', base)); fetch(where);\n" +
    "fetch(config.url); fetch(apiUrl); fetch(u.toString()); fetch(String(u));\n" +
    "const f = (a: string, b: URL) => { fetch(a); fetch(b); };",
    "fetch(`${a}/b`)",
    "fetch(base + '/x')",
    "fetch(new URL('/x', base))",
    "fetch(where)",
    "fetch(config.url)",
    "fetch(apiUrl)",
    "fetch(u.toString())",
    "fetch(String(u))",
    "fetch(a)",
    "fetch(b)",
  ],
  "options without a signal": ['fetch("a:", { method: "POST" });', 'fetch("a:", { method: "POST" })'],
  "a signal that is none": ['fetch("a:", { signal: null });', 'fetch("a:", { signal: null })'],
  "options that are undefined": ['fetch("a:", undefined);', 'fetch("a:", undefined)'],
  "a Request without a signal": ['fetch(new Request("a:"));', 'fetch(new Request("a:"))'],
  "fetch as a member of the global object": ['globalThis.fetch("a:");', 'globalThis.fetch("a:")'],
  "fetch by another name": ['const get = fetch;\nget("a:");', 'get("a:")'],
  "fetch beside a shadowed one": ['function f(fetch: X) {}\nfetch("a:");', 'fetch("a:")'],
  "fetch through a cast": ['(fetch as X)("a:" as string);', '(fetch as X)("a:" as string)'],
  "axios by its default": [
    'import axios from "axios";\naxios("a:"); axios({ url: "a:" });',
    'axios("a:")',
    'axios({ url: "a:" })',
  ],
  "axios by another name": ['import http from "npm:axios@1";\nhttp.get("a:");', 'http.get("a:")'],
  "axios by a namespace": ['import * as http from "axios";\nhttp.default.get("a:");', 'http.default.get("a:")'],
  "a member of axios": ['import { get } from "axios";\nget("a:");', 'get("a:")'],
  "a member of axios by another name": ['import { get as fetchIt } from "axios";\nfetchIt("a:");', 'fetchIt("a:")'],
  "a member of axios taken apart": [
    'import axios from "axios";\nconst { post: send } = axios;\nsend("a:", {});',
    'send("a:", {})',
  ],
  "axios by require": [
    'const axios = require("axios");\naxios.request({ url: "a:" });',
    'axios.request({ url: "a:" })',
  ],
  "axios loaded late": [
    'const { default: axios } = await import("axios");\naxios.delete("a:");',
    'axios.delete("a:")',
  ],
  "axios with its timeout off": [
    'import axios from "axios";\naxios.get("a:", { timeout: 0 });',
    'axios.get("a:", { timeout: 0 })',
  ],
  "a body of axios that is no options": [
    'import axios from "axios";\naxios.post("a:", { timeout: 5 });',
    'axios.post("a:", { timeout: 5 })',
  ],
  "an instance, once": [
    'import axios from "axios";\nconst api = axios.create({ baseURL: "a:" });\napi.get("/");\napi.post("/", {});',
    'axios.create({ baseURL: "a:" })',
  ],
  "a call that lifts the limit of its instance": [
    'import axios from "axios";\nconst api = axios.create({ timeout: 5 });\napi.get("/", { timeout: 0 });',
    'api.get("/", { timeout: 0 })',
  ],
  "got": [
    'import got from "got";\nimport { got as g } from "got";\ngot("a:"); got.stream("a:"); g.put("a:", { json: 1 });',
    'got("a:")',
    'got.stream("a:")',
    'g.put("a:", { json: 1 })',
  ],
  "got with limits that are none": [
    'import got from "got";\ngot("a:", { timeout: {} }); got({ url: "a:", timeout: { request: undefined } });',
    'got("a:", { timeout: {} })',
    'got({ url: "a:", timeout: { request: undefined } })',
  ],
  "ky with its limit off": [
    'import ky from "https://esm.sh/ky@1";\nky("a:", { timeout: false });\nky.create({ timeout: false });',
    'ky("a:", { timeout: false })',
    "ky.create({ timeout: false })",
  ],
  "fetch through an assertion": ['const x = fetch("a:")!;', 'fetch("a:")'],
});

test("require-timeout shows the Jetstream form of the very call", () => {
  const hintOf = (source: string): string => reportsOf(RULE, source)[0]?.hint ?? "";
  assertStringIncludes(
    hintOf('fetch(`http://a.test/${id}`, { method: "PUT" });'),
    "await put(`http://a.test/${id}`, { timeout: 30_000 })",
  );
  assertStringIncludes(hintOf('import got from "got";\ngot.delete("a:");'), 'await del("a:", { timeout: 30_000 })');
  assertStringIncludes(
    hintOf('fetch("a:", { method: "PURGE" });'),
    'await request("PURGE", "a:", { timeout: 30_000 })',
  );
  assertStringIncludes(hintOf('import axios from "axios";\naxios.create();'), "new Client({ timeout: 30_000 })");
  assertStringIncludes(hintOf(`fetch("http://a.test/${"x".repeat(60)}");`), "await get(url, ");
});

test("require-timeout offers no fix: a limit that fits is the author's to choose", () => {
  assertEquals(reportsOf(RULE, 'fetch("a:");').map(({ fix }) => fix ?? []), [[]]);
});
