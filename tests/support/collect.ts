/**
 * Owns the collection of garbage on demand; the process has to expose the collector, as `runScript` does with `gc`.
 * Must not know what is measured.
 */

interface Collector {
  readonly gc?: () => void;
  readonly Bun?: { gc(wait: boolean): void };
}

/** Lets go of garbage: a runtime may keep 64 MiB that nobody holds. */
export function collect(): void {
  const { gc, Bun } = globalThis as unknown as Collector;
  if (Bun !== undefined) Bun.gc(true);
  else gc!();
}
