/**
 * Owns file access by Deno itself.
 * Must not know what the files hold.
 * Invariant: a file that is replaced is complete and flushed before its name is given to it.
 */

import type { FileFacts, Files, OpenFile, OpenWriter } from "../core/runtime.ts";
import { type DenoFile, type DenoFileFacts, denoHost, type DenoOpenOptions } from "./deno_host.ts";
import { READ_SIZE, replaceFile } from "./files_common.ts";

const HOW: Readonly<Record<"create" | "append" | "truncate", DenoOpenOptions>> = {
  create: { write: true, createNew: true },
  append: { append: true, create: true },
  truncate: { write: true, create: true, truncate: true },
};

class DenoOpenFile implements OpenFile {
  readonly size: number;
  readonly #file: DenoFile;
  #closed = false;

  constructor(file: DenoFile, size: number) {
    this.#file = file;
    this.size = size;
  }

  async read(): Promise<Uint8Array | null> {
    const space = new Uint8Array(READ_SIZE);
    const length = await this.#file.read(space);
    return length === null ? null : space.subarray(0, length);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }
}

async function writeAll(file: DenoFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

function factsOf(found: DenoFileFacts): FileFacts {
  const kind = found.isFile ? "file" : found.isDirectory ? "folder" : found.isSymlink ? "link" : "other";
  return { size: found.size, kind };
}

function isMissing(error: unknown): boolean {
  return (error as Error).name === "NotFound";
}

/** The files of Deno. */
export const denoFiles: Files = {
  readBytes: (path: string): Promise<Uint8Array> => denoHost().readFile(path),
  readBytesSync: (path: string): Uint8Array => denoHost().readFileSync(path),
  async open(path: string, start: number = 0): Promise<OpenFile> {
    const file = await denoHost().open(path, { read: true });
    try {
      const { size } = await file.stat();
      if (start > 0) await file.seek(start, 0);
      return new DenoOpenFile(file, size);
    } catch (error) {
      file.close();
      throw error;
    }
  },
  async openWriter(path: string, how: "create" | "append" | "truncate", mode: number = 0o666): Promise<OpenWriter> {
    const file = await denoHost().open(path, { ...HOW[how], mode });
    return {
      write: (bytes: Uint8Array): Promise<void> => writeAll(file, bytes),
      async close(): Promise<void> {
        try {
          await file.sync();
        } finally {
          file.close();
        }
      },
    };
  },
  writeAtomic(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    return replaceFile(this, path, bytes, mode);
  },
  async size(path: string): Promise<number | undefined> {
    try {
      return (await denoHost().stat(path)).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async facts(path: string): Promise<FileFacts | undefined> {
    try {
      return factsOf(await denoHost().lstat(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  factsSync(path: string): FileFacts | undefined {
    try {
      return factsOf(denoHost().statSync(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  rename: (from: string, to: string): Promise<void> => denoHost().rename(from, to),
  async remove(path: string): Promise<void> {
    try {
      await denoHost().remove(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
};
