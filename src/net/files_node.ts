/**
 * Owns file access by `node:fs`, for Node and Bun.
 * Must not know what the files hold.
 * Invariant: a file that is replaced is complete and flushed before its name is given to it.
 */

import type { FileFacts, Files, OpenFile, OpenWriter } from "../core/runtime.ts";
import { type NodeFile, nodeModule, type NodeStats } from "./node_host.ts";
import { READ_SIZE, replaceFile } from "./files_common.ts";

const FLAGS = { create: "wx", append: "a", truncate: "w" };

function fs(): ReturnType<typeof nodeModule<"fs">> {
  return nodeModule("fs");
}

class NodeOpenFile implements OpenFile {
  readonly size: number;
  readonly #file: NodeFile;
  #at: number;
  #closed = false;

  constructor(file: NodeFile, size: number, start: number) {
    this.#file = file;
    this.size = size;
    this.#at = start;
  }

  async read(): Promise<Uint8Array | null> {
    const space = new Uint8Array(READ_SIZE);
    const { bytesRead } = await this.#file.read(space, 0, space.length, this.#at);
    this.#at += bytesRead;
    return bytesRead === 0 ? null : space.subarray(0, bytesRead);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A failure to close what was only read loses nothing.
    this.#file.close().catch(() => {});
  }
}

async function writeAll(file: NodeFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

function factsOf(found: NodeStats): FileFacts {
  const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "other";
  return { size: found.size, kind };
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOENT";
}

/** The files of a runtime with `node:fs`. */
export const nodeFiles: Files = {
  readBytes: async (path: string): Promise<Uint8Array> => await fs().promises.readFile(path),
  readBytesSync: (path: string): Uint8Array => fs().readFileSync(path),
  async open(path: string, start: number = 0): Promise<OpenFile> {
    const file = await fs().promises.open(path, "r");
    try {
      return new NodeOpenFile(file, (await file.stat()).size, start);
    } catch (error) {
      await file.close();
      throw error;
    }
  },
  async openWriter(path: string, how: "create" | "append" | "truncate", mode: number = 0o666): Promise<OpenWriter> {
    const file = await fs().promises.open(path, FLAGS[how], mode);
    return {
      write: (bytes: Uint8Array): Promise<void> => writeAll(file, bytes),
      async close(): Promise<void> {
        try {
          await file.sync();
        } finally {
          await file.close();
        }
      },
    };
  },
  writeAtomic(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    return replaceFile(this, path, bytes, mode);
  },
  async size(path: string): Promise<number | undefined> {
    try {
      return (await fs().promises.stat(path)).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async facts(path: string): Promise<FileFacts | undefined> {
    try {
      return factsOf(await fs().promises.lstat(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  factsSync(path: string): FileFacts | undefined {
    try {
      return factsOf(fs().statSync(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  rename: (from: string, to: string): Promise<void> => fs().promises.rename(from, to),
  async remove(path: string): Promise<void> {
    try {
      await fs().promises.unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
};
