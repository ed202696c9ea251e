/**
 * Owns processes that tests start, on every runtime.
 * Must not know what runs in them.
 * Invariant: `stop()` leaves no process behind.
 */

import { runtimeName } from "./runtime.ts";

interface Stream {
  setEncoding(encoding: string): void;
  on(event: "data", listener: (text: string) => void): void;
}

interface NodeChild {
  readonly pid: number;
  readonly stdout: Stream;
  readonly stderr: Stream;
  kill(signal: string): boolean;
  on(event: "close", listener: (code: number | null) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
}

/** A process. */
export interface Child {
  /** Resolves with the next line of its output; rejects when it ends before. */
  line(): Promise<string>;
  /** Sends a signal. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when it has ended, with everything that it printed. */
  readonly ended: Promise<ChildResult>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What a process left. */
export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts a script of this folder on the runtime that runs this test.
 * `grants` are the permissions it has on Deno; all by default.
 */
export function startScript(
  name: string,
  args: readonly string[],
  grants: readonly string[] = ["-A"],
  env: Record<string, string> = {},
): Child {
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const path = fileURLToPath(new URL(`./${name}.${suffix}`, import.meta.url));
  const before = runtimeName() === "deno" ? ["run", "--no-check", "--no-prompt", "--quiet", ...grants] : [];
  // Deno gives every permission to what it takes for itself among the arguments: it must not see its path.
  const command = ["-c", 'exec "$TESTED_RUNTIME" "$@"', "sh", ...before, path, ...args];
  return startChild("sh", command, { ...env, NO_COLOR: "1", TESTED_RUNTIME: process.execPath });
}

/** Starts a process. */
export function startChild(command: string, args: readonly string[], env: Record<string, string> = {}): Child {
  const { spawn } = process.getBuiltinModule("node:child_process") as unknown as {
    spawn(command: string, args: readonly string[], options: object): NodeChild;
  };
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let read = 0;
  let over = false;
  const waiting = new Set<() => void>();
  const stir = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    stdout += text;
    stir();
  });
  child.stderr.on("data", (text) => stderr += text);
  const ended = new Promise<ChildResult>((resolve) => {
    const end = (code: number | null): void => {
      over = true;
      stir();
      resolve({ code, stdout, stderr });
    };
    child.on("close", end);
    child.on("error", (error) => {
      stderr += String(error);
      end(null);
    });
  });
  return {
    ended,
    async line(): Promise<string> {
      for (;;) {
        const at = stdout.indexOf("\n", read);
        if (at >= 0) {
          const line = stdout.slice(read, at);
          read = at + 1;
          return line;
        }
        if (over) throw new Error(`The process ended before it printed a line: ${stderr}`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    // Not by the child: in Deno it takes one signal in its life.
    signal: (name): void => void process.kill(child.pid, name),
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
