/**
 * Owns the buffers that busy connections read into.
 * Must not know connections.
 * Invariant: a buffer is in the list or with one connection, never both; the list is short.
 */

/** Bytes of the buffer that waits in an idle connection: most small responses fit, and thousands may be idle. */
export const SMALL_READ: number = 2 * 1024;

/** Bytes of the buffer of a connection whose last response did not fit into the small one. */
export const MEDIUM_READ: number = 16 * 1024;

/** Bytes read at once while a body streams: fewer turns of the loop per byte; larger ones gain nothing. */
export const LARGE_READ: number = 256 * 1024;

/** Buffers kept for reuse: bursts end, and a buffer costs 256 KiB. */
const KEPT = 4;

/** Large read buffers, reused. */
export class ReadBuffers {
  readonly #free: Uint8Array[] = [];

  /** A buffer of {@linkcode LARGE_READ} bytes, made by `make` if there is none. Its contents are undefined. */
  take(make?: (length: number) => Uint8Array): Uint8Array {
    return this.#free.pop() ?? make?.(LARGE_READ) ?? new Uint8Array(LARGE_READ);
  }

  /** Gives a buffer back into which no read is pending. */
  give(buffer: Uint8Array): void {
    if (this.#free.length < KEPT) this.#free.push(buffer);
  }

  /** Forgets all. */
  clear(): void {
    this.#free.length = 0;
  }
}
