/**
 * Owns the two forms of an IP address: text and bytes (RFC 4291 section 2.2, RFC 5952).
 * Must not know what an address is used for.
 * Invariant: only the unambiguous decimal form of IPv4 is read. Octal, hexadecimal and short
 * forms are what the platform's URL parser makes canonical before they come here.
 */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The longest text of an address: eight groups, the last two as IPv4. */
const LONGEST = 45;

/** The 4 or 16 bytes of an address (IPv6 without brackets and zone), or `undefined` for anything else. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > LONGEST) return undefined;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const bytes = new Uint8Array(4);
  for (let at = 0; at < 4; at++) {
    const part = match[at + 1]!;
    // A leading zero means octal to some and nothing to others.
    if (Number(part) > 255 || (part.length > 1 && part.startsWith("0"))) return undefined;
    bytes[at] = Number(part);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const gap = text.indexOf("::");
  if (gap !== text.lastIndexOf("::")) return undefined;
  const head = gap < 0 ? text : text.slice(0, gap);
  const tail = gap < 0 ? "" : text.slice(gap + 2);
  const front = parseGroups(head, gap < 0);
  const back = parseGroups(tail, true);
  if (front === undefined || back === undefined) return undefined;
  const length = front.length + back.length;
  if (gap < 0 ? length !== 16 : length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(front, 0);
  bytes.set(back, 16 - back.length);
  return bytes;
}

/** The bytes of groups between colons; only the last groups of all may be written as IPv4. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (let at = 0; at < groups.length; at++) {
    const group = groups[at]!;
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const embedded = last && at === groups.length - 1 ? parseIpv4(group) : undefined;
    if (embedded === undefined) return undefined;
    bytes.push(...embedded);
  }
  return bytes;
}

/** The IPv4 address inside `::ffff:0:0/96`; every other address as it is. */
export function unmapAddress(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 16 || bytes[10] !== 0xff || bytes[11] !== 0xff) return bytes;
  for (let at = 0; at < 10; at++) if (bytes[at] !== 0) return bytes;
  return bytes.subarray(12);
}

/** Whether two addresses of one family agree in their first `bits` bits. */
export function samePrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  if (a.length !== b.length) return false;
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (a[at] !== b[at]) return false;
  const rest = bits & 7;
  return rest === 0 || (a[whole]! ^ b[whole]!) >> (8 - rest) === 0;
}

/** The text of 4 or 16 bytes, in the form of RFC 5952. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((bytes[at]! << 8 | bytes[at + 1]!).toString(16));
  const [from, length] = longestZeros(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, from).join(":")}::${groups.slice(from + length).join(":")}`;
}

/** Where the first of the longest runs of zero groups begins, and how long it is. */
function longestZeros(groups: readonly string[]): [from: number, length: number] {
  let from = 0;
  let longest = 0;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === "0") end++;
    if (end - start > longest) [from, longest] = [start, end - start];
    if (end > start) start = end;
  }
  return [from, longest];
}
