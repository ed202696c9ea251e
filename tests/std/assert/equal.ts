/** Deep equality with the rules of `@std/assert`: prototypes, typed arrays, maps, sets, symbols, cycles. */

type AnyObject = Record<PropertyKey, unknown>;

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

/** `Object.is`, except that 0 and -0 are the same. */
function sameValueZero(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function sameKind(a: object, b: object): boolean {
  const one: unknown = Object.getPrototypeOf(a);
  const other: unknown = Object.getPrototypeOf(b);
  if (one === other) return true;
  // A null prototype is as good as a plain object.
  return (one === null && other === Object.prototype) || (one === Object.prototype && other === null);
}

function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return undefined;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function ownKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function compareSets(a: Set<unknown>, b: Set<unknown>, compare: (a: unknown, b: unknown) => boolean): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set(b);
  for (const item of a) {
    if (rest.delete(item)) continue;
    let found = false;
    for (const other of rest) {
      if (isPrimitive(item) || isPrimitive(other) || !compare(item, other)) continue;
      rest.delete(other);
      found = true;
      break;
    }
    if (!found) return false;
  }
  return true;
}

function compareMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  compare: (a: unknown, b: unknown) => boolean,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Map(b);
  for (const [key, value] of a) {
    if (rest.has(key)) {
      if (!compare(value, rest.get(key))) return false;
      rest.delete(key);
      continue;
    }
    let found = false;
    for (const [otherKey, other] of rest) {
      if (isPrimitive(key) || !compare(key, otherKey) || !compare(value, other)) continue;
      rest.delete(otherKey);
      found = true;
      break;
    }
    if (!found) return false;
  }
  return true;
}

/** Whether `a` and `b` are deeply equal. */
export function equal(a: unknown, b: unknown): boolean {
  const seen = new Map<unknown, unknown>();

  function compare(a: unknown, b: unknown): boolean {
    if (sameValueZero(a, b)) return true;
    if (isPrimitive(a) || isPrimitive(b)) return false;
    if (typeof a === "function" || typeof b === "function") return false;
    const one = a as AnyObject;
    const other = b as AnyObject;
    if (!sameKind(one, other)) return false;
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if ((a instanceof RegExp && b instanceof RegExp) || (a instanceof URL && b instanceof URL)) {
      return String(a) === String(b);
    }
    if (a instanceof Error && b instanceof Error) {
      if (a.message !== b.message || a.name !== b.name) return false;
    }
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError("Cannot compare WeakMap or WeakSet instances");
    }
    const bytes = bytesOf(one);
    if (bytes) {
      const others = bytesOf(other);
      return others !== undefined && equalBytes(bytes, others);
    }
    if (seen.get(a) === b) return true;
    seen.set(a, b);
    if (a instanceof Set && b instanceof Set && !compareSets(a, b, compare)) return false;
    if (a instanceof Map && b instanceof Map && !compareMaps(a, b, compare)) return false;
    if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
    const keys = ownKeys(one);
    if (keys.length !== ownKeys(other).length) return false;
    for (const key of keys) {
      if (!Object.prototype.hasOwnProperty.call(other, key)) return false;
      if (!compare(one[key], other[key])) return false;
    }
    return true;
  }

  return compare(a, b);
}
