/**
 * Owns what a console of this runtime would print for a value.
 * Must not know the value.
 */

import { runtimeName } from "./runtime.ts";

interface Host {
  readonly Deno: { inspect(value: unknown, options?: object): string };
  readonly Bun: { inspect(value: unknown, options?: object): string };
}

/** The text that `console.log(value)` prints; with `depth`, what it prints of so many levels. */
export function inspect(value: unknown, depth?: number): string {
  const host = globalThis as unknown as Host;
  const options = depth === undefined ? {} : { depth };
  switch (runtimeName()) {
    case "deno":
      return host.Deno.inspect(value, options);
    case "bun":
      return host.Bun.inspect(value, options);
    default: {
      const util = process.getBuiltinModule("node:util") as { inspect(value: unknown, options: object): string };
      return util.inspect(value, options);
    }
  }
}
