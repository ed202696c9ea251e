/**
 * Owns the count of what calls ended with, and the judgement which ends are wrong.
 * Must not know who made a call, nor how.
 */

import { AbortError, JetstreamError, TimeoutError } from "../../mod.ts";
import { type Outcome, WrongAnswer } from "./works.ts";

/** Wrongs that are kept: the first ones say most. */
const MOST_WRONGS = 50;

/** What was seen, as plain data that may come from another thread. */
export interface Tally {
  readonly calls: number;
  readonly ok: number;
  readonly refused: number;
  readonly failed: ReadonlyMap<string, number>;
  readonly works: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
}

/** What a call was for. */
export interface Purpose {
  readonly work: string;
  readonly id: string;
  /** Whether nothing was meant to go wrong. */
  readonly calm: boolean;
  /** Whether it gives up by itself at times. */
  readonly gives: boolean;
}

function add(map: Map<string, number>, name: string, count = 1): void {
  map.set(name, (map.get(name) ?? 0) + count);
}

/** What was seen so far. */
export class Seen {
  calls = 0;
  ok = 0;
  refused = 0;
  readonly failed: Map<string, number> = new Map();
  readonly works: Map<string, number> = new Map();
  readonly wrong: string[] = [];

  /** Notes what must not be. */
  note(what: string): void {
    if (this.wrong.length < MOST_WRONGS) this.wrong.push(what);
  }

  /** Notes what is left and should not be. */
  left(who: string, left: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(left)) if (count !== 0) this.note(`${who} left ${name}: ${count}`);
  }

  /** A call begins. */
  begin({ work }: Purpose): void {
    this.calls++;
    add(this.works, work);
  }

  /** A call ended with an answer. */
  end({ id, calm }: Purpose, outcome: Outcome): void {
    if (outcome === "ok") this.ok++;
    else this.refused++;
    if (outcome !== "ok" && calm) this.note(`${id} was refused where nothing goes wrong`);
  }

  /** A call failed. */
  fail({ id, calm, gives }: Purpose, error: unknown): void {
    if (error instanceof WrongAnswer) return this.note(error.message);
    if (!(error instanceof JetstreamError)) {
      return this.note(`${id} ended with an error of others: ${error instanceof Error ? error.stack : error}`);
    }
    add(this.failed, error.code);
    const given = gives && (error instanceof AbortError || error instanceof TimeoutError);
    if (!given && (calm || error instanceof AbortError)) {
      this.note(`${id} failed where nothing goes wrong: ${error.message}`);
    }
  }

  /** What was seen, without this object. */
  get tally(): Tally {
    const { calls, ok, refused, failed, works, wrong } = this;
    return { calls, ok, refused, failed, works, wrong };
  }

  /** Adds what others saw. */
  merge({ calls, ok, refused, failed, works, wrong }: Tally): void {
    this.calls += calls;
    this.ok += ok;
    this.refused += refused;
    for (const [name, count] of failed) add(this.failed, name, count);
    for (const [name, count] of works) add(this.works, name, count);
    for (const each of wrong) this.note(each);
  }
}
