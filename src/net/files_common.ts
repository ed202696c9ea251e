/**
 * Owns what file access has in common on all runtimes.
 * Must not know any runtime.
 * Invariant: two writers of one file never share a temporary name.
 */

import type { Files } from "../core/runtime.ts";

/** Bytes read at once: what streams in at full speed, measured, without holding much. */
export const READ_SIZE: number = 64 * 1024;

/** A name beside `path`, on the same file system, that nobody else uses. */
export function temporaryName(path: string): string {
  return `${path}.${crypto.randomUUID()}.tmp`;
}

/** Writes a file under another name, flushes it, then renames it; on failure nothing stays. */
export async function replaceFile(
  files: Pick<Files, "openWriter" | "rename" | "remove">,
  path: string,
  bytes: Uint8Array,
  mode: number,
): Promise<void> {
  const beside = temporaryName(path);
  try {
    const writer = await files.openWriter(beside, "create", mode);
    try {
      await writer.write(bytes);
    } finally {
      await writer.close();
    }
    await files.rename(beside, path);
  } catch (error) {
    await files.remove(beside);
    throw error;
  }
}
