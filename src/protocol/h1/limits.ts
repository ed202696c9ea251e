/**
 * Owns the limits and leniencies of the HTTP/1.1 codec, with their defaults and reasons.
 * Must not know where they are enforced.
 * Invariant: settings are checked once, then frozen; no codec runs without a limit.
 */

/** Bytes of a response head (status line and fields): twice what common servers allow in requests. */
export const MAX_HEAD_BYTES: number = 64 * 1024;
/** Fields of one section: real heads have about 30. */
export const MAX_FIELDS = 128;
/** Informational responses before a final one: a server that sends more keeps us waiting for nothing. */
export const MAX_INFORMATIONAL = 32;
/** Bytes of all chunk extensions of one message: nobody uses them, and they do not count as body. */
export const MAX_EXTENSION_BYTES: number = 4 * 1024;
/** Bytes of a trailer section: digests and status, not a second head. */
export const MAX_TRAILER_BYTES: number = 16 * 1024;
/** Digits of a chunk size: 13 hexadecimal digits are 52 bits, which a number holds exactly. */
export const MAX_SIZE_DIGITS = 13;
/** Digits of a Content-Length: 15 decimal digits are less than 2^53. */
export const MAX_LENGTH_DIGITS = 15;

/** A rule that may be switched off by name. `bare-lf`: a line of a head may end with LF alone (RFC 9112 section 2.2). */
export type Leniency = "bare-lf";

const LENIENCIES: readonly Leniency[] = ["bare-lf"];

/** Limits of one codec; all optional, in bytes or counts. */
export interface H1Limits {
  /** Bytes of a response head. @default {65536} */
  readonly headBytes: number;
  /** Fields of a head or a trailer section. @default {128} */
  readonly fields: number;
  /** Informational responses before the final one. @default {32} */
  readonly informational: number;
  /** Bytes of chunk extensions in one message. @default {4096} */
  readonly extensionBytes: number;
  /** Bytes of a trailer section. @default {16384} */
  readonly trailerBytes: number;
}

/** How strict a codec is. */
export interface H1Options {
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<H1Limits>;
  /** Rules that are switched off. @default {[]} */
  readonly lenient?: readonly Leniency[];
}

/** Checked options, shared by all connections of a client. */
export interface H1Settings extends H1Limits {
  /** Whether a line of a head may end with LF alone. */
  readonly bareLf: boolean;
}

const DEFAULT_LIMITS: H1Limits = {
  headBytes: MAX_HEAD_BYTES,
  fields: MAX_FIELDS,
  informational: MAX_INFORMATIONAL,
  extensionBytes: MAX_EXTENSION_BYTES,
  trailerBytes: MAX_TRAILER_BYTES,
};

/** The settings of a codec that was given no options: strict. */
export const DEFAULT_H1_SETTINGS: H1Settings = Object.freeze({ ...DEFAULT_LIMITS, bareLf: false });

/** Checks options and fills in the defaults. Throws `TypeError` or `RangeError` that names the option. */
export function resolveH1Settings(options: H1Options = {}): H1Settings {
  const limits: H1Limits = { ...DEFAULT_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in DEFAULT_LIMITS)) throw new TypeError(`Cannot set the limit "${name}": it is unknown`);
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`Cannot set the limit "${name}" to ${String(value)}: expected a whole number above 0`);
    }
  }
  for (const rule of options.lenient ?? []) {
    if (!LENIENCIES.includes(rule)) {
      throw new TypeError(`Cannot be lenient about "${String(rule)}": expected one of ${LENIENCIES.join(", ")}`);
    }
  }
  return Object.freeze({ ...limits, bareLf: options.lenient?.includes("bare-lf") ?? false });
}
