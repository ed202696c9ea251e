/**
 * Owns the sending half of one exchange: its state and what remains of its body.
 * Must not know responses, beyond the three events of theirs that its table names.
 * Invariant: what leaves here is exactly the body that the head announced, or an error.
 */

import { LocalProtocolError } from "../../errors.ts";
import type { RequestFacts, RequestHead } from "./request_facts.ts";
import { encodeChunk, encodeLastChunk } from "./request_writer.ts";
import {
  nextRequestState,
  NO_TRANSITION,
  ON_REQUEST,
  REQUEST,
  REQUEST_EVENTS,
  REQUEST_STATES,
  type RequestState,
} from "./states.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
const NO_PARTS: readonly Uint8Array[] = Object.freeze([]);
const NO_REQUEST: RequestFacts = Object.freeze({
  method: "",
  head: false,
  connect: false,
  upgrade: false,
  close: false,
  expectContinue: false,
  body: "none",
  plain: true,
});

/** The sending half of a connection. */
export class RequestSide {
  /** Number of the state. */
  state: number = REQUEST.idle;
  /** What the head of the current request said. */
  facts: RequestFacts = NO_REQUEST;
  #unsent = 0;

  /** Name of the state. */
  get stateName(): RequestState {
    return REQUEST_STATES[this.state]!;
  }

  /** Begins a request. */
  begin(facts: RequestFacts): void {
    const { body } = facts;
    if (body === "none" || body === 0) this.step(ON_REQUEST.head);
    else this.step(facts.expectContinue ? ON_REQUEST.headExpect : ON_REQUEST.headBody);
    this.facts = facts;
    this.#unsent = typeof body === "number" ? body : 0;
  }

  /** Frames a part of the body. Throws `LocalProtocolError`, and is closed then if the part was too long. */
  send(bytes: Uint8Array): readonly Uint8Array[] {
    this.step(ON_REQUEST.data);
    if (this.facts.body === "chunked") return encodeChunk(bytes);
    if (bytes.length === 0) return NO_PARTS;
    if (bytes.length > this.#unsent) {
      this.#fail(`Cannot send a body of ${this.#sent + bytes.length} bytes or more`);
    }
    this.#unsent -= bytes.length;
    return [bytes];
  }

  /** Ends the body. Throws `LocalProtocolError`, and is closed then if the body was too short. */
  end(trailers: RequestHead["fields"]): Uint8Array {
    const { body } = this.facts;
    const chunked = body === "chunked";
    if (this.#unsent > 0) this.#fail(`Cannot end the body after ${this.#sent} bytes`);
    if (!chunked && trailers.length > 0) {
      throw new LocalProtocolError("Cannot send trailers: the body is not chunked, expected a chunked one");
    }
    const bytes = chunked ? encodeLastChunk(trailers) : NOTHING;
    this.step(ON_REQUEST.end);
    return bytes;
  }

  get #sent(): number {
    return (this.facts.body as number) - this.#unsent;
  }

  #fail(message: string): never {
    this.state = REQUEST.closed;
    throw new LocalProtocolError(`${message}: Content-Length is ${this.facts.body}`);
  }

  /** Takes one step of the table. Throws `LocalProtocolError` for a step that it does not name. */
  step(event: number): void {
    const next = nextRequestState(this.state, event);
    if (next === NO_TRANSITION) {
      throw new LocalProtocolError(
        `Cannot go on with the request: "${REQUEST_EVENTS[event]}" does not follow in the state "${this.stateName}"`,
      );
    }
    this.state = next;
  }
}
