/**
 * Owns the reply codes of SOCKS 4 and 5 and what each means for who asked.
 * Must not know bytes beyond the code.
 * Invariant: every code of the two protocols has a name; SOCKS 5 codes without one are refusals.
 */

import type { RefusedEvent } from "./events.ts";

/** What is known of one code: its words, and whether asking again, or for another address, may help. */
type Row = readonly [reason: string, retryable: boolean, otherAddress: boolean];

/** The request was granted (RFC 1928 section 6). */
export const SOCKS5_SUCCEEDED = 0x00;

/** No method of ours is acceptable (RFC 1928 section 3). */
export const SOCKS5_NO_METHOD = 0xff;

const SOCKS5: Readonly<Record<number, Row>> = {
  0x01: ["general SOCKS server failure", true, false],
  0x02: ["connection not allowed by ruleset", false, false],
  0x03: ["network unreachable", true, true],
  0x04: ["host unreachable", true, true],
  0x05: ["connection refused", true, true],
  0x06: ["TTL expired", true, true],
  0x07: ["command not supported", false, false],
  0x08: ["address type not supported", false, true],
};

/** The request was granted. */
export const SOCKS4_GRANTED = 0x5a;

const SOCKS4: Readonly<Record<number, Row>> = {
  0x5b: ["request rejected or failed", true, true],
  0x5c: ["request rejected: the proxy cannot reach identd on this machine", false, false],
  0x5d: ["request rejected: identd reports another user", false, false],
};

/** The refusal that a SOCKS 5 reply code other than 0 stands for. */
export function socks5Refusal(code: number): RefusedEvent {
  return refusal("connect", code, SOCKS5[code] ?? ["unassigned reply code", false, false]);
}

/** The refusal that a SOCKS 4 reply code stands for; `undefined` for a code that there is not. */
export function socks4Refusal(code: number): RefusedEvent | undefined {
  const row = SOCKS4[code];
  return row && refusal("connect", code, row);
}

/** The proxy wants another way to log in than those we have. */
export function methodRefusal(hasPassword: boolean): RefusedEvent {
  const reason = hasPassword
    ? "no acceptable authentication method: it takes neither user and password nor none"
    : "no acceptable authentication method: it wants credentials";
  return refusal("method", SOCKS5_NO_METHOD, [reason, false, false]);
}

/** User or password are wrong (RFC 1929 section 2). */
export function loginRefusal(status: number): RefusedEvent {
  return refusal("login", status, ["user and password refused", false, false]);
}

function refusal(step: RefusedEvent["step"], code: number, row: Row): RefusedEvent {
  return { type: "refused", step, code, reason: row[0], retryable: row[1], otherAddress: row[2] };
}
