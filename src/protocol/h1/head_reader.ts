/**
 * Owns the reading of response heads: bytes to an `informational` or `head` event, with all
 * that follows from a head decided.
 * Must not know bodies, nor what the connection does with the decisions.
 * Invariant: a head leaves here judged as a whole (syntax, framing, persistence), or not at all.
 */

import { RemoteProtocolError } from "../../errors.ts";
import { HeadEvent, InformationalEvent } from "./events.ts";
import type { FieldSection } from "./field_section.ts";
import { decideFraming, isUpgrade, NO_LENGTH, readFramingFields } from "./framing.ts";
import { HeadMemory } from "./head_memory.ts";
import { borrowParser, type HeadParser, returnParser } from "./head_parser.ts";
import type { H1Settings } from "./limits.ts";
import { CLOSE_REASON, connectionOptions, decidePersistence, keepAliveHint, NO_HINT } from "./persistence.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";
import type { RequestFacts } from "./request_facts.ts";

/** Reads the heads of one connection. */
export class HeadReader {
  readonly #settings: H1Settings;
  #memory: HeadMemory;
  /** Whether others remember in the same place. */
  #shared = true;
  /** Whether a final head was read. */
  #warm = false;
  #parser: HeadParser | null = null;
  #informational = 0;

  /** `memory` may be shared with other readers that have these settings. */
  constructor(settings: H1Settings, memory: HeadMemory) {
    this.#settings = settings;
    this.#memory = memory;
  }

  /** Begins the response to another request. */
  begin(): void {
    this.#informational = 0;
  }

  /** Drops a head that will not be completed. */
  abandon(): void {
    this.#parser = null;
  }

  /**
   * The next head, or `null` while it is incomplete. `withheld` says that the request body waits
   * for 100 (Continue), so that a final head means it will never be sent.
   * Throws `RemoteProtocolError`.
   */
  read(input: ReceiveBuffer, request: RequestFacts, withheld: boolean): InformationalEvent | HeadEvent | null {
    const { view, at } = input;
    // What began in an earlier view no longer stands in this one.
    const whole = this.#parser === null && request.plain;
    if (whole) {
      const event = this.#memory.recall(view, at, input.end);
      if (event !== null) {
        input.at = at + this.#memory.length;
        this.#warm = true;
        return event;
      }
    }
    const parser = this.#parser ??= borrowParser("response head", this.#settings);
    const section = input.readSection(parser);
    if (section === null) return null;
    this.#parser = null;
    returnParser(parser);
    if (parser.status < 200 && parser.status !== 101) return this.#readInformational(parser, section);
    if (isUpgrade(parser.status, request)) return this.#readUpgrade(parser, section, request);
    const event = this.#readFinal(parser, section, request, withheld);
    if (whole && parser.ascii) this.#remember(view, at, parser.length, event);
    this.#warm = true;
    return event;
  }

  /** What a connection begins with is likely to be what others begin with; what differs later it keeps to itself. */
  #remember(view: Uint8Array, from: number, length: number, event: HeadEvent): void {
    if (this.#shared && this.#warm) {
      this.#memory = new HeadMemory();
      this.#shared = false;
    }
    this.#memory.remember(view, from, length, event);
  }

  #readInformational(parser: HeadParser, section: FieldSection): InformationalEvent {
    this.#informational++;
    if (this.#informational > this.#settings.informational) {
      throw new RemoteProtocolError(
        `Cannot wait for the final response: more than ${this.#settings.informational} informational ones, their limit`,
        { code: "LIMIT_EXCEEDED" },
      );
    }
    return new InformationalEvent(parser, section);
  }

  #readUpgrade(parser: HeadParser, section: FieldSection, request: RequestFacts): HeadEvent {
    if (parser.status === 101 && !request.upgrade) {
      throw new RemoteProtocolError("Cannot switch protocols: the server sent 101, the request offered no upgrade");
    }
    return new HeadEvent(parser, section, "none", NO_LENGTH, CLOSE_REASON.upgraded, NO_HINT, true);
  }

  #readFinal(parser: HeadParser, section: FieldSection, request: RequestFacts, withheld: boolean): HeadEvent {
    const fields = readFramingFields(section, parser);
    const framing = decideFraming(parser.status, fields, request);
    const reason = decidePersistence({
      requestClose: request.close,
      requestWithheld: withheld,
      minor: parser.minor,
      status: parser.status,
      options: connectionOptions(section, parser.connection),
      framing,
      fields,
    });
    const hint = keepAliveHint(section, parser.keepAlive);
    return new HeadEvent(parser, section, framing, fields.contentLength, reason, hint, false);
  }
}
