/**
 * Owns the choice of the runtime: the only file that looks where it runs.
 * Must not do anything while it is loaded: edge runtimes forbid most of it there.
 * Invariant: in Deno `process` is not touched, which would boot its Node layer.
 */

import type { Runtime } from "../core/runtime.ts";
import { BunRuntime } from "./runtime_bun.ts";
import { DenoRuntime } from "./runtime_deno.ts";
import { EdgeRuntime } from "./runtime_edge.ts";
import { NodeRuntime } from "./runtime_node.ts";

/** The traces by which a runtime is known. */
export interface HostTraces {
  readonly navigator?: { readonly userAgent?: string };
  readonly Deno?: { readonly version?: { readonly deno?: string } };
  readonly Bun?: { readonly version?: string };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/**
 * Which runtime `host` is. Cloudflare first, because it can pose as Node; Deno and Bun before
 * Node, because both tell a version of it.
 */
export function nameRuntime(host: HostTraces): Runtime["name"] {
  if (host.navigator?.userAgent === "Cloudflare-Workers") return "edge";
  if (host.Deno?.version?.deno !== undefined) return "deno";
  if (host.Bun?.version !== undefined) return "bun";
  return host.process?.versions?.node !== undefined ? "node" : "edge";
}

function makeRuntime(name: Runtime["name"]): Runtime {
  switch (name) {
    case "deno":
      return new DenoRuntime();
    case "bun":
      return new BunRuntime();
    case "node":
      return new NodeRuntime();
    case "edge":
      return new EdgeRuntime();
  }
}

let found: Runtime | undefined;

/** The runtime that this code runs on, found on first use. */
export function detectRuntime(): Runtime {
  return found ??= makeRuntime(nameRuntime(globalThis as HostTraces));
}
