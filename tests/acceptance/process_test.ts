/**
 * Owns the proof of what a program meets that uses the library: it ends when its work is done, it
 * needs no more permission than its request does, and a failure that is caught is over.
 */

import { assert, assertEquals } from "@std/assert";
import { awaitedBehaviour } from "../support/behaviour.ts";
import { runScript } from "../support/child.ts";
import { fullBacklog } from "../support/full_backlog.ts";
import { runtimeName } from "../support/runtime.ts";
import { test } from "../support/suite.ts";

const SCRIPTS = "tests/support/scripts";

for (const path of ["/echo", "/bytes/1000000", "/encoded/gzip"]) {
  awaitedBehaviour(`a program ends with its last call, a pool open or not: ${path}`, async ({ url, origin }) => {
    const result = await runScript(`${SCRIPTS}/last_statement.ts`, { args: [url(path)] });
    assertEquals([result.code, result.stdout.trim(), result.stderr], [0, "answered 200", ""]);
    console.log(`${path}: ended ${Math.round(result.afterOutput)} ms after its answer`);
    assert(result.afterOutput < 1_000, `it ended ${result.afterOutput} ms after its answer`);
    assert(origin.http !== "");
  });
}

test("a program ends with a connect that was given up", async (t) => {
  const listener = await fullBacklog();
  t.after(() => listener.close());
  const limit = 300;
  const args = [`http://127.0.0.1:${listener.port}/`, String(limit)];
  const result = await runScript(`${SCRIPTS}/connect_limit.ts`, { args });
  assertEquals([result.code, result.stderr], [0, ""]);
  const { code, after } = JSON.parse(result.stdout) as { code: string; after: number };
  assertEquals(code, "TIMEOUT_CONNECT");
  console.log(`given up after ${Math.round(after)} ms of ${limit}, ended ${Math.round(result.afterOutput)} ms later`);
  assert(after >= limit - 5 && after < limit + 500, `it was given up after ${after} ms`);
  assert(result.afterOutput < 1_000, `it ended ${result.afterOutput} ms after the limit`);
});

awaitedBehaviour("a failure that is caught once leaves no unhandled rejection", async ({ url }) => {
  const args = ["http://127.0.0.1:1/", url("/status/404")];
  const result = await runScript(`${SCRIPTS}/caught.ts`, { args });
  assertEquals([result.code, result.stdout.trim(), result.stderr], [0, "19", ""]);
});

if (runtimeName() === "deno") {
  for (const host of ["127.0.0.1", "localhost"]) {
    awaitedBehaviour(
      `a GET on Deno needs the net permission for ${host} alone, and no Node layer`,
      async ({ origin }) => {
        const { port } = new URL(origin.http);
        for (const path of ["/bytes/5", "/encoded/gzip?body=hello", "/redirect?to=/bytes/5"]) {
          const result = await runScript(`${SCRIPTS}/permitted.ts`, {
            args: [`http://${host}:${port}${path}`],
            permissions: [`--allow-net=${host}:${port}`],
            // Not permitted: as good as not set, and nobody is asked.
            env: { HTTP_PROXY: "http://127.0.0.1:1", HTTPS_PROXY: "http://127.0.0.1:1", NO_PROXY: "" },
          });
          assertEquals([path, result.code, result.stderr], [path, 0, ""]);
          const { status, length, touched } = JSON.parse(result.stdout) as Record<string, unknown>;
          assertEquals([path, status, length, touched], [path, 200, 5, []]);
        }
      },
    );
  }

  awaitedBehaviour("a GET on Deno without its permission fails and names it", async ({ origin }) => {
    const { port } = new URL(origin.http);
    const result = await runScript(`${SCRIPTS}/permitted.ts`, {
      args: [`http://localhost:${port}/echo`],
      permissions: [`--allow-net=127.0.0.1:${port}`],
    });
    assertEquals(result.code, 1);
    assert(result.stderr.includes(`--allow-net=localhost:${port}`), result.stderr);
  });
}
