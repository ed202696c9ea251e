/**
 * Owns the seam where failures of the runtime's `fetch` become ours.
 * Must not know which runtime raised them: codes and texts of all stand in the tables it asks.
 * Invariant: what is not known for certain to have failed before anything was sent counts as sent.
 */

import { ConnectError, type JetstreamError, TransportError } from "../errors.ts";
import { connectError, dnsError, errorText, socketError, systemCode } from "./translate.ts";
import { tlsError } from "./translate_tls.ts";

/** How deep causes are searched. */
const DEPTH = 5;

/** Codes that a `fetch` has for what the system calls otherwise. */
const CODES: Readonly<Record<string, string>> = {
  ConnectionRefused: "ECONNREFUSED",
  ConnectionClosed: "ECONNRESET",
  UND_ERR_SOCKET: "ECONNRESET",
  UND_ERR_CONNECT_TIMEOUT: "ETIMEDOUT",
};

const REFUSED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EACCES", "EPERM"]);
const NAME = /^(?:E(?:NOTFOUND|AI_)|DNS_)|dns error|failed to lookup address|getaddrinfo|ERR_NAME_NOT_RESOLVED/i;
const TLS = /certificate|\b(?:TLS|SSL)|^ERR_(?:TLS|SSL)|^CERT_|SELF_SIGNED|UNABLE_TO_|handshake|UnknownIssuer/i;
const BLOCKED = /\bbad port|ports? \d+ (?:is|are) blocked/i;
const CUT = /connection (?:was )?(?:lost|closed|reset)|socket|error reading a body|unexpected (?:end|EOF)|terminated/i;

/** Why a `fetch` of `url`, or the reading of its body, failed. */
export function translateFetch(error: unknown, url: URL): JetstreamError {
  const chain = causes(error);
  const code = chain.map(codeOf).find((code) => code !== undefined) ?? "";
  const said = [code, ...chain.map(errorText)];
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const target = { kind: "tcp", host: url.hostname, port, localAddress: null, tls: null, nestedTls: false } as const;
  if (said.some((text) => NAME.test(text))) return dnsError(deepest(chain, NAME), url.hostname);
  if (REFUSED.has(code) || chain.some((each) => (each as Error).name === "NotCapable")) {
    return connectError(Object.assign(new Error(errorText(error), { cause: error }), { code }), target as never);
  }
  if (said.some((text) => BLOCKED.test(text))) {
    const message = `Cannot connect to ${url.host}: the runtime refuses this port`;
    return new ConnectError(message, { code: "CONNECT_PERMISSION", retryable: false, cause: error });
  }
  if (said.some((text) => TLS.test(text))) return tlsError(deepest(chain, TLS), { serverName: url.hostname });
  if (code !== "" || said.some((text) => CUT.test(text))) {
    return socketError(
      Object.assign(new Error(errorText(chain.at(-1)), { cause: error }), code === "" ? {} : { code }),
    );
  }
  return new TransportError(`The runtime's fetch failed: ${errorText(error)}`, {
    code: "FETCH_FAILED",
    phase: "head",
    progress: "sent",
    retryable: true,
    cause: error,
  });
}

/** The error and what caused it, outermost first. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; typeof at === "object" && at !== null && chain.length < DEPTH; at = (at as Error).cause) {
    chain.push(at);
  }
  return chain.length === 0 ? [error] : chain;
}

function codeOf(error: unknown): string | undefined {
  const code = systemCode(error);
  return code === undefined ? undefined : CODES[code] ?? code;
}

/** The error that says most: the last one of the chain that speaks of it. */
function deepest(chain: readonly unknown[], text: RegExp): unknown {
  return chain.findLast((each) => text.test(errorText(each)) || text.test(systemCode(each) ?? "")) ?? chain[0];
}
