/** Values as text for failure messages; never throws, whatever it is given. */

const MAX_DEPTH = 6;
const MAX_ITEMS = 200;
const MAX_TEXT = 4_000;

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);
}

function key(name: PropertyKey): string {
  if (typeof name === "symbol") return `[${String(name)}]`;
  const text = String(name);
  return /^[A-Za-z_$][\w$]*$/.test(text) ? text : JSON.stringify(text);
}

function list(items: string[], open: string, close: string, indent: string): string {
  if (items.length === 0) return open + close;
  const line = `${open}${open === "[" ? "" : " "}${items.join(", ")}${open === "[" ? "" : " "}${close}`;
  if (line.length + indent.length <= 100 && !line.includes("\n")) return line;
  const inner = `${indent}  `;
  return `${open}\n${inner}${items.join(`,\n${inner}`)},\n${indent}${close}`;
}

function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null;
  return prototype?.constructor?.name ?? "Object (null prototype)";
}

function formatObject(value: object, depth: number, indent: string, seen: ReadonlySet<object>): string {
  if (seen.has(value)) return "[Circular]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth > MAX_DEPTH) return `[${nameOf(value)}]`;
  const inside = new Set(seen).add(value);
  const next = (item: unknown): string => formatAt(item, depth + 1, `${indent}  `, inside);
  const cut = (items: string[], size: number): string[] =>
    size > MAX_ITEMS ? [...items, `... ${size - MAX_ITEMS} more`] : items;
  if (Array.isArray(value)) {
    return list(cut(Array.from(value.slice(0, MAX_ITEMS), next), value.length), "[", "]", indent);
  }
  if (ArrayBuffer.isView(value) && "length" in value) {
    const view = value as unknown as ArrayLike<unknown>;
    const items = Array.from({ length: Math.min(view.length, MAX_ITEMS) }, (_, i) => String(view[i]));
    return `${nameOf(value)}(${view.length}) ${list(cut(items, view.length), "[", "]", indent)}`;
  }
  if (value instanceof Map) {
    const items = [...value].slice(0, MAX_ITEMS).map(([k, v]) => `${next(k)} => ${next(v)}`);
    return `Map(${value.size}) ${list(cut(items, value.size), "{", "}", indent)}`;
  }
  if (value instanceof Set) {
    return `Set(${value.size}) ${list(cut([...value].slice(0, MAX_ITEMS).map(next), value.size), "{", "}", indent)}`;
  }
  const keys = Reflect.ownKeys(value).filter((name) => Object.prototype.propertyIsEnumerable.call(value, name));
  const items = keys.slice(0, MAX_ITEMS).map((name) => {
    let member: unknown;
    try {
      member = (value as Record<PropertyKey, unknown>)[name];
    } catch (error) {
      return `${key(name)}: [thrown ${String(error)}]`;
    }
    return `${key(name)}: ${next(member)}`;
  });
  const name = nameOf(value);
  return `${name === "Object" ? "" : `${name} `}${list(cut(items, keys.length), "{", "}", indent)}`;
}

function formatAt(value: unknown, depth: number, indent: string, seen: ReadonlySet<object>): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return `[Function: ${value.name || "(anonymous)"}]`;
    case "object":
      return value === null ? "null" : formatObject(value, depth, indent, seen);
    default:
      return String(value);
  }
}

/** `value` as text. */
export function format(value: unknown): string {
  return formatAt(value, 0, "", new Set());
}

/** The lines of both texts, those that differ marked with `-` (actual) and `+` (expected). */
export function diff(actual: string, expected: string): string {
  const a = actual.split("\n");
  const b = expected.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [
    ...a.slice(Math.max(0, head - 3), head).map((line) => `    ${line}`),
    ...a.slice(head, a.length - tail).map((line) => `-   ${line}`),
    ...b.slice(head, b.length - tail).map((line) => `+   ${line}`),
    ...a.slice(a.length - tail, a.length - tail + 3).map((line) => `    ${line}`),
  ].join("\n");
}
