/**
 * Owns the reading of members that are an object's own.
 * Must not know what the objects are.
 * Invariant: what stands on a prototype, polluted or not, is never taken for an option.
 */

/** The object's own member `name`; `undefined` when it has none. */
export function own<T extends object, Name extends keyof T>(object: T | undefined, name: Name): T[Name] | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}
