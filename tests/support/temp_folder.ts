/**
 * Owns a folder on the real disk for the time of a test.
 * Must not know what is put there.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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

  /** The names in it, sorted. */
  names(): string[] {
    return readdirSync(this.path).sort();
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

  /** Makes `name` a link to `target`. */
  link(name: string, target: string): void {
    symlinkSync(target, this.file(name));
  }

  /** The permissions of a file. */
  mode(name: string): number {
    return statSync(this.file(name)).mode & 0o777;
  }

  /** Removes it with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
