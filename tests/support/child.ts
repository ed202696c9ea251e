/**
 * Owns the run of a script of the tests in a process of its own, on the runtime that runs the tests.
 * Must not know what the script does.
 */

import { runtimeId, runtimeName } from "./runtime.ts";

/** What came of it. */
export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from the last output until the process had ended. */
  readonly afterOutput: number;
}

/** How a script is run. */
export interface ChildOptions {
  readonly args?: readonly string[];
  /** What Deno is allowed; everything by default. */
  readonly permissions?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the script may ask for a collection of garbage. */
  readonly gc?: boolean;
  /**
   * MiB that the heap of each thread may have, where the engine is V8: it collects early then, so that
   * resident memory shows what is held and not how long a collector waited.
   */
  readonly heap?: number;
  /** Interrupts it (SIGINT) once it has printed something. */
  readonly interruptAfterOutput?: boolean;
  /** Milliseconds until it is killed. */
  readonly limit?: number;
}

interface Stream {
  setEncoding(encoding: string): void;
  on(event: "data", listener: (text: string) => void): void;
}

interface Child {
  readonly stdout: Stream;
  readonly stderr: Stream;
  on(event: "close", listener: (code: number | null) => void): void;
  kill(signal: string): void;
}

interface ChildProcess {
  spawn(command: string, args: readonly string[], options: object): Child;
}

function v8Flags({ gc = false, heap }: ChildOptions): string[] {
  return [
    ...(gc ? ["--expose-gc"] : []),
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`, "--max-semi-space-size=1"]),
  ];
}

function commandLine(script: string, options: ChildOptions): string[] {
  const { permissions = ["-A"], args = [] } = options;
  const flags = v8Flags(options);
  switch (runtimeId()) {
    case "deno":
      return [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        ...(flags.length > 0 ? [`--v8-flags=${flags.join(",")}`] : []),
        ...permissions,
        script,
        ...args,
      ];
    case "bun":
      return ["run", script, ...args];
    case "node20":
      return [...flags, `.build/node20/${script.replace(/\.ts$/, ".js")}`, ...args];
    case "node24":
      return [...flags, "--disable-warning=ExperimentalWarning", script, ...args];
  }
}

/** Runs `script`, a path from the top of the project. */
export function runScript(script: string, options: ChildOptions = {}): Promise<ChildResult> {
  const { spawn } = process.getBuiltinModule("node:child_process") as unknown as ChildProcess;
  const deno = (globalThis as unknown as { Deno?: { execPath(): string } }).Deno;
  const command = runtimeName() === "deno" ? deno!.execPath() : process.execPath;
  return new Promise((resolve) => {
    const child = spawn(command, commandLine(script, options), {
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    let last = performance.now();
    let interrupted = false;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8");
      child[name].on("data", (text) => {
        output[name] += text;
        last = performance.now();
        if (options.interruptAfterOutput && !interrupted) child.kill("SIGINT");
        interrupted = true;
      });
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), options.limit ?? 20_000);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output, afterOutput: performance.now() - last });
    });
  });
}
