/**
 * Owns the grammar of NO_PROXY: which hosts are reached without a proxy.
 * Must not know where the text comes from, nor any proxy.
 * Invariant: hosts and entries are compared in one canonical form, the URL parser's; an address
 * is compared by its bits and never by its text, a name never matches an address.
 *
 * ```text
 * entry = "*"                  every host
 *       | name | "." name      the name and everything below it, as curl and Python read both
 *       | "*." name            only what is below it
 *       | address              IPv4 in any form of the URL parser; IPv6 with or without brackets and zone
 *       | address "/" bits     a network
 * ```
 * Each but a network and a bare IPv6 may end with `:port`. Entries are separated by commas and
 * white space; case and a trailing dot do not matter; IPv4 and `::ffff:` IPv4 are the same.
 */

import { parseAddress, samePrefix, unmapAddress } from "../base/ip_address.ts";

/** One entry, understood. */
export type NoProxyRule =
  & {
    /** The only port that it is about; `null` for all. */
    readonly port: number | null;
  }
  & (
    | { readonly kind: "any" }
    | { readonly kind: "name"; readonly name: string; readonly itself: boolean; readonly below: boolean }
    | { readonly kind: "network"; readonly address: Uint8Array; readonly bits: number }
  );

/** A text, understood. */
export interface NoProxyList {
  readonly rules: readonly NoProxyRule[];
  /** Entries that are not of the grammar; they match nothing. */
  readonly refused: readonly string[];
}

/** Reads the value of NO_PROXY. */
export function parseNoProxy(text: string): NoProxyList {
  const rules: NoProxyRule[] = [];
  const refused: string[] = [];
  for (const entry of text.split(/[\s,]+/)) {
    if (entry === "") continue;
    const rule = parseEntry(entry);
    if (rule) rules.push(rule);
    else refused.push(entry);
  }
  return { rules, refused };
}

/** Whether a host (as `RequestUrl` has it) is reached without a proxy. */
export function bypassesProxy(rules: readonly NoProxyRule[], hostname: string, port: number): boolean {
  if (rules.length === 0) return false;
  const host = canonicalHost(hostname);
  return rules.some((rule) => (rule.port === null || rule.port === port) && matches(rule, host));
}

/** A host: a name without trailing dot, or the bytes of an address. */
type Host = string | Uint8Array;

function canonicalHost(hostname: string): Host {
  const address = parseAddress(hostname);
  return address ? unmapAddress(address) : withoutTrailingDot(hostname);
}

function matches(rule: NoProxyRule, host: Host): boolean {
  switch (rule.kind) {
    case "any":
      return true;
    case "name":
      return typeof host === "string" &&
        ((rule.itself && host === rule.name) || (rule.below && host.endsWith(`.${rule.name}`)));
    case "network":
      return typeof host !== "string" && samePrefix(host, rule.address, rule.bits);
  }
}

/** Reads one entry; `undefined` for what is none. `exact`: a bare name stands for itself alone. */
export function parseEntry(entry: string, exact = false): NoProxyRule | undefined {
  if (entry.includes("/")) return parseNetwork(entry);
  const bare = bareIpv6(entry);
  if (bare) return network(bare, null);
  const [, host, portText] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry)!;
  const port = portText === undefined ? null : Number(portText);
  if (port === 0 || (port !== null && port > 0xffff)) return undefined;
  return parseHost(host!, port, exact);
}

/** `address/bits`; brackets may stand around the address. */
function parseNetwork(entry: string): NoProxyRule | undefined {
  const match = /^(?:\[([^\]]*)\]|([^[\]]*))\/(\d{1,3})$/.exec(entry);
  if (!match) return undefined;
  const address = parseAddress(match[1] ?? match[2]!);
  const bits = Number(match[3]);
  if (!address || bits > 8 * address.length) return undefined;
  const plain = unmapAddress(address);
  if (plain === address) return { kind: "network", address, bits, port: null };
  // A network wider than `::ffff:0:0/96` is one of IPv6, where no IPv4 host is looked for.
  return bits < 96
    ? { kind: "network", address, bits, port: null }
    : { kind: "network", address: plain, bits: bits - 96, port: null };
}

/** The bytes of an IPv6 address without port; a zone does not matter, since no URL can name one. */
function bareIpv6(entry: string): Uint8Array | undefined {
  const [, inside] = /^\[([^\]]*)\]$/.exec(entry) ?? [];
  const text = inside ?? entry;
  // By hand: a pattern that ends at the end would look again from each percent sign.
  if (text.includes("]")) return undefined;
  const zone = text.indexOf("%");
  const address = parseAddress(zone < 0 ? text : text.slice(0, zone));
  return address?.length === 16 ? address : undefined;
}

function network(address: Uint8Array, port: number | null): NoProxyRule {
  const plain = unmapAddress(address);
  return { kind: "network", address: plain, bits: 8 * plain.length, port };
}

function parseHost(text: string, port: number | null, exact: boolean): NoProxyRule | undefined {
  if (text === "*") return { kind: "any", port };
  if (text.startsWith("[")) {
    const address = bareIpv6(text);
    return address && network(address, port);
  }
  const itself = !text.startsWith("*.");
  const suffix = text.startsWith(".") || !itself;
  const name = canonicalName(suffix ? text.slice(text.indexOf(".") + 1) : text);
  if (name === undefined) return undefined;
  const address = parseAddress(name);
  if (address) return suffix ? undefined : network(address, port);
  return { kind: "name", name, itself, below: suffix || !exact, port };
}

/** The name as the URL parser writes it, so that it can be compared; `undefined` for what is no host. */
function canonicalName(text: string): string | undefined {
  if (text === "" || /[*%@:?#\\[\]]/.test(text)) return undefined;
  try {
    const name = withoutTrailingDot(new URL(`http://${text}/`).hostname);
    return name === "" || name.startsWith(".") || name.endsWith(".") ? undefined : name;
  } catch {
    return undefined;
  }
}

function withoutTrailingDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
