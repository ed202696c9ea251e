/**
 * Owns what the dialogues of SOCKS 4 and 5 have in common: input, its end, the last word.
 * Must not know a message of either.
 * Invariant: after an error, a refusal or success the state never changes again.
 */

import { LocalProtocolError, RemoteProtocolError, SocketError } from "../../errors.ts";
import { NEED_DATA, type SocksCodec, type SocksEvent } from "./events.ts";
import { ReplyBuffer } from "./reply_buffer.ts";

/** A dialogue; the subclasses know the messages. */
export abstract class SocksDialogue implements SocksCodec {
  protected readonly input: ReplyBuffer = new ReplyBuffer();
  #ended = false;
  #last: SocksEvent | undefined;
  #error: unknown;
  #failed = false;

  abstract start(): Uint8Array;

  /** Reads one message if it is there as a whole; says `need-data` if not. */
  protected abstract read(): SocksEvent;

  receive(view: Uint8Array): void {
    if (this.#ended) {
      throw new LocalProtocolError("Cannot receive bytes: the end of input was received, expected none after it");
    }
    if (!this.#failed) this.input.push(view);
  }

  receiveEof(): void {
    this.#ended = true;
  }

  nextEvent(): SocksEvent {
    if (this.#failed) throw this.#error;
    if (this.#last) return this.#last;
    try {
      const event = this.read();
      if (event.type === "connected" || event.type === "refused") this.#last = event;
      else if (event === NEED_DATA && this.#ended) throw this.#endedEarly();
      // Whoever answers before it was asked would have its bytes taken for the next answer.
      else if (event.type === "send" && this.input.length > 0) throw garbage("it answered before it was asked");
      return event;
    } catch (error) {
      this.#failed = true;
      throw this.#error = error;
    }
  }

  takeLeftover(): Uint8Array {
    if (this.#last?.type !== "connected") {
      throw new LocalProtocolError("Cannot take what is left: the proxy has not connected yet, expected it to have");
    }
    return this.input.take();
  }

  #endedEarly(): SocketError {
    const part = this.input.length === 0 ? "before it" : `after ${this.input.length} bytes of it`;
    return new SocketError(`Cannot read the reply of the SOCKS proxy: the connection ended ${part}`, {
      code: "CONNECTION_CLOSED",
      phase: "proxy",
      progress: "unsent",
    });
  }
}

/** The error for what a proxy must not send. */
export function garbage(why: string): RemoteProtocolError {
  return new RemoteProtocolError(`Cannot read the reply of the SOCKS proxy: ${why}`, {
    phase: "proxy",
    progress: "unsent",
  });
}

/** A byte in words. */
export function byteText(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
