/**
 * Every public option has a behaviour test that is named for it.
 */

import { assert, assertEquals } from "@std/assert";
import { listFiles, readText } from "../support/project.ts";
import { test } from "../support/suite.ts";

/** Interfaces that hold options, with the path that leads to their fields. */
const INTERFACES: readonly [file: string, name: string, prefix: string][] = [
  ["src/client/options.ts", "SharedOptions", ""],
  ["src/client/options.ts", "ClientOptions", ""],
  ["src/client/options.ts", "RequestOptions", ""],
  ["src/client/download.ts", "DownloadOptions", ""],
  ["src/client/options.ts", "LimitOptions", "limits."],
  ["src/client/options.ts", "DecompressOptions", "decompress."],
  ["src/client/options.ts", "TlsOptions", "tls."],
  ["src/client/options.ts", "JsonCodec", "jsonCodec."],
  ["src/client/timeout.ts", "TimeoutOptions", "timeout."],
  ["src/client/retry.ts", "RetryOptions", "retry."],
  ["src/client/retry.ts", "BackoffOptions", "retry.backoff."],
  ["src/client/retry.ts", "BudgetOptions", "retry.budget."],
  ["src/client/redirect_options.ts", "RedirectOptions", "redirect."],
  ["src/client/engine_options.ts", "PoolOptions", "pool."],
  ["src/client/engine_options.ts", "DnsOptions", "dns."],
  ["src/client/guard_options.ts", "GuardOptions", "guard."],
  ["src/client/proxy_options.ts", "ProxyOptions", "proxy."],
  ["src/client/proxy_options.ts", "ProxyByScheme", "proxy."],
  ["src/core/hooks.ts", "Hooks", "hooks."],
];

/** Options that are nothing but the object that holds others. */
const CONTAINERS = new Set(["limits", "pool", "dns", "tls", "jsonCodec", "hooks"]);

function optionNames(): string[] {
  const names: string[] = [];
  for (const [file, name, prefix] of INTERFACES) {
    const source = readText(file);
    const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(source)?.[1];
    assert(body, `${name} was not found in ${file}`);
    const fields = [...body.matchAll(/^ {2}(?:readonly )?([a-zA-Z]+)\??:/gm)].map((match) => match[1]!);
    assert(fields.length > 0, `${name} has no fields`);
    names.push(...fields.map((field) => prefix + field));
  }
  return names.filter((name) => !CONTAINERS.has(name));
}

function testedNames(): Set<string> {
  const tested = new Set<string>();
  for (const file of listFiles("tests/behaviour", "_test.ts")) {
    const source = readText(file);
    for (const [, name] of source.matchAll(/\boption\(\s*"([^"]+)"/g)) tested.add(name!);
    // Tables: option(`limits.${name}`, …) over rows that begin with the name.
    for (const [, prefix] of source.matchAll(/\boption\(\s*`([a-zA-Z.]+)\$\{name\}`/g)) {
      for (const [, name] of source.matchAll(/^\s*\[\s*"([a-zA-Z]+)",/gm)) tested.add(prefix! + name!);
    }
  }
  return tested;
}

test("every public option has a behaviour test named for it", () => {
  const tested = testedNames();
  assertEquals(optionNames().filter((name) => !tested.has(name)), []);
});
