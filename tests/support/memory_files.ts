/**
 * Owns files in memory, for tests of what reads and writes them.
 * Must not know any test.
 */

import type { FileFacts, Files, OpenFile, OpenWriter } from "../../src/core/runtime.ts";

/** Files in memory; remembers how each was written. */
export class MemoryFiles implements Files {
  readonly content: Map<string, Uint8Array> = new Map();
  readonly modes: Map<string, number> = new Map();
  /** Every operation, such as `readBytes /a`. */
  readonly log: string[] = [];

  /** Starts with these texts. */
  constructor(texts: { readonly [path: string]: string } = {}) {
    for (const [path, text] of Object.entries(texts)) this.content.set(path, new TextEncoder().encode(text));
  }

  /** The text of a file. */
  text(path: string): string {
    return new TextDecoder().decode(this.content.get(path));
  }

  readBytesSync(path: string): Uint8Array {
    this.log.push(`readBytes ${path}`);
    const bytes = this.content.get(path);
    if (bytes === undefined) throw new Error(`No such file: ${path}`);
    return bytes;
  }

  readBytes(path: string): Promise<Uint8Array> {
    return new Promise((resolve) => resolve(this.readBytesSync(path)));
  }

  size(path: string): Promise<number | undefined> {
    return Promise.resolve(this.content.get(path)?.length);
  }

  facts(path: string): Promise<FileFacts | undefined> {
    return Promise.resolve(this.factsSync(path));
  }

  factsSync(path: string): FileFacts | undefined {
    const size = this.content.get(path)?.length;
    return size === undefined ? undefined : { size, kind: "file" };
  }

  writeAtomic(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    this.log.push(`writeAtomic ${path}`);
    this.content.set(path, bytes);
    this.modes.set(path, mode);
    return Promise.resolve();
  }

  open(path: string): Promise<OpenFile> {
    return Promise.reject(new Error(`Not expected: open ${path}`));
  }

  openWriter(path: string): Promise<OpenWriter> {
    return Promise.reject(new Error(`Not expected: openWriter ${path}`));
  }

  rename(from: string): Promise<void> {
    return Promise.reject(new Error(`Not expected: rename ${from}`));
  }

  remove(path: string): Promise<void> {
    return Promise.reject(new Error(`Not expected: remove ${path}`));
  }
}
