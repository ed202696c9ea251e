/**
 * Owns the Huffman code of HPACK (RFC 7541 section 5.2 and appendix B), both ways.
 * Must not know fields.
 * Invariants: decoding costs two table steps per byte; padding is strict (fewer than eight bits,
 * all ones), and EOS within a text is an error. The tables are built on first use.
 *
 * The code is canonical: codes of one length are given in the order of the symbols, so the
 * lengths alone say everything.
 */

/** Length in bits of the code of each byte, then of EOS. */
// deno-fmt-ignore
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const EOS = 256;
const LONGEST = 30;

/** Bits that are all ones and may stand at the end. */
const MOST_PADDING = 7;

interface Tables {
  /** Code of each byte. */
  readonly codes: Uint32Array;
  /** `state * 16 + nibble` to the next state; `FAILED` for EOS. */
  readonly next: Uint16Array;
  /** `state * 16 + nibble` to the byte that it completes, or -1. */
  readonly symbols: Int16Array;
  /** Whether a text may end in a state. */
  readonly final: Uint8Array;
}

const FAILED = 0xffff;

let tables: Tables | undefined;

/** Bytes that `text` (characters below U+0100) takes when encoded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits += LENGTHS[text.charCodeAt(at)]!;
  return (bits + 7) >> 3;
}

/** Encodes `text` (characters below U+0100) into `target` from `at` on; returns where it ends. */
export function huffmanEncode(text: string, target: Uint8Array, at: number): number {
  const { codes } = tables ??= build();
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    const byte = text.charCodeAt(index);
    let left = LENGTHS[byte]!;
    const code = codes[byte]!;
    // No more than seven bits wait, so a step of up to 24 bits fits into an integer.
    while (left > 0) {
      const step = left > 16 ? 16 : left;
      left -= step;
      pending = (pending << step) | ((code >>> left) & ((1 << step) - 1));
      bits += step;
      while (bits >= 8) {
        bits -= 8;
        target[at++] = pending >>> bits;
      }
      pending &= (1 << bits) - 1;
    }
  }
  if (bits > 0) target[at++] = (pending << (8 - bits)) | ((1 << (8 - bits)) - 1);
  return at;
}

/**
 * Decodes `source[from, to)` into `target` from 0 on, which must have room for 8/5 of that;
 * returns the number of bytes, or -1 when the text is no such code.
 */
export function huffmanDecode(source: Uint8Array, from: number, to: number, target: Uint8Array): number {
  const { next, symbols, final } = tables ??= build();
  let state = 0;
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = source[at]!;
    let step = state * 16 + (byte >>> 4);
    let symbol = symbols[step]!;
    if (symbol >= 0) target[length++] = symbol;
    state = next[step]!;
    if (state === FAILED) return -1;
    step = state * 16 + (byte & 15);
    symbol = symbols[step]!;
    if (symbol >= 0) target[length++] = symbol;
    state = next[step]!;
    if (state === FAILED) return -1;
  }
  return final[state] === 1 ? length : -1;
}

function build(): Tables {
  const codes = new Uint32Array(EOS + 1);
  /** Children of each node of the code tree: a node, or `~symbol`. */
  const tree: [number, number][] = [[0, 0]];
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (LENGTHS[symbol] !== length) continue;
      codes[symbol] = code;
      insert(tree, code, length, symbol);
      code++;
    }
    code *= 2;
  }
  const next = new Uint16Array(tree.length * 16);
  const symbols = new Int16Array(tree.length * 16).fill(-1);
  for (let state = 0; state < tree.length; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const step = state * 16 + nibble;
      let node = state;
      for (let bit = 3; bit >= 0 && node !== FAILED; bit--) {
        const child: number = tree[node]![(nibble >>> bit) & 1]!;
        if (child >= 0) node = child;
        else if (~child === EOS) node = FAILED;
        else {
          symbols[step] = ~child;
          node = 0;
        }
      }
      next[step] = node;
    }
  }
  const final = new Uint8Array(tree.length);
  let node = 0;
  for (let ones = 0; ones <= MOST_PADDING; ones++) {
    final[node] = 1;
    node = tree[node]![1];
  }
  return { codes, next, symbols, final };
}

function insert(tree: [number, number][], code: number, length: number, symbol: number): void {
  let node = 0;
  for (let bit = length - 1; bit > 0; bit--) {
    const side = (code >>> bit) & 1;
    let child = tree[node]![side]!;
    if (child === 0) {
      child = tree.push([0, 0]) - 1;
      tree[node]![side as 0 | 1] = child;
    }
    node = child;
  }
  tree[node]![(code & 1) as 0 | 1] = ~symbol;
}
