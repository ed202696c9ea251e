/**
 * Owns whether the socket of a shared connection holds the process: exactly while it is busy.
 * Must not know what keeps it busy.
 */

import type { Socket } from "../core/socket.ts";
import type { Idler, LazyUnref } from "./lazy_unref.ts";

/** The hold of one socket, which a new one has. */
export class SocketHold implements Idler {
  readonly #socket: Socket;
  readonly #unrefs: LazyUnref;
  readonly #busy: () => boolean;
  #holds = true;
  #listed = false;
  #ended = false;

  constructor(socket: Socket, unrefs: LazyUnref, busy: () => boolean) {
    this.#socket = socket;
    this.#unrefs = unrefs;
    this.#busy = busy;
  }

  /** Holds the process. */
  take(): void {
    if (this.#holds) return;
    this.#holds = true;
    this.#socket.ref();
  }

  /** Lets the process go soon, unless it is busy again by then. */
  mayLetGo(): void {
    if (this.#listed || this.#ended) return;
    this.#listed = true;
    this.#unrefs.add(this);
  }

  /** The socket is closed. */
  end(): void {
    this.#ended = true;
  }

  letGo(): boolean {
    this.#listed = false;
    if (this.#busy()) return false;
    if (this.#ended) return true;
    this.#holds = false;
    this.#socket.unref();
    return true;
  }
}
