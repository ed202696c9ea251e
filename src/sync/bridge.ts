/**
 * Owns the caller's side of the calls: one worker per thread, asked and waited for.
 * Must not know clients.
 * Invariants: while this thread waits it serves the worker's call-backs, which may call again, to
 * any depth; an answer that comes before its turn is kept; a lost worker fails every call that
 * waits for it, and the next call starts another.
 */

import { TransportError } from "../errors.ts";
import { HttpResponse } from "../http/response.ts";
import { type Callback, CallerForms } from "./caller_forms.ts";
import { showCaller } from "./caller_stack.ts";
import { Channel, LostWorker } from "./channel.ts";
import { Scope } from "./held.ts";
import { type Said, SAYS } from "./messages.ts";
import { promiseMisuse } from "./misuse.ts";
import { type Message, pack } from "./pack.ts";
import { unpack } from "./unpack.ts";
import { WORKER_ENTRY } from "./worker.ts";

/** The worker of this thread and the calls that wait for it. */
export class Bridge {
  readonly #entry: string | undefined;
  readonly #forms: CallerForms;
  readonly #inbox: Said[] = [];
  readonly #answers = new Map<number, Said>();
  /** The scopes of the calls that wait, the outermost first. */
  readonly #waiting: Scope[] = [];
  #channel: Channel | undefined;
  #generation = 0;
  #lastId = 0;
  /** A function returned a promise, and the worker may ask for no answer of it. */
  #misuse: TypeError | undefined;

  /** Starts nothing: the first call does. `entry` is the module that a worker begins with. */
  constructor(entry: string | undefined = WORKER_ENTRY) {
    this.#entry = entry;
    const generation = (): number => this.#generation;
    this.#forms = new CallerForms({
      get worker(): number {
        return generation();
      },
      call: (worker, id, args) => this.#callLent(worker, id, args),
      body: (worker, id, step, arg) => this.#callLent(worker, "body", [id, step, arg]),
      suffixes: () => this.suffixes(),
      post: (value) => this.#channel?.post(value),
      // A message is made for the worker that is there, and read while it is.
      give: (large) => this.#channel!.handover.give(large),
      take: (payload) => this.#channel!.handover.take(payload),
    });
  }

  /** Which worker this is: a client has to be opened in each. Starts one when there is none. */
  get generation(): number {
    this.#start();
    return this.#generation;
  }

  /** How many functions of the caller are lent out. */
  get lent(): number {
    return this.#forms.held.size;
  }

  /**
   * Calls what the worker has under a name, or has lent under a number; blocks until it answers.
   * What the arguments lend is lent for the time of `given`; without it, until the answer.
   */
  call(target: string | number, args: readonly unknown[], given?: Scope): unknown {
    const channel = this.#start();
    const generation = this.#generation;
    const id = ++this.#lastId;
    const scope = given ?? new Scope();
    this.#waiting.push(scope);
    try {
      this.#say(channel, [SAYS.call, id, target, args, this.#waiting.length - 1], scope);
      const answer = this.#await(channel, id);
      const misuse = this.#misuse;
      this.#misuse = undefined;
      if (answer[0] === SAYS.value) {
        if (misuse === undefined) return answer[2];
        if (answer[2] instanceof HttpResponse) answer[2].live?.cancel();
        throw misuse;
      }
      throw this.#forms.isCallers(answer[2]) ? answer[2] : showCaller(answer[2], this.call);
    } catch (error) {
      throw error instanceof LostWorker ? this.#lost(error, generation) : error;
    } finally {
      this.#waiting.pop();
      if (given === undefined) this.release(scope);
      if (this.#waiting.length === 0) {
        this.#forms.epoch++;
        this.#misuse = undefined;
      }
    }
  }

  /** The table of public suffixes and its version. */
  suffixes(): readonly [table: string, version: string] {
    return this.call("public suffixes", []) as [string, string];
  }

  /** Calls what one worker lent: another one does not have it. */
  #callLent(worker: number, target: string | number, args: readonly unknown[]): unknown {
    // What a layer hands to its call, to be called when that ends, has to live as long.
    if (this.has(worker)) return this.call(target, args, this.#waiting[0]);
    throw this.#lost(new LostWorker("it has ended"), worker);
  }

  /** Takes back what was lent for the time of `scope`. */
  release(scope: Scope): void {
    this.#forms.held.release(scope);
  }

  /** Whether the worker of that number is still there; starts none. */
  has(generation: number): boolean {
    return generation === this.#generation && this.#channel?.isAlive === true;
  }

  /** Tells the worker that a client is gone. */
  forget(client: number): void {
    if (this.#channel?.isAlive) this.#say(this.#channel, [SAYS.release, client], new Scope());
  }

  /** Ends the worker, as if it had died. */
  end(): void {
    this.#channel?.end();
    this.#channel = undefined;
  }

  #start(): Channel {
    if (this.#channel?.isAlive) return this.#channel;
    this.#inbox.length = 0;
    this.#answers.clear();
    this.#forms.epoch++;
    this.#channel = new Channel(this.#entry, this.#receive);
    this.#generation++;
    return this.#channel;
  }

  #lost(error: LostWorker, generation: number): TransportError {
    if (this.#generation === generation && this.#channel !== undefined) this.end();
    return showCaller(
      new TransportError(`The call was lost with the worker thread that made it: ${error.message}`, {
        code: "WORKER_LOST",
        phase: "read",
        progress: "sent",
      }),
      this.call,
    );
  }

  readonly #receive = (message: Message): void => {
    this.#inbox.push(unpack(message, this.#forms.make) as Said);
  };

  #await(channel: Channel, id: number): Said {
    for (;;) {
      const answer = this.#answers.get(id);
      if (answer !== undefined) {
        this.#answers.delete(id);
        return answer;
      }
      // A call-back may have met the end of the worker, and a call in it have started another.
      if (this.#channel !== channel) throw new LostWorker("it has ended");
      const said = this.#inbox.shift();
      if (said === undefined) channel.receive();
      else if (said[0] === SAYS.call) this.#serve(channel, said);
      else this.#answers.set(said[1], said);
    }
  }

  /** Runs a function of the caller's for the worker. */
  #serve(channel: Channel, [, id, target, args]: Said): void {
    const lent = this.#forms.lent(target as number);
    const scope = this.#scopeFor(lent?.scope);
    let said: Said;
    try {
      if (lent === undefined) throw new Error("The function is no longer lent: its call is over");
      const result = (lent.value as Callback)(...args as unknown[]);
      const misuse = promiseMisuse(result, (lent.value as Callback).name.replace(/^bound /, ""));
      this.#misuse ??= misuse;
      if (misuse !== undefined) throw misuse;
      said = [SAYS.value, id, result];
      if (this.#channel === channel) this.#say(channel, said, scope);
    } catch (error) {
      if (error instanceof LostWorker) throw error;
      if (this.#channel === channel) this.#fail(channel, id, error, scope);
    }
  }

  /** What was thrown comes back as itself: of one that cannot be packed, name and message are enough. */
  #fail(channel: Channel, id: number, error: unknown, scope: Scope): void {
    try {
      this.#say(channel, [SAYS.failure, id, this.#forms.failureForm(error)], scope);
    } catch (cause) {
      if (cause instanceof LostWorker) throw cause;
      this.#say(channel, [SAYS.failure, id, this.#forms.namedFailure(error)], scope);
    }
  }

  /** What a function gives lives as long as the function, but for a client's: then as the outermost call. */
  #scopeFor(scope: Scope | undefined): Scope {
    return scope === undefined || scope.isLong ? this.#waiting[0]! : scope;
  }

  #say(channel: Channel, said: Said, scope: Scope): void {
    channel.send(pack(said, (value) => this.#forms.formOf(value, scope)));
  }
}

let shared: Bridge | undefined;

/** The one of this thread. */
export function bridge(): Bridge {
  return shared ??= new Bridge();
}
