/**
 * Owns what goes wrong on a stream of bytes, counted by kind.
 * Must not know HTTP.
 */

/** How often each kind of fault was injected. */
export const counts = /** @type {Record<string, number>} */ ({});

/** Counts one fault. */
export function count(kind) {
  counts[kind] = (counts[kind] ?? 0) + 1;
}

/** One of `items`. */
export function pick(items) {
  return items[Math.floor(Math.random() * items.length)];
}

/** A whole number from `from` up to, but not, `to`. */
export function between(from, to) {
  return from + Math.floor(Math.random() * (to - from));
}

/** Milliseconds that pass. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Bytes that mean nothing. */
export function garbage() {
  return Buffer.from(Array.from({ length: between(1, 400) }, () => between(0, 256)));
}

/** Writes `bytes` in pieces, with pauses. */
export async function trickle(socket, bytes) {
  const size = Math.max(1, Math.ceil(bytes.length / between(3, 12)));
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    socket.write(bytes.subarray(at, at + size));
    await pause(between(0, 25));
  }
}

/** Ends a socket the hard way; below TLS there is no close_notify either. */
export function reset(socket, raw) {
  if (raw.resetAndDestroy) raw.resetAndDestroy();
  socket.destroy();
}
