/**
 * Owns cancellation inside the library: one plain token, no `AbortController` on the way.
 * Must not know who cancels or why; the reason is an error of the taxonomy.
 * Invariant: listeners run at most once; a listener added after the fact runs at once.
 */

/** What a listener is told. */
export type CancelListener = (reason: Error) => void;

/** A flag that is raised once, with its reason, and tells those who listen. */
export class CancelToken {
  #reason: Error | undefined;
  #first: CancelListener | undefined;
  #more: CancelListener[] | undefined;
  #parent: CancelToken | undefined;
  #fromParent: CancelListener | undefined;
  #controller: AbortController | undefined;

  /** Why it was cancelled; `undefined` while it was not. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Throws the reason when the token was cancelled. */
  throwIfCancelled(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** Calls `listener` when the token is cancelled, at once if it was. */
  add(listener: CancelListener): void {
    if (this.#reason !== undefined) listener(this.#reason);
    else if (this.#first === undefined) this.#first = listener;
    else (this.#more ??= []).push(listener);
  }

  /** Forgets `listener`. */
  remove(listener: CancelListener): void {
    if (this.#first === listener) {
      this.#first = this.#more?.shift();
      return;
    }
    const at = this.#more?.indexOf(listener) ?? -1;
    if (at >= 0) this.#more!.splice(at, 1);
  }

  /** Raises the flag; only the first reason counts. */
  cancel(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.detach();
    const first = this.#first;
    const more = this.#more;
    this.#first = this.#more = undefined;
    first?.(reason);
    if (more) { for (const listener of more) listener(reason); }
    this.#controller?.abort(reason);
  }

  /** A token that is cancelled with this one, and can be cancelled alone. */
  child(): CancelToken {
    const child = new CancelToken();
    child.#parent = this;
    child.#fromParent = (reason) => child.cancel(reason);
    this.add(child.#fromParent);
    return child;
  }

  /** Cuts a child off its parent, once its work is over. */
  detach(): void {
    if (this.#fromParent) this.#parent?.remove(this.#fromParent);
    this.#parent = this.#fromParent = undefined;
  }

  /** Listeners still waiting; for the leak rule of the tests. */
  get listenerCount(): number {
    return (this.#first ? 1 : 0) + (this.#more?.length ?? 0);
  }

  /** A web signal that follows this token, made on first use. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }
}
