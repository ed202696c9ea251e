/**
 * Owns the check of the `transport` option.
 * Must not know what a transport does.
 */

import type { Transport } from "../core/transport.ts";
import { wrongType } from "./validate.ts";

/** The transport that was given, or the word for the runtime's `fetch`; `null` for what the runtime has. */
export function checkedTransport(value: Transport | "fetch" | null | undefined): Transport | "fetch" | null {
  if (value == null) return null;
  if (value === "fetch") return value;
  if (typeof value !== "object" || typeof value.send !== "function" || typeof value.close !== "function") {
    throw wrongType("transport", value, 'an object with send() and close(), or "fetch"');
  }
  return value;
}
