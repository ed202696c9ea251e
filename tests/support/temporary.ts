/**
 * Owns names for files that a test makes.
 * Must not know what is in them.
 */

/** A path that nobody uses, in the folder of the system for such files. */
export function temporaryPath(extension: string): string {
  const { tmpdir } = process.getBuiltinModule("node:os");
  return `${tmpdir()}/jetstream-${crypto.randomUUID()}.${extension}`;
}
