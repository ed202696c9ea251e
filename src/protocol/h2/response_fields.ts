/**
 * Owns what a decoded section must be to be a head or trailers (RFC 9113 sections 8.1 to 8.3).
 * Must not know frames or streams.
 * Invariant: a malformed section never becomes a head.
 */

import type { DecodedSection } from "./hpack_decoder.ts";
import type { HpackField } from "./hpack_field.ts";

/** Fields of a received section: what `http/header_list` reads from. */
export class H2Section {
  readonly #fields: readonly HpackField[];
  readonly #from: number;

  /** The fields from `from` on. */
  constructor(fields: readonly HpackField[], from: number) {
    this.#fields = fields;
    this.#from = from;
  }

  /** Number of fields. */
  get count(): number {
    return this.#fields.length - this.#from;
  }

  /** Name of field `index`, lower case. */
  name(index: number): string {
    return this.#fields[this.#from + index]!.name;
  }

  /** Value of field `index`. */
  value(index: number): string {
    return this.#fields[this.#from + index]!.value;
  }

  /** Index of the first field at or after `from` whose name is `lowerName`; -1 if none. */
  find(lowerName: string, from: number): number {
    for (let at = this.#from + from; at < this.#fields.length; at++) {
      if (this.#fields[at]!.name === lowerName) return at - this.#from;
    }
    return -1;
  }
}

/** A head that is well-formed. */
export interface CheckedHead {
  readonly status: number;
  readonly section: H2Section;
  /** Content-Length as stated; `undefined` if not. */
  readonly length: number | undefined;
}

/** Fields that concern one connection of HTTP/1.1 and must not come (section 8.2.2). */
const CONNECTION_FIELDS = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/** Checks a head; a text says why it is malformed. */
export function checkHead({ fields }: DecodedSection): CheckedHead | string {
  const first = fields[0];
  if (first?.name !== ":status") return "a head does not begin with :status";
  if (!/^[1-9]\d\d$/.test(first.value)) return "its :status is no status code";
  let length: number | undefined;
  for (let at = 1; at < fields.length; at++) {
    const field = fields[at]!;
    const why = checkField(field);
    if (why !== undefined) return why;
    if (field.name !== "content-length") continue;
    const stated = /^\d{1,15}$/.test(field.value) ? Number(field.value) : undefined;
    if (stated === undefined) return "its content-length is no number of bytes";
    if (length !== undefined && length !== stated) return "it has two values of content-length";
    length = stated;
  }
  return { status: Number(first.value), section: new H2Section(fields, 1), length };
}

/** Checks trailers; a text says why they are malformed. */
export function checkTrailers({ fields }: DecodedSection): H2Section | string {
  for (const field of fields) {
    const why = checkField(field);
    if (why !== undefined) return why;
  }
  return new H2Section(fields, 0);
}

function checkField(field: HpackField): string | undefined {
  if (field.flaw !== undefined) return field.flaw;
  if (field.name.charCodeAt(0) === 0x3a) return "a pseudo-header field stands where none may";
  if (CONNECTION_FIELDS.includes(field.name)) return `it has the field ${field.name}`;
  return undefined;
}
