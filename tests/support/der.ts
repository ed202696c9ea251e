/**
 * Owns the few forms of DER (X.690) that certificates are made of.
 * Must not know what a certificate is.
 */

/** One element: its tag, its length, its content. */
export function element(tag: number, ...content: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80
    ? [tag, length]
    : length < 0x100
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const part of content) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** SEQUENCE. */
export function sequence(...content: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...content);
}

/** INTEGER, not negative, from its big-endian bytes. */
export function integer(bytes: Uint8Array | readonly number[]): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const digits = bytes.slice(from);
  return digits[0]! >= 0x80 ? element(0x02, [0], digits) : element(0x02, digits);
}

/** OBJECT IDENTIFIER in dotted form. */
export function objectId(dotted: string): Uint8Array {
  const arcs = dotted.split(".").map(Number);
  const bytes: number[] = [arcs[0]! * 40 + arcs[1]!];
  for (const arc of arcs.slice(2)) {
    const groups = [arc & 0x7f];
    for (let rest = arc >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return element(0x06, bytes);
}

/** OCTET STRING. */
export function octets(content: Uint8Array): Uint8Array {
  return element(0x04, content);
}

/** BIT STRING without unused bits. */
export function bits(content: Uint8Array): Uint8Array {
  return element(0x03, [0], content);
}

/** UTF8String. */
export function utf8(text: string): Uint8Array {
  return element(0x0c, new TextEncoder().encode(text));
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280, section 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z";
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return date.getUTCFullYear() < 2050 ? element(0x17, encode(digits.slice(2))) : element(0x18, encode(digits));
}

/** PEM text around DER. */
export function pem(label: string, der: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...der));
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END ${label}-----\n`;
}
