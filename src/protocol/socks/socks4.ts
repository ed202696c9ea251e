/**
 * Owns the client's side of SOCKS 4 and 4a: one request, one reply.
 * Must not know sockets, time or promises.
 * Invariant: version 4 carries IPv4 addresses only and 4a names besides; what neither can carry
 * is refused before a byte leaves.
 *
 * ```text
 * write(codec.start()); codec.receive(view) ...
 * codec.nextEvent() -> connected | refused | need-data
 * codec.takeLeftover()
 * ```
 */

import { byteText, garbage, SocksDialogue } from "./dialogue.ts";
import { CONNECTED, NEED_DATA, type SocksEvent } from "./events.ts";
import { SOCKS4_GRANTED, socks4Refusal } from "./reply_codes.ts";
import { credentialBytes, impossible, portBytes, targetBytes } from "./target.ts";

const VERSION = 4;
const CONNECT = 1;
const REPLY_LENGTH = 8;

/** An address that there is not: a name follows the user (SOCKS 4a). */
const NAME_FOLLOWS = [0, 0, 0, 1] as const;

/** What is asked of the proxy. */
export interface Socks4Request {
  /** An IPv4 address; a name only in version 4a. */
  readonly host: string;
  readonly port: number;
  /** The user that the proxy may ask identd about; empty for none. */
  readonly user: string;
  /** Whether names may be sent. */
  readonly names: boolean;
}

/** One dialogue in SOCKS 4 or 4a. */
export class Socks4Codec extends SocksDialogue {
  readonly #request: Uint8Array;

  /** Throws `LocalProtocolError` for what the protocol cannot carry. */
  constructor(request: Socks4Request) {
    super();
    this.#request = encodeRequest(request);
  }

  override start(): Uint8Array {
    return this.#request;
  }

  protected override read(): SocksEvent {
    const { input } = this;
    const version = input.at(0);
    // The reply says 0 where the request says 4.
    if (version !== undefined && version !== 0) throw garbage(`its version is ${byteText(version)}, expected 0x00`);
    const code = input.at(1);
    if (code === undefined) return NEED_DATA;
    if (code !== SOCKS4_GRANTED) {
      const refused = socks4Refusal(code);
      if (refused === undefined) throw garbage(`its code is ${byteText(code)}, expected 0x5a to 0x5d`);
      return refused;
    }
    if (input.length < REPLY_LENGTH) return NEED_DATA;
    // The rest is the address that the proxy connects from, which nobody needs.
    input.take(REPLY_LENGTH);
    return CONNECTED;
  }
}

function encodeRequest({ host, port, user, names }: Socks4Request): Uint8Array {
  const target = targetBytes(host);
  if (target.kind === "ipv6") throw impossible("the host is an IPv6 address", "IPv4 in SOCKS 4, or SOCKS 5");
  if (target.kind === "name" && !names) throw impossible("the host is a name", "an IPv4 address, or SOCKS 4a");
  const userBytes = credentialBytes("user", user);
  if (userBytes.includes(0)) throw impossible("the user holds U+0000", "none: it marks the end");
  const head = [VERSION, CONNECT, ...portBytes(port)];
  if (target.kind === "ipv4") return Uint8Array.of(...head, ...target.bytes, ...userBytes, 0);
  return Uint8Array.of(...head, ...NAME_FOLLOWS, ...userBytes, 0, ...target.bytes, 0);
}
