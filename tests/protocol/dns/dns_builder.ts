/**
 * Owns the writing of DNS answers for tests, well formed or not.
 * Must not know the reader under test.
 */

/** One record of an answer. `name` and `cname` are names; a number in their place is a pointer. */
export interface Row {
  readonly name: string | number;
  readonly type: number;
  readonly ttl?: number;
  readonly class?: number;
  readonly data: readonly number[] | string;
}

/** What a message says. */
export interface Message {
  readonly id?: number;
  readonly flags?: number;
  readonly question?: { readonly name: string; readonly type: number; readonly class?: number };
  readonly questions?: number;
  readonly answers?: readonly Row[];
  readonly count?: number;
}

/** A name on the wire. */
export function nameBytes(name: string | number): number[] {
  if (typeof name === "number") return [0xc0 | name >> 8, name & 0xff];
  const labels = name === "" ? [] : name.split(".");
  return [...labels.flatMap((label) => [label.length, ...[...label].map((char) => char.charCodeAt(0))]), 0];
}

function u16(value: number): number[] {
  return [value >> 8 & 0xff, value & 0xff];
}

/** A message on the wire. */
export function dnsMessage(message: Message): Uint8Array {
  const { id = 7, flags = 0x8180, question = { name: "a.test", type: 1 }, answers = [] } = message;
  const bytes = [...u16(id), ...u16(flags), ...u16(message.questions ?? 1), ...u16(message.count ?? answers.length)];
  bytes.push(0, 0, 0, 0, ...nameBytes(question.name), ...u16(question.type), ...u16(question.class ?? 1));
  for (const row of answers) {
    const data = typeof row.data === "string" ? nameBytes(row.data) : row.data;
    const ttl = row.ttl ?? 60;
    bytes.push(...nameBytes(row.name), ...u16(row.type), ...u16(row.class ?? 1));
    bytes.push(...u16(ttl >>> 16), ...u16(ttl & 0xffff), ...u16(data.length), ...data);
  }
  return Uint8Array.from(bytes);
}
