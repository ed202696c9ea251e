/**
 * Owns the step that follows a value which may come later.
 * Must not know what the value is.
 * Invariant: what is there already is taken without a turn of the loop.
 */

/** `next` of the value: at once when it is there, else a promise of it. */
export function after<T, U>(value: T | Promise<T>, next: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
