/**
 * Owns what an IP address is for: the special-purpose registries (RFC 6890), the addresses at which
 * clouds hand out credentials, and the IPv4 addresses that are hidden inside IPv6 ones.
 * Must not know who asks, nor what follows.
 * Invariant: `public` is only said of an address that is neither in a table below nor leads to one
 * that is; outside of 2000::/3 nothing of IPv6 is public.
 */

import { parseAddress, samePrefix } from "./ip_address.ts";

/** What an address is for. */
export type AddressRange =
  /** Reachable over the internet. */
  | "public"
  /** 0.0.0.0/8 and `::`: systems take them for this machine. */
  | "unspecified"
  | "loopback"
  /** RFC 1918, unique local (RFC 4193) and site-local IPv6. */
  | "private"
  | "link-local"
  /** Carrier-grade NAT, RFC 6598. */
  | "shared"
  /** Where a cloud tells its machines their credentials. */
  | "metadata"
  | "multicast"
  | "documentation"
  | "benchmarking"
  /** An address that leads to another one: 6to4, Teredo, ISATAP, translators of a local network. */
  | "tunnel"
  /** Set aside, or not given out by anybody. */
  | "reserved";

/** The first row that fits counts. */
const IPV4: readonly (readonly [block: string, range: AddressRange])[] = [
  ["169.254.169.254/32", "metadata"],
  ["169.254.170.2/32", "metadata"],
  ["169.254.170.23/32", "metadata"],
  ["100.100.100.200/32", "metadata"],
  ["192.0.0.192/32", "metadata"],
  // In a public block, but answered by the host below the machine.
  ["168.63.129.16/32", "metadata"],
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "reserved"],
  ["192.0.2.0/24", "documentation"],
  ["192.88.99.0/24", "tunnel"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
];

/** The first row that fits counts; what fits none is reserved. */
const IPV6: readonly (readonly [block: string, range: AddressRange])[] = [
  ["fd00:ec2::254/128", "metadata"],
  ["fd00:ec2::23/128", "metadata"],
  ["fd20:ce::254/128", "metadata"],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  // IPv4-compatible (RFC 4291 §2.5.5.1) and IPv4-translated (RFC 2765): given up, but still routed by some.
  ["::/96", "tunnel"],
  ["::ffff:0:0:0/96", "tunnel"],
  ["64:ff9b:1::/48", "tunnel"],
  ["2001::/32", "tunnel"],
  ["2001:db8::/32", "documentation"],
  ["2001:2::/48", "benchmarking"],
  ["2001::/23", "reserved"],
  ["2002::/16", "tunnel"],
  ["3fff::/20", "documentation"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "private"],
  ["ff00::/8", "multicast"],
  ["2000::/3", "public"],
];

/** Prefixes behind which an IPv4 address stands, where it begins, and whether its bits are turned. */
const EMBEDDING: readonly (readonly [block: string, at: number, turned: boolean])[] = [
  ["::ffff:0:0/96", 12, false],
  ["64:ff9b::/96", 12, false],
  ["64:ff9b:1::/48", 12, false],
  ["::/96", 12, false],
  ["::ffff:0:0:0/96", 12, false],
  ["2002::/16", 2, false],
  // Teredo (RFC 4380 §4): the server in clear, the client with each bit turned.
  ["2001::/32", 4, false],
  ["2001::/32", 12, true],
];

/** Through these an IPv4 host is reached from an IPv6 socket or network (RFC 4291, RFC 6052): the host decides. */
const TRANSPARENT: readonly string[] = ["::ffff:0:0/96", "64:ff9b::/96"];

interface Block {
  readonly address: Uint8Array;
  readonly bits: number;
}

function block(text: string): Block {
  const [address, bits] = text.split("/") as [string, string];
  return { address: parseAddress(address)!, bits: Number(bits) };
}

interface Tables {
  readonly v4: readonly (readonly [Block, AddressRange])[];
  readonly v6: readonly (readonly [Block, AddressRange])[];
  readonly embedding: readonly (readonly [Block, at: number, turned: boolean])[];
  readonly transparent: readonly Block[];
}

let read: Tables | undefined;

/** Read when the first address is judged: most programs never ask. */
function tables(): Tables {
  return read ??= {
    v4: IPV4.map(([text, range]) => [block(text), range]),
    v6: IPV6.map(([text, range]) => [block(text), range]),
    embedding: EMBEDDING.map(([text, at, turned]) => [block(text), at, turned]),
    transparent: TRANSPARENT.map(block),
  };
}

/** What an address of 4 or 16 bytes is for. */
export function rangeOfAddress(bytes: Uint8Array): AddressRange {
  const { v4, v6, transparent } = tables();
  if (bytes.length === 4) return find(v4, bytes) ?? "public";
  if (transparent.some((prefix) => within(bytes, prefix))) return rangeOfAddress(bytes.subarray(12));
  if (isIsatap(bytes)) return "tunnel";
  return find(v6, bytes) ?? "reserved";
}

/** The IPv4 addresses that an IPv6 address leads to, as far as its form tells. */
export function embeddedAddresses(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== 16) return [];
  const found = tables().embedding.filter(([prefix]) => within(bytes, prefix))
    .map(([, at, turned]) => bytes.slice(at, at + 4).map((byte) => turned ? byte ^ 0xff : byte));
  if (isIsatap(bytes)) found.push(bytes.slice(12));
  return found;
}

/** RFC 5214 §6.1: an interface that is called `[02]00:5efe` and an IPv4 address. */
function isIsatap(bytes: Uint8Array): boolean {
  return (bytes[8]! & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

function find(rows: readonly (readonly [Block, AddressRange])[], bytes: Uint8Array): AddressRange | undefined {
  return rows.find(([prefix]) => within(bytes, prefix))?.[1];
}

function within(bytes: Uint8Array, { address, bits }: Block): boolean {
  return samePrefix(bytes, address, bits);
}
