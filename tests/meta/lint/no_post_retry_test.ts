/** POST sent again: the decisions as tables, and the rule on sources. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ANY_OBJECT, type Fact, NO_KEYS, type ObjectFact, UNKNOWN } from "../../../src/lint/facts.ts";
import { lacksKey, retriesUnsafe, takesEveryMethod } from "../../../src/lint/rules/no_post_retry.ts";
import { test } from "../../support/suite.ts";
import { invalid, literal, object, reportsOf, valid } from "./cases.ts";

const RULE = "no-post-retry";

const methods = (...names: string[]): ObjectFact =>
  object({ retry: object({ methods: { kind: "list", items: names.map(literal) } }) });

test("retriesUnsafe() reads which methods are retried", () => {
  const rows: [string | null, ObjectFact, boolean][] = [
    ["POST", methods("GET", "POST"), true],
    ["POST", methods("post"), true],
    [null, methods("PATCH"), true],
    ["GET", methods("POST"), false],
    ["POST", methods("PATCH"), false],
    ["POST", methods("GET", "PUT"), false],
    ["POST", NO_KEYS, false],
    ["POST", ANY_OBJECT, false],
    ["POST", object({ retry: UNKNOWN }), false],
    ["POST", object({ retry: object({ methods: UNKNOWN }) }), false],
    ["POST", object({ retry: object({ methods: { kind: "list", items: [UNKNOWN] } }) }), false],
    [
      "POST",
      object({ retry: object({ limit: literal(0), methods: { kind: "list", items: [literal("POST")] } }) }),
      false,
    ],
    ["POST", object({ retry: object({ methods: { kind: "list", items: [literal("POST")] } }), hooks: NO_KEYS }), false],
  ];
  assertEquals(rows.map(([method, options]) => retriesUnsafe(method, options)), rows.map(([, , wanted]) => wanted));
});

test("lacksKey() is certain, or says no", () => {
  const rows: [ObjectFact, boolean][] = [
    [NO_KEYS, true],
    [object({ headers: object({ accept: literal("*/*") }) }), true],
    [object({ headers: object({ "idempotency-key": UNKNOWN }) }), false],
    [object({ headers: ANY_OBJECT }), false],
    [object({ headers: UNKNOWN }), false],
    [ANY_OBJECT, false],
  ];
  assertEquals(rows.map(([options]) => lacksKey(options)), rows.map(([, wanted]) => wanted));
});

test("takesEveryMethod() knows the conditions of axios-retry that do not ask for the method", () => {
  const rows: [Fact, boolean][] = [
    [{ kind: "function", returns: literal(true) }, true],
    [{ kind: "member", name: "isRetryableError" }, true],
    [{ kind: "function", returns: literal(false) }, false],
    [{ kind: "function", returns: UNKNOWN }, false],
    [{ kind: "member", name: "isIdempotentRequestError" }, false],
    [UNKNOWN, false],
  ];
  assertEquals(rows.map(([condition]) => takesEveryMethod(condition)), rows.map(([, wanted]) => wanted));
});

const GOT = 'import got from "got";\n';
const SENT = 'fetch("a:", { method: "POST", body })';
const loop = (attempt: string, failed = "", head = "while (true)"): string =>
  `async function f() { ${head} { try { ${attempt} } catch (error) { ${failed} } } }`;

valid(RULE, {
  "the defaults of got": `${GOT}got.post("a:", { retry: { limit: 3 } });`,
  "methods that are idempotent": `${GOT}got.put("a:", { retry: { methods: ["GET", "PUT"] } });`,
  "another method than the one retried": `${GOT}got.get("a:", { retry: { methods: ["POST"] } });`,
  "a key": `${GOT}got.post("a:", { headers: { "Idempotency-Key": k }, retry: { methods: ["POST"] } });`,
  "headers that only the run knows": `${GOT}got.post("a:", { headers, retry: { methods: ["POST"] } });`,
  "a loop that a failure leaves": loop(`return await ${SENT};`, "throw error;"),
  "a loop that every branch of a failure leaves": loop(`return await ${SENT};`, "if (x) throw error; else return;"),
  "a loop over items": loop(`await ${SENT}; break;`, "log(error);", "for (const item of items)"),
  "a loop that goes on after a success": loop(`await ${SENT};`, "log(error);"),
  "a GET in a loop": loop('return await fetch("a:");'),
  "a POST with a key in a loop": loop(
    'return await fetch("a:", { method: "POST", headers: { "idempotency-key": k } });',
  ),
  "headers in a loop that only the run knows": loop('return await fetch("a:", { method: "POST", headers });'),
  "a function within a loop": loop(`return () => ${SENT};`),
  "a POST where the failure is handled":
    `async function f() { while (true) { try { return x(); } catch { await ${SENT}; } } }`,
  "axios-retry with its own conditions": 'import axiosRetry from "axios-retry";\naxiosRetry(axios, { retries: 3 });\n' +
    "axiosRetry(axios, { retryCondition: axiosRetry.isIdempotentRequestError });\naxiosRetry(axios);",
  "a retry of the file's own": "function axiosRetry(...a: X) {}\naxiosRetry(axios, { retryCondition: () => true });",
});

invalid(RULE, {
  "got with POST among the methods": [
    `${GOT}got.post("a:", { retry: { limit: 3, methods: ["GET", "POST"] } });`,
    'got.post("a:", { retry: { limit: 3, methods: ["GET", "POST"] } })',
  ],
  "a client of got": [
    `${GOT}const api = got.extend({ retry: { methods: ["POST"] } });`,
    'got.extend({ retry: { methods: ["POST"] } })',
  ],
  "ky": [
    'import ky from "ky";\nky.create({ retry: { methods: ["patch"] } });',
    'ky.create({ retry: { methods: ["patch"] } })',
  ],
  "a loop that returns": [loop(`return await ${SENT};`, "await wait();"), SENT],
  "a loop that breaks": [loop(`await ${SENT}; break;`), SENT],
  "a loop that asks for ok": [loop(`const r = await ${SENT}; if (r.ok) return r;`, "if (n > 3) throw error;"), SENT],
  "a loop that counts": [loop(`return await ${SENT};`, "n++;", "for (let n = 0; n < 3; n++)"), SENT],
  "a loop that ends below": [
    `async function f() { do { try { await ${SENT}; { break; } } catch {} } while (n++ < 3); }`,
    SENT,
  ],
  "axios in a loop": [
    `import axios from "axios";\n${loop('return await axios.post("a:", x);')}`,
    'axios.post("a:", x)',
  ],
  "axios-retry for every method": [
    'import retry, { isRetryableError } from "axios-retry";\nretry(axios, { retryCondition: () => true });\n' +
    "retry(axios, { retryCondition: retry.isRetryableError });\n" +
    "retry(axios, { retryCondition: function () { return true; } });",
    "retry(axios, { retryCondition: () => true })",
    "retry(axios, { retryCondition: retry.isRetryableError })",
    "retry(axios, { retryCondition: function () { return true; } })",
  ],
});

test("no-post-retry shows the Jetstream form, and offers no fix", () => {
  const [report] = reportsOf(RULE, `${GOT}got("a:", { method: "PATCH", retry: { methods: ["PATCH"] } });`);
  assertStringIncludes(
    report?.hint ?? "",
    'await patch("a:", { headers: { "Idempotency-Key": crypto.randomUUID() } })',
  );
  assertEquals(report?.fix ?? [], []);
});
