/**
 * Owns the processes that contenders run in, and what the system knows of them.
 * Must not know what is measured.
 * Invariant: a process that does not answer in time is killed, and its row says so.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Command, Measured } from "./measure.ts";

/** Milliseconds over its time that a command may take, and that a start may take. */
const GRACE = 30_000;

/** What a process answers, or why it does not. */
export type Answer =
  | Measured & { readonly unsupported?: undefined; readonly error?: undefined }
  | { readonly unsupported: true; readonly error?: undefined }
  | { readonly unsupported?: undefined; readonly error: string };

/** Memory of a process, in bytes. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

/** One contender in a process of its own. */
export class Worker {
  readonly #child: ChildProcess;
  #text = "";
  #problem = "";
  #told: (line: string | undefined) => void = () => {};

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(command[0]!, command.slice(1), { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdout!.setEncoding("utf8").on("data", (part: string) => {
      this.#text += part;
      const end = this.#text.indexOf("\n");
      if (end < 0) return;
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      this.#told(line);
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (part: string) => this.#problem += part);
    this.#child.stdin!.on("error", () => {});
    this.#child.on("error", (error) => this.#problem += error.message);
    this.#child.on("close", () => this.#told(undefined));
  }

  /** Resolves when it can take commands; `undefined`, else why it cannot. */
  async ready(): Promise<string | undefined> {
    const line = await this.#line(GRACE);
    return line === "ready" ? undefined : this.#why(line);
  }

  /** Sends a command and waits for its result. */
  async ask(command: Command): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(command)}\n`);
    const line = await this.#line(command.milliseconds + GRACE);
    if (!line?.startsWith("{")) return { error: this.#why(line) };
    return JSON.parse(line) as Answer;
  }

  /** Ends it. */
  stop(): void {
    this.#child.kill("SIGKILL");
  }

  /** CPU time so far in milliseconds, to about 10 ms; `NaN` where the system does not tell. */
  cpu(): number {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return NaN;
    }
  }

  /** Memory now and at most; `undefined` where the system does not tell. */
  memory(): Memory | undefined {
    try {
      const text = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
      const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)![1]) * 1024;
      return { resident: read("VmRSS"), peak: read("VmHWM") };
    } catch {
      return undefined;
    }
  }

  /** Lets the peak begin anew. */
  forgetPeak(): void {
    try {
      writeFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
    } catch {
      // Then the peak is that of the whole life, which is more.
    }
  }

  #line(limit: number): Promise<string | undefined> {
    if (this.#child.exitCode !== null) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), limit);
      this.#told = (line) => {
        clearTimeout(timer);
        this.#told = () => {};
        resolve(line);
      };
    });
  }

  #why(line: string | undefined): string {
    const last = this.#problem.trim().split("\n").find((each) => /error/i.test(each)) ?? this.#problem.trim();
    return line ?? (last.slice(0, 200) || "no answer in time");
  }
}

/** Wall time of a process from start to end, in milliseconds; throws when it fails. */
export function timeProcess(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command[0]!, command.slice(1), { env, stdio: ["ignore", "ignore", "pipe"] });
    let problem = "";
    let ended = 0;
    child.stderr!.setEncoding("utf8").on("data", (part: string) => problem += part);
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
    child.on("error", reject);
    child.on("exit", () => ended = performance.now());
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(ended - started);
      else reject(new Error(problem.trim().split("\n")[0] || `ended with ${code}`));
    });
  });
}
