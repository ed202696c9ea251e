/** Options that do not fit, or that nobody knows, are refused with a clear error. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, type RequestOptions } from "../../mod.ts";
import { test } from "../support/suite.ts";
import { notes } from "../support/notes.ts";

/** Values by the kind of option that must refuse them, with the words for the value. */
const KINDS = {
  duration: [["5", '"5"'], [true, "true"], [{}, "Object"], [0, "0"], [-1, "-1"], [NaN, "NaN"]],
  count: [["5", '"5"'], [true, "true"], [-1, "-1"], [1.5, "1.5"], [NaN, "NaN"]],
  flag: [["true", '"true"'], [1, "1"], [{}, "Object"]],
  text: [[5, "5"], [true, "true"], [{}, "Object"], ["", '""']],
  callable: [["f", '"f"'], [5, "5"], [{}, "Object"]],
  object: [[5, "5"], ["x", '"x"'], [[], "array"], [true, "true"]],
  list: [["x", '"x"'], [5, "5"], [{}, "Object"]],
} as const;

const OPTIONS: Readonly<Record<string, keyof typeof KINDS>> = {
  "timeout.total": "duration",
  "timeout.attempt": "duration",
  "timeout.pool": "duration",
  "timeout.connect": "duration",
  "timeout.write": "duration",
  "timeout.head": "duration",
  "timeout.read": "duration",
  "timeout.expect": "duration",
  "retry.max": "count",
  "retry.methods": "list",
  "retry.statuses": "list",
  "retry.on": "list",
  "retry.seed": "count",
  "retry.maxRetryAfter": "duration",
  "retry.when": "callable",
  "redirect.max": "count",
  "redirect.allowDowngrade": "flag",
  "redirect.keepHeaders": "list",
  "redirect.resendBody": "flag",
  "redirect.policy": "callable",
  "limits.head": "count",
  "limits.fields": "count",
  "limits.informational": "count",
  "limits.chunkExtensions": "count",
  "limits.trailers": "count",
  "limits.body": "count",
  "limits.drain": "count",
  "decompress.maxLayers": "count",
  "decompress.codings": "list",
  "pool.max": "count",
  "pool.perRoute": "count",
  "pool.idlePerRoute": "count",
  "pool.maxQueue": "count",
  "pool.idleTimeout": "duration",
  "pool.maxAge": "duration",
  "pool.connectDelay": "duration",
  "dns.servers": "list",
  "dns.queryTimeout": "duration",
  "dns.rounds": "count",
  "tls.verify": "flag",
  "tls.pins": "list",
  "tls.alpn": "list",
  "tls.serverName": "text",
  "lenient": "list",
  "unix": "text",
  "localAddress": "text",
  "expectContinue": "flag",
  "trustEnv": "flag",
  "onEvent": "callable",
  "jsonCodec.parse": "callable",
  "jsonCodec.stringify": "callable",
  "hooks": "object",
  "limits": "object",
  "pool": "object",
  "dns": "object",
  "tls": "object",
  "jsonCodec": "object",
};

test("an option that does not fit is refused by its name, its value and what was wanted", async (t) => {
  const wrong: string[] = [];
  const n = notes(t);
  const check = (where: string, path: string, shown: string, error: unknown): void => {
    const right = error instanceof TypeError || error instanceof RangeError;
    const { message } = right ? error : { message: String(error) };
    const clear = right && message.includes(`"${path}`) && message.includes(shown) && message.includes("expected");
    if (!clear) wrong.push(`${where} ${path} = ${shown}: ${message}`);
  };
  for (const [path, kind] of Object.entries(OPTIONS)) {
    const [outer, inner] = path.split(".") as [string, string?];
    for (const [value, shown] of KINDS[kind]) {
      const options = { [outer]: inner === undefined ? value : { [inner]: value } };
      try {
        await new Client(options as ClientOptions).close();
        wrong.push(`client ${path} = ${shown} was taken`);
      } catch (error) {
        check("client", path, shown, error);
      }
      if (["pool", "dns"].includes(outer)) continue;
      check("request", path, shown, await n.of("GET", "http://a.test/", options as RequestOptions));
    }
  }
  assertEquals(wrong, []);
});

test("an unknown option is refused at every level, the nearest one named", async (t) => {
  const n = notes(t);
  const rows: readonly (readonly [options: object, path: string, nearest: string])[] = [
    [{ Timeout: 5 }, "Timeout", "timeout"],
    [{ time_out: 5 }, "time_out", "timeout"],
    [{ timeout: { conect: 5 } }, "timeout.conect", "connect"],
    [{ retry: { retries: 5 } }, "retry.retries", ""],
    [{ redirect: { maxx: 5 } }, "redirect.maxx", "max"],
    [{ tls: { rejectUnauthorized: false } }, "tls.rejectUnauthorized", ""],
    [{ hooks: { beforeRequest: [] } }, "hooks.beforeRequest", ""],
    [{ limits: { heads: 5 } }, "limits.heads", "head"],
    [{ decompress: { ratio: 5 } }, "decompress.ratio", ""],
    [{ proxy: { url: "http://a.test", header: {} } }, "proxy.header", "headers"],
    [JSON.parse('{"__proto__":{"unix":"/x"}}') as object, "__proto__", ""],
    [JSON.parse('{"constructor":{"prototype":{}}}') as object, "constructor", ""],
  ];
  for (const [options, path, nearest] of rows) {
    const outcome = await n.of("GET", "http://a.test/", options as RequestOptions);
    assert(outcome instanceof TypeError, `${path}: ${outcome}`);
    assert(outcome.message.includes(`"${path}"`), outcome.message);
    assert(outcome.message.includes(nearest === "" ? "there is no such option" : `"${nearest}"`), outcome.message);
  }
});
