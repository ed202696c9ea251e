/**
 * Owns what tells an object that is made of its members alone from an instance of a class.
 * Must not know what either is for.
 * Invariant: objects of another realm count as those of this one.
 */

/** Whether an object is made of its members alone. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && prototype.constructor?.name === "Object");
}
