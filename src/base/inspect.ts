/**
 * Owns how our values look in the consoles of Deno, Bun and Node.
 * Must not know any value in particular.
 * Invariant: what is printed is one line that the value itself calls safe; no field of the
 * value is walked by the console.
 */

const SYMBOLS = ["Deno.customInspect", "nodejs.util.inspect.custom"];

/** Makes the consoles print `print(value)` for the values of a class. */
export function inspectAs<T extends object>(constructor: { prototype: T }, print: (value: T) => string): void {
  const value = function (this: T): string {
    return print(this);
  };
  // Not enumerable, and not in the class body: a computed name has no type that could be written down.
  for (const symbol of SYMBOLS) {
    Object.defineProperty(constructor.prototype, Symbol.for(symbol), { value, configurable: true, writable: true });
  }
}
