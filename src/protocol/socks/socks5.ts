/**
 * Owns the client's side of SOCKS 5 (RFC 1928) with user and password (RFC 1929).
 * Must not know sockets, time or promises.
 * Invariant: the password is sent only to a proxy that asked for it, and in no other message;
 * what the protocol cannot carry is refused before a byte leaves.
 *
 * ```text
 * write(codec.start()); codec.receive(view) ...
 * codec.nextEvent() -> send (write it) | connected | refused | need-data
 * codec.takeLeftover()
 * ```
 */

import { byteText, garbage, SocksDialogue } from "./dialogue.ts";
import { CONNECTED, NEED_DATA, type SocksEvent } from "./events.ts";
import { loginRefusal, methodRefusal, SOCKS5_NO_METHOD, SOCKS5_SUCCEEDED, socks5Refusal } from "./reply_codes.ts";
import { credentialBytes, impossible, portBytes, type TargetBytes, targetBytes } from "./target.ts";

const VERSION = 5;
const LOGIN_VERSION = 1;
const CONNECT = 1;
const NO_LOGIN = 0x00;
const USER_AND_PASSWORD = 0x02;

const ADDRESS_TYPE = { ipv4: 0x01, name: 0x03, ipv6: 0x04 } as const;

/** What is asked of the proxy. */
export interface Socks5Request {
  /** A name, which the proxy resolves, or an address. */
  readonly host: string;
  readonly port: number;
  /** The user; empty for none. */
  readonly user: string;
  readonly password: string;
}

/** What is awaited: the choice of a method, the answer to the login, the answer to the request. */
type Step = "method" | "login" | "connect";

/** One dialogue in SOCKS 5. */
export class Socks5Codec extends SocksDialogue {
  readonly #login: Uint8Array | undefined;
  readonly #request: Uint8Array;
  #step: Step = "method";

  /** Throws `LocalProtocolError` for what the protocol cannot carry. */
  constructor({ host, port, user, password }: Socks5Request) {
    super();
    this.#request = encodeRequest(targetBytes(host), port);
    this.#login = user === "" && password === "" ? undefined : encodeLogin(user, password);
  }

  override start(): Uint8Array {
    return this.#login ? Uint8Array.of(VERSION, 2, USER_AND_PASSWORD, NO_LOGIN) : Uint8Array.of(VERSION, 1, NO_LOGIN);
  }

  protected override read(): SocksEvent {
    switch (this.#step) {
      case "method":
        return this.#readMethod();
      case "login":
        return this.#readLogin();
      case "connect":
        return this.#readReply();
    }
  }

  #readMethod(): SocksEvent {
    const method = this.#readPair(VERSION);
    if (method === undefined) return NEED_DATA;
    if (method === SOCKS5_NO_METHOD) return methodRefusal(this.#login !== undefined);
    if (method === USER_AND_PASSWORD && this.#login) {
      this.#step = "login";
      return { type: "send", bytes: this.#login };
    }
    if (method !== NO_LOGIN) throw garbage(`it chose the method ${byteText(method)}, which was not offered`);
    return this.#ask();
  }

  #readLogin(): SocksEvent {
    const status = this.#readPair(LOGIN_VERSION);
    if (status === undefined) return NEED_DATA;
    return status === 0 ? this.#ask() : loginRefusal(status);
  }

  #ask(): SocksEvent {
    this.#step = "connect";
    return { type: "send", bytes: this.#request };
  }

  #readReply(): SocksEvent {
    const { input } = this;
    this.#checkVersion(VERSION);
    const code = input.at(1);
    if (code === undefined) return NEED_DATA;
    // A proxy that refuses often closes without sending the rest.
    if (code !== SOCKS5_SUCCEEDED) return socks5Refusal(code);
    const reserved = input.at(2);
    if (reserved !== undefined && reserved !== 0) throw garbage(`its reserved byte is ${byteText(reserved)}`);
    const type = input.at(3);
    if (type === undefined) return NEED_DATA;
    const start = type === ADDRESS_TYPE.name ? 5 : 4;
    const length = addressLength(type, input.at(4));
    if (length === undefined || input.length < start + length + 2) return NEED_DATA;
    // What was read is the address that the proxy connects from, which nobody needs.
    input.take(start + length + 2);
    return CONNECTED;
  }

  /** The second byte of a reply of two, or `undefined` while it is not there. */
  #readPair(version: number): number | undefined {
    this.#checkVersion(version);
    return this.input.length < 2 ? undefined : this.input.take(2)[1];
  }

  #checkVersion(version: number): void {
    const found = this.input.at(0);
    if (found === undefined || found === version) return;
    throw garbage(`its version is ${byteText(found)}, expected ${byteText(version)}`);
  }
}

/** Bytes of an address, or `undefined` while the length of a name is not there. */
function addressLength(type: number, first: number | undefined): number | undefined {
  switch (type) {
    case ADDRESS_TYPE.ipv4:
      return 4;
    case ADDRESS_TYPE.ipv6:
      return 16;
    case ADDRESS_TYPE.name:
      return first;
    default:
      throw garbage(`its address type is ${byteText(type)}, expected 0x01, 0x03 or 0x04`);
  }
}

function encodeLogin(user: string, password: string): Uint8Array {
  const userBytes = credentialBytes("user", user);
  const passwordBytes = credentialBytes("password", password);
  if (userBytes.length === 0) throw impossible("there is a password without a user", "both");
  return Uint8Array.of(LOGIN_VERSION, userBytes.length, ...userBytes, passwordBytes.length, ...passwordBytes);
}

function encodeRequest(target: TargetBytes, port: number): Uint8Array {
  const { kind, bytes } = target;
  const length = kind === "name" ? [bytes.length] : [];
  return Uint8Array.of(VERSION, CONNECT, 0, ADDRESS_TYPE[kind], ...length, ...bytes, ...portBytes(port));
}
