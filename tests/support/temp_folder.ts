/**
 * Owns a folder on the real disk for the time of a test.
 * Must not know what is put there.
 */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own. */
export class TempFolder {
  /** Its path. */
  readonly path: string = mkdtempSync(join(tmpdir(), "jetstream-"));

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** The names in it, or in a folder within, sorted. */
  names(within = ""): string[] {
    return readdirSync(this.file(within)).sort();
  }

  /** Makes a folder in it. */
  folder(name: string): void {
    mkdirSync(this.file(name));
  }

  /** The text of a file. */
  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  /** The bytes of a file. */
  bytes(name: string): Uint8Array {
    return readFileSync(this.file(name));
  }

  /** Writes a file. */
  write(name: string, text: string, mode: number): void {
    writeFileSync(this.file(name), text, { mode });
  }

  /** Makes a file of `size` zeros that take no room on the disk. */
  zeros(name: string, size: number): void {
    writeFileSync(this.file(name), "");
    truncateSync(this.file(name), size);
  }

  /** Makes `name` a link to `target`. */
  link(name: string, target: string): void {
    symlinkSync(target, this.file(name));
  }

  /** The permissions of a file. */
  mode(name: string): number {
    return statSync(this.file(name)).mode & 0o777;
  }

  /** Removes a file. */
  delete(name: string): void {
    rmSync(this.file(name));
  }

  /** Removes it with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
