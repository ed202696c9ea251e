/**
 * Owns the question whether a value is taken or refused.
 * Must not know values.
 */

/** What `make` returns, or the `TypeError` that refuses it. */
export function attempt<T>(make: () => T): T | TypeError {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  }
}
