/**
 * Owns what `client.use` takes and where a layer is put.
 * Must not know the order of the stack.
 * Invariant: settings are copied, never changed.
 */

import type { UserLayer } from "../core/layer.ts";
import type { Settings } from "../core/settings.ts";
import { callable, oneOf, record } from "./validate.ts";

/** Where a layer is put by {@linkcode Client.use}. */
export interface UseOptions {
  /**
   * `call`: around all attempts and hops of a call; `network`: around each request on the wire,
   * where it must call `next` exactly once.
   * @default {"call"}
   */
  level?: "call" | "network";
}

/** `settings` with one layer more, inside of those that are there. */
export function withLayer(settings: Settings, layer: UserLayer, options: UseOptions): Settings {
  callable("use", layer);
  const given = record<UseOptions>("use", options, ["level"]);
  const list = oneOf("use.level", given.level ?? "call", ["call", "network"]) === "call"
    ? "callLayers"
    : "networkLayers";
  return Object.freeze({ ...settings, [list]: Object.freeze([...settings[list], layer]) });
}
