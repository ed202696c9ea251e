/**
 * Owns changes to the environment of the test process.
 */

/** Sets a variable and returns what takes it back. */
export function setEnv(name: string, value: string): () => void {
  const before = process.env[name];
  process.env[name] = value;
  return () => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  };
}

/** The value of a variable. */
export function getEnv(name: string): string | undefined {
  return process.env[name];
}
