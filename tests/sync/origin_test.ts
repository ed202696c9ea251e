/** Where the modules may come from, and where threads are missing. */

import { assertEquals, assertThrows } from "@std/assert";
import { Bridge } from "../../src/sync/bridge.ts";
import { UnsupportedRuntimeError } from "../../sync.ts";
import { runScript } from "../support/child.ts";
import { origin } from "../support/origin.ts";
import { runtimeName } from "../support/runtime.ts";
import { startServer } from "../support/server_process.ts";
import { test } from "../support/suite.ts";

const server = await origin();

if (runtimeName() === "deno") {
  const registry = await startServer<{ http: number }>("tests/support/package_server.mjs", {});

  test("the blocking client works from another origin with the permission to import and to connect", async () => {
    const { host } = new URL(server.http);
    const result = await runScript("tests/support/scripts/sync_remote.ts", {
      args: [`http://127.0.0.1:${registry.http}`, `${server.http}/bytes/70000`],
      permissions: ["--no-lock", `--allow-import=127.0.0.1:${registry.http}`, `--allow-net=${host}`],
    });
    assertEquals([result.code, result.stdout.trim(), result.stderr], [0, "200 true", ""]);
  });
}

test("a runtime without threads is told of the asynchronous client", (t) => {
  const known = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" }, configurable: true });
  t.after(() => {
    delete (globalThis as { navigator?: unknown }).navigator;
    if (known !== undefined) Object.defineProperty(globalThis, "navigator", known);
  });
  assertThrows(() => new Bridge().call("stats", [0]), UnsupportedRuntimeError, 'from "@jetstream/client"');
});
