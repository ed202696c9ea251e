/**
 * Owns the check of the `transport` option.
 * Must not know what a transport does.
 */

import type { Transport } from "../core/transport.ts";
import { wrongType } from "./validate.ts";

/** The transport that was given; `null` for the runtime's own. */
export function checkedTransport(value: Transport | null | undefined): Transport | null {
  if (value == null) return null;
  if (typeof value !== "object" || typeof value.send !== "function" || typeof value.close !== "function") {
    throw wrongType("transport", value, "an object with send() and close()");
  }
  return value;
}
