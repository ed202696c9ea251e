/**
 * Owns how the hints show a call in the form of this library.
 * Must not know which rule asks.
 */

import type { SourceCode } from "./ast.ts";
import type { RequestCall } from "./requests.ts";

/** The longest address that a hint repeats. */
const LONGEST = 60;

/** The call as it would be made with this library: the verb, the address as written, and these options. */
export function jetstreamCall(call: RequestCall, source: SourceCode, options: string): string {
  const written = call.address === null ? "url" : source.getText(call.address);
  const address = written.length > LONGEST || written.includes("\n") ? "url" : written;
  const verb = (call.method ?? "GET").toLowerCase();
  const known = /^(?:get|head|options|post|put|patch|query)$/.test(verb) ? verb : verb === "delete" ? "del" : null;
  const given = options === "" ? "" : `, ${options}`;
  const text = known === null ? `request("${verb.toUpperCase()}", ${address}${given})` : `${known}(${address}${given})`;
  return `await ${text}`;
}
