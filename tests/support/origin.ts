/**
 * Owns the start of the test server (`origin_server.mjs`) in a process of its own, on every runtime.
 * Must not know what is asked of it.
 */

import { Authority } from "./certificates.ts";

/** A running server. */
export interface Origin {
  /** `http://127.0.0.1:port`. */
  readonly http: string;
  /** `https://localhost:port`; its certificate is for `localhost` and `127.0.0.1`. */
  readonly https: string;
  /** Path of its unix socket. */
  readonly unix: string;
  /** The CA (PEM) that its certificate comes from. */
  readonly ca: string;
  /** Pin of its key. */
  readonly pin: string;
  /** A client certificate of the same CA. */
  readonly client: { readonly cert: string; readonly key: string };
}

interface Stream {
  setEncoding(encoding: string): void;
  on(event: "data", listener: (text: string) => void): void;
  unref?(): void;
}

interface Child {
  readonly stdin: { write(text: string): void; unref?(): void };
  readonly stdout: Stream;
  on(event: "exit", listener: (code: number | null) => void): void;
  unref(): void;
}

interface ChildProcess {
  spawn(command: string, args: readonly string[], options: object): Child;
}

let running: Promise<Origin> | undefined;

/** The server of this test process, started on first use; it ends with the process. */
export function origin(): Promise<Origin> {
  return running ??= start();
}

async function start(): Promise<Origin> {
  const authority = await Authority.create("Origin CA");
  const server = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  const client = await authority.issue({ names: ["client.test"], subject: "client.test", purpose: "client" });
  const name = `jetstream-${crypto.randomUUID()}.sock`;
  const { spawn } = process.getBuiltinModule("node:child_process") as unknown as ChildProcess;
  const { tmpdir } = process.getBuiltinModule("node:os");
  // Node, whatever runs the tests: the server must not share the fate of what is tested.
  const child = spawn("node", ["tests/support/origin_server.mjs"], { stdio: ["pipe", "pipe", "inherit"] });
  const answer = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", resolve);
    child.on("exit", (code) => reject(new Error(`The test server ended with ${code}`)));
  });
  const tls = { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
  child.stdin.write(`${JSON.stringify({ tls, unix: `${tmpdir()}/${name}` })}\n`);
  const ports = JSON.parse(await answer);
  child.unref();
  child.stdin.unref?.();
  child.stdout.unref?.();
  return {
    http: `http://127.0.0.1:${ports.http}`,
    https: `https://localhost:${ports.https}`,
    unix: ports.unix,
    ca: authority.cert,
    pin: server.pin,
    client: { cert: client.cert, key: client.key },
  };
}
