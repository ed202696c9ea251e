import { assertEquals } from "@std/assert";
import { readProxyEnv } from "../../src/http/proxy_env.ts";
import { test } from "../support/suite.ts";

type Variables = Readonly<Record<string, string>>;

/** The environment, and for each scheme the variable that decides. */
const ROWS: readonly (readonly [name: string, env: Variables, http: string | null, https: string | null])[] = [
  ["nothing", {}, null, null],
  ["http_proxy", { http_proxy: "p" }, "http_proxy", null],
  ["HTTP_PROXY", { HTTP_PROXY: "p" }, "HTTP_PROXY", null],
  ["HTTPS_PROXY", { HTTPS_PROXY: "p" }, null, "HTTPS_PROXY"],
  ["ALL_PROXY", { ALL_PROXY: "p" }, "ALL_PROXY", "ALL_PROXY"],
  ["lower case first", { http_proxy: "p", HTTP_PROXY: "q" }, "http_proxy", null],
  ["lower case first, https", { https_proxy: "p", HTTPS_PROXY: "q" }, null, "https_proxy"],
  ["lower case first, all", { all_proxy: "p", ALL_PROXY: "q" }, "all_proxy", "all_proxy"],
  ["the scheme's own first", { HTTPS_PROXY: "p", all_proxy: "q" }, "all_proxy", "HTTPS_PROXY"],
  ["empty means none", { HTTPS_PROXY: "", ALL_PROXY: "q" }, "ALL_PROXY", null],
  ["empty lower case means none", { http_proxy: "", HTTP_PROXY: "q" }, null, null],
  ["blank means none", { http_proxy: "  ", HTTP_PROXY: "q" }, null, null],
  ["httpoxy", { REQUEST_METHOD: "GET", HTTP_PROXY: "evil" }, null, null],
  [
    "httpoxy, lower case is the server's",
    { REQUEST_METHOD: "GET", http_proxy: "p", HTTP_PROXY: "evil" },
    "http_proxy",
    null,
  ],
  [
    "httpoxy, other variables",
    { REQUEST_METHOD: "GET", HTTP_PROXY: "evil", ALL_PROXY: "p", HTTPS_PROXY: "q" },
    "ALL_PROXY",
    "HTTPS_PROXY",
  ],
  ["httpoxy, even without a method", { REQUEST_METHOD: "", HTTP_PROXY: "evil" }, null, null],
];

test("readProxyEnv() finds the variable that decides for each scheme", () => {
  for (const [name, env, http, https] of ROWS) {
    const found = readProxyEnv((variable) => env[variable]);
    assertEquals([found.http?.name ?? null, found.https?.name ?? null], [http, https], name);
    assertEquals(found.http?.value, http === null ? undefined : env[http], name);
  }
});

test("readProxyEnv() does not trust http_proxy either where names of variables know no case", () => {
  const env = { REQUEST_METHOD: "GET", HTTP_PROXY: "evil", HTTPS_PROXY: "q" } as Variables;
  const found = readProxyEnv((variable) => env[variable.toUpperCase()]);
  assertEquals(found, { http: null, https: { name: "https_proxy", value: "q" }, no: "" });
});

test("readProxyEnv() trims values and reads NO_PROXY, lower case first", () => {
  assertEquals(readProxyEnv((name) => ({ http_proxy: " p\n" } as Variables)[name]).http?.value, "p");
  assertEquals(readProxyEnv((name) => ({ NO_PROXY: "a" } as Variables)[name]).no, "a");
  assertEquals(readProxyEnv((name) => ({ no_proxy: "b", NO_PROXY: "a" } as Variables)[name]).no, "b");
  assertEquals(readProxyEnv((name) => ({ no_proxy: "", NO_PROXY: "a" } as Variables)[name]).no, "");
});
