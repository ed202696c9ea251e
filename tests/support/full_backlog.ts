/**
 * Owns an address that accepts no further connection and refuses none: a listener whose backlog
 * is full, in a process of its own.
 */

interface Child {
  readonly stdout: { setEncoding(encoding: string): void; once(event: "data", listener: (text: string) => void): void };
  on(event: "exit", listener: () => void): void;
  kill(signal: string): void;
}

/** A listener that answers nobody. */
export interface FullBacklog {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The main thread listens and then blocks for good, so that it accepts nothing; a worker fills the
 * backlog, tells the port, and ends the process after a minute, should nobody else do it.
 */
const PROGRAM = `
const { createServer } = require("node:net");
const { Worker } = require("node:worker_threads");
const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  new Worker(\`
    const { connect } = require("node:net");
    const { workerData } = require("node:worker_threads");
    for (let at = 0; at < 8; at++) connect(workerData, "127.0.0.1").on("error", () => {});
    setTimeout(() => require("node:fs").writeSync(1, workerData + "\\\\n"), 100);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 60_000);
  \`, { eval: true, workerData: server.address().port });
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

/** Opens one. */
export async function fullBacklog(): Promise<FullBacklog> {
  const { spawn } = process.getBuiltinModule("node:child_process") as unknown as {
    spawn(command: string, args: readonly string[], options: object): Child;
  };
  const child = spawn("node", ["-e", PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.on("exit", resolve));
  child.stdout.setEncoding("utf8");
  const port = await new Promise<string>((resolve) => child.stdout.once("data", resolve));
  return {
    port: Number(port),
    close() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
