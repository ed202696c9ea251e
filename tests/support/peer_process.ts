/**
 * Owns foreign servers for the steps in `tests/full/`: found, started on free ports of this machine,
 * waited for, ended with all they have started.
 * Must not know what they serve.
 * Invariant: after `stop()` no process and no file of it is left.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** How long a server may take until it listens, and until it ends, in milliseconds. */
const PATIENCE = 20_000;
const PARTING = 5_000;

/** The path of a program, also where only an administrator looks; `undefined` when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Servers that live and end together, in a folder of their own. */
export class Peers {
  /** Their folder; servers that give up being root may still write there. */
  readonly folder: string;
  readonly #children: { readonly name: string; readonly child: ChildProcess; readonly output: string[] }[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder. */
  static async create(): Promise<Peers> {
    const folder = await mkdtemp(join(tmpdir(), "jetstream-peers-"));
    await chmod(folder, 0o777);
    return new Peers(folder);
  }

  /** Writes a file of their folder and returns its path. */
  async write(name: string, text: string, mode = 0o644): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  /** Starts a server and waits until it listens on every one of `ports`. */
  async start(program: string, args: readonly string[], ports: readonly number[]): Promise<void> {
    // A group of its own, so that what it starts ends with it.
    const child = spawn(program, args, { cwd: this.folder, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    child.stdout!.on("data", (part: Uint8Array) => output.push(String(part)));
    child.stderr!.on("data", (part: Uint8Array) => output.push(String(part)));
    child.on("error", (error) => output.push(error.message));
    this.#children.push({ name: program, child, output });
    const started = Date.now();
    for (const port of ports) {
      while (!await listens(port)) {
        if (child.exitCode !== null || Date.now() - started > PATIENCE) {
          throw new Error(`${program} does not listen on port ${port}:\n${output.join("").slice(-4_000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** What they have printed, for a failure's sake; `files` of their folder besides. */
  async report(files: readonly string[] = []): Promise<string> {
    const texts = this.#children.map(({ name, output }) => `--- ${name}\n${output.join("").slice(-4_000)}`);
    for (const file of files) {
      const text = await readFile(join(this.folder, file), "utf8").catch((error: Error) => error.message);
      texts.push(`--- ${file}\n${text.slice(-4_000)}`);
    }
    return texts.join("\n");
  }

  /** Ends them all and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all(this.#children.map(({ child }) => end(child)));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.on("connect", () => answer(true));
    socket.on("error", () => answer(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const signal = (name: "SIGTERM" | "SIGKILL"): void => {
    try {
      process.kill(-pid, name);
    } catch {
      // The whole group is gone.
    }
  };
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise<void>((resolve) => child.on("exit", () => resolve()));
    signal("SIGTERM");
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, PARTING))]);
  }
  signal("SIGKILL");
}
