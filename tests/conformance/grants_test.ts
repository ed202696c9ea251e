import { assertEquals } from "@std/assert";
import type { ConnectTarget } from "../../src/core/socket.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { startScript } from "../support/processes.ts";
import { rawServer } from "../support/raw_server.ts";
import { runtimeName, test } from "../support/suite.ts";
import { temporaryPath } from "../support/temporary.ts";
import { fixture, settings } from "./tls_fixture.ts";
import { tcpTarget } from "./worlds.ts";

/** What the script prints for `task` under `grants`. */
async function run(task: object, grants: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  const { stdout, stderr } = await startScript("grants_script", [JSON.stringify(task)], grants, env).ended;
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

const echo = async (): ReturnType<typeof rawServer> =>
  await rawServer(async (peer) => peer.end(await peer.until("hello")));

test("env() reads what is set, and nothing else", () => {
  const runtime = detectRuntime();
  process.env.JETSTREAM_PROBE = "yes";
  assertEquals([runtime.env("JETSTREAM_PROBE"), runtime.env("JETSTREAM_NO_PROBE")], ["yes", undefined]);
});

if (runtimeName() === "deno") {
  test("connect() works with a grant for the name alone, and touches no Node layer", async (t) => {
    const server = await echo();
    t.after(() => server.close());
    const task = { trap: true, target: tcpTarget(server.port, null, "localhost") };
    assertEquals(await run(task, [`--allow-net=localhost:${server.port}`]), { value: "hello" });
  });

  test("connect() names the permission that it lacks", async (t) => {
    const server = await echo();
    t.after(() => server.close());
    const where = `127.0.0.1:${server.port}`;
    const wanted = (target: ConnectTarget): Promise<unknown> => run({ trap: true, target }, ["--allow-net=localhost"]);
    assertEquals(await wanted(tcpTarget(server.port)), {
      failure: [
        "ConnectError",
        "CONNECT_PERMISSION",
        `Cannot connect to ${where}: it is not permitted, run with --allow-net=${where}`,
      ],
    });
  });

  test("connect() names the permission that it lacks, by node:net too", async (t) => {
    const server = await echo();
    t.after(() => server.close());
    const where = `127.0.0.1:${server.port}`;
    const target = { ...tcpTarget(server.port), localAddress: "127.0.0.1" };
    for (const grants of [[], ["--allow-net=localhost"], [`--allow-net=${where}`]]) {
      assertEquals(await run({ target }, grants), {
        failure: [
          "ConnectError",
          "CONNECT_PERMISSION",
          `Cannot connect to ${where}: it is not permitted, run with --allow-net=${where},127.0.0.1:0`,
        ],
      });
    }
    assertEquals(await run({ target }, [`--allow-net=${where},127.0.0.1:0`]), { value: "hello" });
  });

  test("connect() to a unix socket needs net, read and write, and says so", async (t) => {
    const path = temporaryPath("sock");
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")), { unix: path });
    t.after(() => server.close());
    const target: ConnectTarget = { kind: "unix", path, tls: null, nestedTls: false };
    const all = ["--allow-net", `--allow-read=${path}`, `--allow-write=${path}`];
    assertEquals(await run({ trap: true, target }, all), { value: "hello" });
    for (const missing of [0, 1, 2]) {
      assertEquals(await run({ trap: true, target }, all.filter((_, i) => i !== missing)), {
        failure: [
          "ConnectError",
          "CONNECT_PERMISSION",
          `Cannot connect to ${path}: it is not permitted, run with ${all.join(" ")}`,
        ],
      });
    }
  });

  test("startTls() needs no grant of its own, and touches no Node layer", async (t) => {
    const { authority, good } = await fixture();
    const server = await rawServer(async (peer) => peer.end(await peer.until("hello")), {
      tls: { cert: good.cert, key: good.key },
    });
    t.after(() => server.close());
    const tls = settings({ extraCa: [authority.cert] });
    const task = { trap: true, target: tcpTarget(server.port, tls, "localhost") };
    assertEquals(await run(task, [`--allow-net=localhost:${server.port}`]), { value: "hello" });
  });

  test("lookup() works with a grant for the name, and names it otherwise", async () => {
    const { value } = await run({ lookup: "localhost" }, ["--allow-net=localhost"]) as {
      value: { address: string }[];
    };
    assertEquals(value.some(({ address }) => address === "127.0.0.1" || address === "::1"), true);
    assertEquals(await run({ lookup: "localhost" }, []), {
      failure: [
        "DNSError",
        "DNS_PERMISSION",
        "Cannot resolve localhost: it is not permitted, run with --allow-net=localhost",
      ],
    });
  });

  test("env() never asks: what is not granted is not set", async () => {
    const env = { JETSTREAM_PROBE: "yes" };
    const task = { trap: true, env: "JETSTREAM_PROBE" };
    assertEquals(await run(task, ["--allow-env=JETSTREAM_PROBE"], env), { value: "yes" });
    assertEquals(await run(task, ["--allow-env=OTHER"], env), { value: null });
    assertEquals(await run(task, [], env), { value: null });
  });

  test("the first compressed body is undone without the Node layer", async () => {
    const { gzipSync } = process.getBuiltinModule("node:zlib");
    const gunzip = [...gzipSync("hello hello hello")];
    assertEquals(await run({ trap: true, gunzip }, []), {
      value: [["zstd", "br", "gzip", "deflate"], false, "hello hello hello"],
    });
  });
}
