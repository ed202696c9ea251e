/**
 * Owns the question which runtime the tests run on.
 * Must not know any test.
 */

/** A runtime. */
export type RuntimeName = "deno" | "bun" | "node";

/** A runtime, the two versions of Node apart. */
export type RuntimeId = "deno" | "bun" | "node20" | "node24";

interface Host {
  readonly Deno?: { readonly version?: { readonly deno?: string } };
  readonly Bun?: { readonly version?: string };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** The version that runs, such as `2.9.6`. */
export function runtimeVersion(): string {
  const host = globalThis as Host;
  return host.Deno?.version?.deno ?? host.Bun?.version ?? host.process?.versions?.node ?? "unknown";
}

/** The runtime that runs. */
export function runtimeName(): RuntimeName {
  const host = globalThis as Host;
  // Deno first: to ask it for `process` boots its Node layer.
  if (host.Deno?.version?.deno) return "deno";
  if (host.Bun?.version) return "bun";
  return "node";
}

/** The runtime that runs, the two versions of Node apart. */
export function runtimeId(): RuntimeId {
  const name = runtimeName();
  if (name !== "node") return name;
  return runtimeVersion().startsWith("20.") ? "node20" : "node24";
}
