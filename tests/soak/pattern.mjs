/**
 * Owns the bytes that belong to an id: both sides make them of the id alone, so that an answer that is
 * another's, or not whole, is known by its bytes.
 * Must not know who asks.
 */

const POOL_BYTES = 1_048_573;

/** @type {Uint8Array<ArrayBuffer>} */
const pool = new Uint8Array(POOL_BYTES);
let state = 1;
for (let at = 0; at < POOL_BYTES; at++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  pool[at] = state >> 16;
}

/**
 * The largest body.
 * @type {number}
 */
export const MOST_BYTES = 400_000;

/**
 * The body of `size` bytes that belongs to `id`.
 * @param {string} id
 * @param {number} size
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(id, size) {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
  const from = (hash >>> 0) % (POOL_BYTES - MOST_BYTES);
  return pool.subarray(from, from + size);
}

/**
 * Whether two byte arrays are equal.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 * @returns {boolean}
 */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
