/**
 * Owns what the codec tells its user, as values.
 * Must not know how they come about.
 * Invariant: an event never changes; only the bytes under a `DataEvent` are borrowed.
 */

import type { FieldSection } from "./field_section.ts";
import type { ResponseFraming } from "./framing.ts";
import type { CloseReason, KeepAliveHint } from "./persistence.ts";

/** What a parsed status line gives. */
export interface StatusLine {
  /** Status code, 100 to 999. */
  readonly status: number;
  /** Minor version: 0 or 1. */
  readonly minor: number;
  /** Where the reason phrase begins in the section's text. */
  readonly reasonFrom: number;
  /** Where it ends. */
  readonly reasonTo: number;
}

/** A 1xx response other than 101; the final one is still to come. */
export class InformationalEvent {
  readonly type = "informational" as const;
  /** Status code, 100 to 199. */
  readonly status: number;
  /** Reason phrase, as it came; often empty. */
  readonly reason: string;
  /** The fields: a `FieldSource`. */
  readonly section: FieldSection;

  constructor(line: StatusLine, section: FieldSection) {
    this.status = line.status;
    this.reason = section.text.slice(line.reasonFrom, line.reasonTo);
    this.section = section;
  }
}

/** The final head. */
export class HeadEvent {
  readonly type = "head" as const;
  /** Status code, 100 to 999. */
  readonly status: number;
  /** The fields: a `FieldSource`. */
  readonly section: FieldSection;
  /** How the end of the body is found; `none` also for an upgraded connection. */
  readonly framing: ResponseFraming;
  /** Content-Length as stated, also where no body follows (HEAD, 304); -1 if not. */
  readonly contentLength: number;
  /** Whether there is a Content-Encoding field. */
  readonly contentEncoded: boolean;
  /** Why the connection cannot serve another request after this one, or `null`. */
  readonly closeReason: CloseReason | null;
  /** What the server says of how long it keeps the connection. */
  readonly keepAlive: KeepAliveHint;
  /** Whether the connection now speaks another protocol: 101, or 2xx to CONNECT. No `end` follows. */
  readonly upgraded: boolean;
  /** Minor version: 0 or 1. */
  readonly minor: number;
  /** Where the reason phrase begins in the section's text. */
  readonly reasonFrom: number;
  /** Where it ends. */
  readonly reasonTo: number;
  #reason: string | undefined;

  constructor(
    line: StatusLine & { readonly contentEncoded: boolean },
    section: FieldSection,
    framing: ResponseFraming,
    contentLength: number,
    closeReason: CloseReason | null,
    keepAlive: KeepAliveHint,
    upgraded: boolean,
  ) {
    this.status = line.status;
    this.section = section;
    this.framing = framing;
    this.contentLength = contentLength;
    this.contentEncoded = line.contentEncoded;
    this.closeReason = closeReason;
    this.keepAlive = keepAlive;
    this.upgraded = upgraded;
    this.minor = line.minor;
    this.reasonFrom = line.reasonFrom;
    this.reasonTo = line.reasonTo;
  }

  /** The same head with other fields of the same meaning. */
  withSection(section: FieldSection): HeadEvent {
    const { framing, contentLength, closeReason, keepAlive, upgraded } = this;
    return new HeadEvent(this, section, framing, contentLength, closeReason, keepAlive, upgraded);
  }

  /** Version that the server speaks. */
  get version(): "1.0" | "1.1" {
    return this.minor === 0 ? "1.0" : "1.1";
  }

  /** Reason phrase, as it came; often empty. */
  get reason(): string {
    // A head that is recalled is asked for each response.
    return this.#reason ??= this.section.text.slice(this.reasonFrom, this.reasonTo);
  }
}

/** Bytes of the body, borrowed from the view that was received: valid until that call ends. */
export class DataEvent {
  readonly type = "data" as const;
  /** The array that holds the bytes. */
  readonly view: Uint8Array;
  /** Where they begin in `view`. */
  readonly from: number;
  /** Where they end in `view`. */
  readonly to: number;

  constructor(view: Uint8Array, from: number, to: number) {
    this.view = view;
    this.from = from;
    this.to = to;
  }

  /** Number of bytes, at least 1. */
  get length(): number {
    return this.to - this.from;
  }

  /** The bytes; a new view with each call, so `view`, `from` and `to` are cheaper for copying. */
  get bytes(): Uint8Array {
    return this.view.subarray(this.from, this.to);
  }
}

/** The body is complete. */
export interface EndEvent {
  readonly type: "end";
  /** Fields after a chunked body, or `null`. */
  readonly trailers: FieldSection | null;
}

/** Nothing more can be told before more bytes, or the end of input, are received. */
export interface NeedDataEvent {
  readonly type: "need-data";
}

/** Bytes arrived that no request asked for: close the connection and never reuse it. */
export interface UnsolicitedEvent {
  readonly type: "unsolicited";
}

/** The peer ended the connection while no response was under way. */
export interface ClosedEvent {
  readonly type: "closed";
}

/** The connection speaks another protocol: fetch what is left with `takeLeftover`. */
export interface UpgradedEvent {
  readonly type: "upgraded";
}

/** What `nextEvent` returns. */
export type H1Event =
  | InformationalEvent
  | HeadEvent
  | DataEvent
  | EndEvent
  | NeedDataEvent
  | UnsolicitedEvent
  | ClosedEvent
  | UpgradedEvent;

/** The one `need-data`. */
export const NEED_DATA: NeedDataEvent = Object.freeze({ type: "need-data" });
/** The `end` of a body without trailers. */
export const END: EndEvent = Object.freeze({ type: "end", trailers: null });
/** The one `unsolicited`. */
export const UNSOLICITED: UnsolicitedEvent = Object.freeze({ type: "unsolicited" });
/** The one `closed`. */
export const CLOSED: ClosedEvent = Object.freeze({ type: "closed" });
/** The one `upgraded`. */
export const UPGRADED: UpgradedEvent = Object.freeze({ type: "upgraded" });
