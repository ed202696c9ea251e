/**
 * Owns the start of a server of the tests in a process of its own, on every runtime.
 * Must not know what it serves.
 * Invariant: the server lives as long as this process and does not hold it.
 */

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

/** Runs `program` on Node, gives it `settings` as one line of JSON, and returns the line that it prints. */
export async function startServer<T>(program: string, settings: object, node = "node"): Promise<T> {
  const { spawn } = process.getBuiltinModule("node:child_process") as unknown as ChildProcess;
  // Node, whatever runs the tests: the server must not share the fate of what is tested.
  const child = spawn(node, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const answer = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", resolve);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  child.stdin.write(`${JSON.stringify(settings)}\n`);
  const ports = JSON.parse(await answer) as T;
  child.unref();
  child.stdin.unref?.();
  child.stdout.unref?.();
  return ports;
}
