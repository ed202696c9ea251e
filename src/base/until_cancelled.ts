/**
 * Owns waiting for foreign work that cannot be cancelled: a token provider, a store.
 * Must not know whose work it is.
 * Invariant: the wait ends with the work or with the token, whichever is first; nothing is left
 * listening, and a failure that comes too late is nobody's unhandled rejection.
 */

import type { CancelToken } from "./cancel.ts";

/** What `work` resolves to; rejects with the token's reason if that comes first. */
export function untilCancelled<T>(work: PromiseLike<T>, token: CancelToken): Promise<T> {
  return new Promise((resolve, reject) => {
    const onCancel = (reason: Error): void => reject(reason);
    token.add(onCancel);
    work.then(
      (value) => {
        token.remove(onCancel);
        resolve(value);
      },
      (error) => {
        token.remove(onCancel);
        reject(error);
      },
    );
  });
}
