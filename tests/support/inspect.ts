/**
 * Owns what a console of this runtime would print for a value.
 * Must not know the value.
 */

import { runtimeName } from "./runtime.ts";

interface Host {
  readonly Deno: { inspect(value: unknown): string };
  readonly Bun: { inspect(value: unknown): string };
}

/** The text that `console.log(value)` prints. */
export function inspect(value: unknown): string {
  const host = globalThis as unknown as Host;
  switch (runtimeName()) {
    case "deno":
      return host.Deno.inspect(value);
    case "bun":
      return host.Bun.inspect(value);
    default:
      return (process.getBuiltinModule("node:util") as { inspect(value: unknown): string }).inspect(value);
  }
}
