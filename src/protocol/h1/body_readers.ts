/**
 * Owns the reading of bodies whose end is a number of bytes or the end of the connection.
 * Must not know heads or connections. Chunked bodies are read in `chunk_reader.ts`.
 * Invariant: a body is never buffered here; each event is a part of the borrowed view.
 */

import { IncompleteReadError } from "../../errors.ts";
import { DataEvent, END, type EndEvent, NEED_DATA, type NeedDataEvent } from "./events.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";

/** Reads one body. */
export interface BodyReader {
  /** Bytes that may be read past the codec now: the rest of the body, `Infinity`, or 0 where it is not known. */
  readonly expected: number;
  /** The next event. Throws `RemoteProtocolError`. */
  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedDataEvent;
  /** Notes bytes of the body that went past the codec; at most `expected`. */
  consume(length: number): void;
  /** What the end of input means. Throws `IncompleteReadError` where it cuts the body short. */
  end(): EndEvent;
}

/** Reads a body of known length, which may be 0. */
export class LengthReader implements BodyReader {
  expected = 0;
  #length = 0;

  /** Begins a body of `length` bytes. */
  begin(length: number): void {
    this.expected = this.#length = length;
  }

  read(input: ReceiveBuffer): DataEvent | EndEvent | NeedDataEvent {
    const expected = this.expected;
    if (expected === 0) return END;
    const from = input.at;
    if (from === input.end) return NEED_DATA;
    const to = Math.min(input.end, from + expected);
    input.at = to;
    this.expected = expected - (to - from);
    return new DataEvent(input.view, from, to);
  }

  consume(length: number): void {
    this.expected -= length;
  }

  end(): EndEvent {
    if (this.expected === 0) return END;
    const received = this.#length - this.expected;
    throw new IncompleteReadError(
      `Cannot read the body: the connection ended after ${received} of ${this.#length} bytes`,
      { received, expected: this.#length },
    );
  }
}

/** Reads a body that lasts until the connection ends. */
export class CloseReader implements BodyReader {
  readonly expected: number = Infinity;

  read(input: ReceiveBuffer): DataEvent | NeedDataEvent {
    const from = input.at;
    if (from === input.end) return NEED_DATA;
    input.at = input.end;
    return new DataEvent(input.view, from, input.end);
  }

  consume(_length: number): void {}

  end(): EndEvent {
    return END;
  }
}

/** It has no state, so one serves all connections. */
export const CLOSE_READER: CloseReader = new CloseReader();
