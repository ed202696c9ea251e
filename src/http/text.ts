/**
 * Owns the way from the bytes of a body to text.
 * Must not know bodies.
 * Invariants: a byte order mark wins over the charset of the media type, which wins over UTF-8;
 * a charset that a server made up never fails (it is read as UTF-8), one that a caller asks for does.
 */

import type { HeaderList } from "./header_list.ts";
import { mediaTypeOf } from "./media_type.ts";

/** What a body is read as when nothing says otherwise, as `fetch` does. */
export const DEFAULT_ENCODING = "utf-8";

const utf8 = new TextDecoder();

/** The encoding that a byte order mark at the start of `bytes` tells; `undefined` without one. */
export function sniffBom(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef) return bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf-8" : undefined;
  if (bytes[0] === 0xfe) return bytes[1] === 0xff ? "utf-16be" : undefined;
  return bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : undefined;
}

/** The encoding that the charset parameter names, if this runtime knows it; else `undefined`. */
export function charsetOf(headers: HeaderList): string | undefined {
  const type = headers.get("content-type");
  // Most have no charset: spare them the parser.
  if (type === null || !/charset/i.test(type)) return undefined;
  const label = mediaTypeOf(headers)?.parameters.get("charset");
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** The encoding of a whole body. */
export function encodingOf(headers: HeaderList, bytes: Uint8Array): string {
  return sniffBom(bytes) ?? charsetOf(headers) ?? DEFAULT_ENCODING;
}

/**
 * A decoder for a label that a caller gave; with `ignoreBOM` it leaves a mark in the text.
 * Throws `RangeError` when this runtime does not know the label.
 */
export function decoderOf(label: string, ignoreBOM = false): TextDecoder {
  try {
    return new TextDecoder(label, { ignoreBOM });
  } catch (cause) {
    throw new RangeError(
      `Cannot decode the body: the encoding ${JSON.stringify(label)} is unknown here, expected a label such as "utf-8"`,
      { cause },
    );
  }
}

/** Bytes as text; a byte order mark is left out, what cannot be decoded becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, encoding: string): string {
  return (encoding === DEFAULT_ENCODING ? utf8 : decoderOf(encoding)).decode(bytes);
}
