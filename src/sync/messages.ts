/**
 * Owns the shape of the messages between the threads.
 * Must not know what is called.
 * Invariant: each call has exactly one answer; calls of both directions nest and cross freely,
 * as answers are found by number.
 */

/** What a message is, in its first place. */
export const SAYS = {
  /** `[call, id, target, args, depth]`: a name, or the number of something lent. */
  call: 0,
  /** `[value, id, value]` */
  value: 1,
  /** `[failure, id, error]` */
  failure: 2,
  /** `[release, id]`: what the caller no longer holds. */
  release: 3,
} as const;

/** A message as a list. */
export type Said = readonly [says: number, id: number, ...rest: unknown[]];
