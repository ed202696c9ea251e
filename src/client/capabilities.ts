/**
 * Owns what a client can honour where it runs, and the refusal of what it cannot.
 * Must not know how a transport works; it asks for its traits.
 * Invariant: an option that would have no effect throws before anything is sent.
 */

import type { FetchTraits } from "../core/host_fetch.ts";
import type { RuntimeName } from "../core/runtime.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { OPTION_SCOPES } from "./option_table.ts";

/** What a client can do where it runs. */
export interface Capabilities {
  /** The runtime; `edge` is any that has a `fetch` and no sockets, browsers included. */
  readonly runtime: RuntimeName;
  /** What carries requests: sockets, the runtime's `fetch`, or a transport that was given. */
  readonly transport: "sockets" | "fetch" | "custom";
  /** The options that can be used, at least in part. */
  readonly options: readonly string[];
  /** The options that throw `UnsupportedRuntimeError`, such as `tls` or `timeout.connect`, each with the reason. */
  readonly refused: Readonly<Record<string, string>>;
}

const CONNECTS = "it opens its connections itself";
const PARSES = "it reads responses itself";
const CODES = "it chooses and undoes content codings itself";

/** Options that no `fetch` of a runtime can honour. */
const NEVER: Readonly<Record<string, string>> = {
  pool: CONNECTS,
  dns: CONNECTS,
  guard: CONNECTS,
  tls: CONNECTS,
  http2: CONNECTS,
  proxy: CONNECTS,
  trustEnv: CONNECTS,
  unix: CONNECTS,
  localAddress: CONNECTS,
  "timeout.pool": CONNECTS,
  "timeout.connect": CONNECTS,
  "timeout.write": "it does not tell when bytes are taken (timeout.head runs then as well)",
  "timeout.expect": "it sends no Expect",
  expectContinue: "it sends no Expect",
  trailers: "it sends no trailer fields",
  lenient: PARSES,
  "limits.head": PARSES,
  "limits.fields": PARSES,
  "limits.informational": PARSES,
  "limits.chunkExtensions": PARSES,
  "limits.trailers": PARSES,
  "hooks.informational": "it shows no informational responses",
};

/** The options that a `fetch` of these traits refuses, each with the reason. */
export function refusedOptions(traits: FetchTraits): Record<string, string> {
  const refused: Record<string, string> = { ...NEVER };
  if (traits.decodes) refused.decompress = CODES;
  if (!traits.showsRedirects) refused.redirect = "it hides where redirects lead";
  if (!traits.showsCookies) refused.cookies = "it hides cookies";
  if (!traits.streamsUploads) refused.onUploadProgress = "it does not tell how far a body is sent";
  return refused;
}

/** The capabilities of a client; `traits` are those of a runtime's `fetch`, where one carries its requests. */
export function capabilitiesOf(
  runtime: RuntimeName,
  transport: Capabilities["transport"],
  traits: FetchTraits | null,
): Capabilities {
  const refused = Object.freeze(traits === null ? {} : refusedOptions(traits));
  const options = Object.keys(OPTION_SCOPES).filter((name) => !(name in refused));
  return Object.freeze({ runtime, transport, options: Object.freeze(options), refused });
}

/** Throws `UnsupportedRuntimeError` for the first of the given options that is refused. */
export function refuseUnsupported(given: object, { transport, refused }: Capabilities): void {
  if (transport !== "fetch") return;
  for (const [path, reason] of Object.entries(refused)) {
    const [name, part] = path.split(".") as [string, string?];
    if (!asksFor(given, name)) continue;
    if (part !== undefined && !asksFor((given as Record<string, object>)[name]!, part)) continue;
    throw new UnsupportedRuntimeError(
      `Cannot use the option "${path}" with the runtime's fetch: ${reason}, expected none (see client.capabilities)`,
    );
  }
}

/** Values that ask for what happens anyway. */
const NOTHING: Readonly<Record<string, unknown>> = { expectContinue: false, decompress: true, cookies: false };

function asksFor(given: object, name: string): boolean {
  const value = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined;
  if (value === undefined || value === null || value === NOTHING[name]) return false;
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  const plain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  return !(plain && Object.keys(value).length === 0);
}
