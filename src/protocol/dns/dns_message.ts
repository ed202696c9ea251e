/**
 * Owns DNS messages as a stub resolver sees them (RFC 1035): one question for A or AAAA out,
 * one answer in.
 * Must not know transport, servers, caches or time.
 * Invariants: an answer counts only if it answers the question that was asked; a name is
 * read in a bounded number of steps, since each pointer must lead further back; whatever the
 * server sends, the result is an answer or a `DNSError`.
 */

import { formatAddress } from "../../base/ip_address.ts";
import { DNSError } from "../../errors.ts";
import { quote } from "../../http/field_grammar.ts";

/** The record types that are asked for. */
export const RECORD = { a: 1, cname: 5, aaaa: 28 } as const;

/** A or AAAA. */
export type AddressType = typeof RECORD.a | typeof RECORD.aaaa;

/** Bytes of a name on the wire (RFC 1035 section 3.1). */
const MAX_NAME = 255;
/** Bytes of a label; the two bits above mark a pointer. */
const MAX_LABEL = 63;
/** Records read of one answer: no host has so many addresses, and a message holds thousands of tiny ones. */
const MAX_RECORDS = 256;
/** Aliases followed from the name that was asked for. */
const MAX_ALIASES = 16;
/** Bytes that we say we take over UDP: what passes unfragmented nearly everywhere (RFC 6891, DNS flag day 2020). */
const UDP_PAYLOAD = 1232;

const CLASS_IN = 1;
const OPT = 41;
const HEADER_BYTES = 12;

/** What a server said. */
export type DnsAnswer =
  /** Addresses, with the seconds that the whole chain may be kept. */
  | { readonly kind: "addresses"; readonly addresses: readonly string[]; readonly ttl: number }
  /** The name exists and has no address of this family. */
  | { readonly kind: "none" }
  /** NXDOMAIN. */
  | { readonly kind: "missing" }
  /** The answer did not fit: ask over TCP. */
  | { readonly kind: "truncated" }
  /** SERVFAIL, REFUSED and the like: ask another server. */
  | { readonly kind: "failed"; readonly code: number };

/** The query for the addresses of `name`; `id` must not be predictable. Throws `DNSError` for what is no name. */
export function encodeQuery(id: number, name: string, type: AddressType): Uint8Array {
  const labels = name.replace(/\.$/, "").split(".");
  const length = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (length > MAX_NAME || labels.some((label) => label.length === 0 || label.length > MAX_LABEL || !isAscii(label))) {
    throw new DNSError(`Cannot resolve ${quote(name)}: it is no host name`, {
      code: "DNS_NAME",
      host: name,
      retryable: false,
    });
  }
  const bytes = new Uint8Array(HEADER_BYTES + length + 4 + 11);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint16(2, 0x0100); // recursion desired
  view.setUint16(4, 1); // one question
  view.setUint16(10, 1); // one additional record: EDNS
  let at = HEADER_BYTES;
  for (const label of labels) {
    bytes[at++] = label.length;
    for (let index = 0; index < label.length; index++) bytes[at++] = label.charCodeAt(index);
  }
  at++;
  view.setUint16(at, type);
  view.setUint16(at + 2, CLASS_IN);
  view.setUint16(at + 5, OPT);
  view.setUint16(at + 7, UDP_PAYLOAD);
  return bytes;
}

function isAscii(label: string): boolean {
  return /^[\x21-\x7e]+$/.test(label);
}

/** What `message` answers to the query made of the same `id`, `name` and `type`. Throws `DNSError` if it is none. */
export function decodeAnswer(message: Uint8Array, id: number, name: string, type: AddressType): DnsAnswer {
  const reader = new Reader(message, name);
  const [foundId, flags, questions, answers] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  reader.at = HEADER_BYTES;
  const wanted = canonical(name);
  const response = (flags & 0xf800) === 0x8000; // QR set, opcode QUERY
  if (!response || foundId !== id || questions !== 1) reader.reject("it answers another question");
  if (reader.name() !== wanted || reader.u16() !== type || reader.u16() !== CLASS_IN) {
    reader.reject("it answers another question");
  }
  const code = flags & 0x000f;
  if ((flags & 0x0200) !== 0) return { kind: "truncated" };
  if (code === 3) return { kind: "missing" };
  if (code !== 0) return { kind: "failed", code };
  return gather(reader, Math.min(answers, MAX_RECORDS), wanted, type);
}

interface Found {
  readonly addresses: string[];
  ttl: number;
}

function gather(reader: Reader, count: number, wanted: string, type: AddressType): DnsAnswer {
  const aliases = new Map<string, { readonly target: string; readonly ttl: number }>();
  const found = new Map<string, Found>();
  for (let record = 0; record < count; record++) {
    const owner = reader.name();
    const recordType = reader.u16();
    const recordClass = reader.u16();
    const ttl = reader.ttl();
    const length = reader.u16();
    const end = reader.at + length;
    if (recordClass === CLASS_IN && recordType === RECORD.cname) aliases.set(owner, { target: reader.name(), ttl });
    else if (recordClass === CLASS_IN && recordType === type) {
      if (length !== (type === RECORD.a ? 4 : 16)) reader.reject(`it holds an address of ${length} bytes`);
      const known = found.get(owner);
      const address = formatAddress(reader.bytes(length));
      if (known === undefined) found.set(owner, { addresses: [address], ttl });
      else {
        known.addresses.push(address);
        known.ttl = Math.min(known.ttl, ttl);
      }
    }
    reader.skipTo(end);
  }
  let owner = wanted;
  let ttl = Infinity;
  for (let step = 0; step <= MAX_ALIASES; step++) {
    const addresses = found.get(owner);
    if (addresses) return { kind: "addresses", addresses: addresses.addresses, ttl: Math.min(ttl, addresses.ttl) };
    const alias = aliases.get(owner);
    if (alias === undefined) return { kind: "none" };
    owner = alias.target;
    ttl = Math.min(ttl, alias.ttl);
  }
  return reader.reject(`it has a chain of more than ${MAX_ALIASES} aliases`);
}

function canonical(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

/** Reads a message front to back. */
class Reader {
  at = 0;
  readonly #message: Uint8Array;
  readonly #asked: string;

  constructor(message: Uint8Array, asked: string) {
    this.#message = message;
    this.#asked = asked;
  }

  reject(why: string): never {
    throw new DNSError(`Cannot resolve ${this.#asked}: the name server's answer is malformed: ${why}`, {
      code: "DNS_MALFORMED",
      host: this.#asked,
    });
  }

  #u8(): number {
    const byte = this.#message[this.at++];
    return byte === undefined ? this.reject("it ends too early") : byte;
  }

  u16(): number {
    return this.#u8() << 8 | this.#u8();
  }

  /** Seconds; a number with its first bit set counts as 0 (RFC 2181 section 8). */
  ttl(): number {
    const high = this.u16();
    const low = this.u16();
    return high > 0x7fff ? 0 : high * 0x10000 + low;
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.#message.length) this.reject("it ends too early");
    return this.#message.subarray(this.at, this.at += length);
  }

  skipTo(end: number): void {
    if (end > this.#message.length || this.at > end) this.reject("a record has the wrong length");
    this.at = end;
  }

  /** A name in lower case, pointers followed (RFC 1035 section 4.1.4). */
  name(): string {
    const labels: string[] = [];
    let length = 1;
    let back = -1;
    let barrier = this.at;
    for (let size = this.#u8(); size !== 0; size = this.#u8()) {
      if (size > MAX_LABEL) {
        if (size < 0xc0) this.reject("a label has an unknown type");
        const target = (size & 0x3f) << 8 | this.#u8();
        if (back < 0) back = this.at;
        // Only ever further back: so no loop, and no more pointers than bytes.
        if (target >= barrier) this.reject("a name points forward");
        this.at = barrier = target;
        continue;
      }
      length += size + 1;
      if (length > MAX_NAME) this.reject("a name is too long");
      labels.push(latin1(this.bytes(size)));
    }
    if (back >= 0) this.at = back;
    return labels.join(".").toLowerCase();
  }
}

/** Dots inside a label are escaped, so that no two names look alike. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte === 0x2e ? "\\." : String.fromCharCode(byte);
  return text;
}
