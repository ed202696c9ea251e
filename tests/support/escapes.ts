/**
 * Owns the watch for what reaches the process because nobody caught it.
 * Must not know what runs.
 */

/** What escapes while `run` runs, as far as the runner leaves that to us; else the runner fails the test. */
export async function escapes(run: () => Promise<void>): Promise<unknown[]> {
  const found: unknown[] = [];
  const note = (reason: unknown): void => void found.push(reason);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  try {
    await run();
    // What was rejected in the last turn is told in one of the next.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  }
  return found;
}
