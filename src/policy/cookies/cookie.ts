/**
 * Owns the cookie as a value.
 * Must not know jars, nor how a cookie is parsed or matched.
 * Invariant: the value is reached by its getter and by nothing that prints, spreads or clones.
 */

import { inspectAs } from "../../base/inspect.ts";
import { MASK } from "../../base/redact.ts";

/** What SameSite said; `null` when it was absent or unknown. Kept and saved, never acted upon: there is no site here. */
export type SameSite = "strict" | "lax" | "none" | null;

/** Everything a cookie is made of. */
export interface CookieFields {
  /** The name, in its case; empty for a nameless cookie. */
  readonly name: string;
  /** The value, as sent: quotes and escapes are part of it. */
  readonly value: string;
  /** Host or domain in lower case and IDNA form, without a leading dot. */
  readonly domain: string;
  /** Goes to the host `domain` alone, not to the names below it. */
  readonly hostOnly: boolean;
  /** Path and everything below it. */
  readonly path: string;
  /** Goes over https only. */
  readonly secure: boolean;
  /** Was meant to be hidden from scripts. */
  readonly httpOnly: boolean;
  /** The SameSite attribute. */
  readonly sameSite: SameSite;
  /** The Partitioned attribute. */
  readonly partitioned: boolean;
  /** Milliseconds since 1970; `null` for a session cookie. */
  readonly expires: number | null;
  /** Milliseconds since 1970; replacing a cookie keeps it. */
  readonly created: number;
  /** Milliseconds since 1970 when it was last set or sent. */
  readonly accessed: number;
}

/** A cookie of a jar. Prints without its value. */
export class Cookie implements CookieFields {
  readonly #fields: CookieFields;
  #accessed: number;
  /** @internal Breaks ties between cookies made in the same millisecond. */
  readonly order: number;

  /** @internal Made by a jar. */
  constructor(fields: CookieFields, order: number) {
    this.#fields = fields;
    this.#accessed = fields.accessed;
    this.order = order;
  }

  /** The name, in its case; empty for a nameless cookie. */
  get name(): string {
    return this.#fields.name;
  }

  /** The value, as sent. */
  get value(): string {
    return this.#fields.value;
  }

  /** Host or domain in lower case and IDNA form. */
  get domain(): string {
    return this.#fields.domain;
  }

  /** Whether it goes to the host `domain` alone. */
  get hostOnly(): boolean {
    return this.#fields.hostOnly;
  }

  /** Path and everything below it. */
  get path(): string {
    return this.#fields.path;
  }

  /** Whether it goes over https only. */
  get secure(): boolean {
    return this.#fields.secure;
  }

  /** Whether it was meant to be hidden from scripts. */
  get httpOnly(): boolean {
    return this.#fields.httpOnly;
  }

  /** The SameSite attribute. */
  get sameSite(): SameSite {
    return this.#fields.sameSite;
  }

  /** The Partitioned attribute. */
  get partitioned(): boolean {
    return this.#fields.partitioned;
  }

  /** Milliseconds since 1970; `null` for a session cookie. */
  get expires(): number | null {
    return this.#fields.expires;
  }

  /** Milliseconds since 1970. */
  get created(): number {
    return this.#fields.created;
  }

  /** Milliseconds since 1970 when it was last set or sent. */
  get accessed(): number {
    return this.#accessed;
  }

  /** @internal Notes that it was sent. */
  touch(now: number): void {
    this.#accessed = now;
  }

  /** Whether its time is over at `now`, in milliseconds since 1970. */
  isExpired(now: number): boolean {
    const expires = this.#fields.expires;
    return expires !== null && expires <= now;
  }

  /** Every field, the value included: for stores. */
  toFields(): CookieFields {
    return { ...this.#fields, accessed: this.#accessed };
  }

  /** A form that is safe to log: the value is masked. */
  toJSON(): Record<string, unknown> {
    return { ...this.toFields(), value: MASK };
  }
}

inspectAs(Cookie, (cookie) => {
  const where = `${cookie.hostOnly ? "" : "."}${cookie.domain}${cookie.path}`;
  return `Cookie ${JSON.stringify(cookie.name)}=${MASK} for ${where}`;
});
