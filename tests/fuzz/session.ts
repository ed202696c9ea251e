/**
 * Owns one run over one target: what is tried next, what is worth keeping, what was found.
 * Must not know files nor processes.
 * Invariant: the same seed, corpus and number of inputs try the same, whatever machine it is.
 *
 * It is guided by what is told: an input whose answer has a form that no other had (its words without
 * their letters and numbers) is kept and changed further. That costs nothing, needs no runtime's
 * coverage, and tells states of a machine apart that run through the same lines.
 */

import { type Finding, judge, judgeTime, shrink } from "./judge.ts";
import { compose, mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** Inputs kept beside the corpus. */
const MOST_KEPT = 2_000;

/** Findings after which a target has had enough. */
const MOST_FINDINGS = 8;

/** One input in so many is made long and timed. */
const TIMED = 199;

/** The form of an answer: which words follow which, not what they say. */
export function formOf(answer: string): string {
  return answer.slice(0, 400).replace(/[0-9]+/g, "0").replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(
    /\b[a-z]{1,2}\b/gi,
    "x",
  );
}

/** One run over one target. */
export class Session {
  readonly target: FuzzTarget;
  readonly findings: Finding[] = [];
  /** Inputs tried. */
  tried = 0;
  /** Inputs that told something new, in the order in which they were found. */
  readonly fresh: string[] = [];
  readonly #random: Random;
  readonly #kept: string[] = [];
  readonly #forms = new Set<string>();
  readonly #known = new Set<string>();

  constructor(target: FuzzTarget, corpus: readonly string[], seed: number) {
    this.target = target;
    this.#random = new Random(seed);
    for (const input of [...target.seeds, ...corpus]) {
      this.#try(input);
      this.#kept.push(input);
    }
    this.fresh.length = 0;
  }

  /** Forms of answers seen. */
  get forms(): number {
    return this.#forms.size;
  }

  /** Whether it has found enough. */
  get over(): boolean {
    return this.findings.length >= MOST_FINDINGS;
  }

  /** Tries `count` inputs. */
  run(count: number): void {
    for (let turn = 0; turn < count && !this.over; turn++) this.#try(this.#next());
  }

  #next(): string {
    const random = this.#random;
    if (this.#kept.length === 0 || random.chance(0.1)) return compose(random, this.target.tokens);
    // What was found lately leads further than what is old.
    const late = random.chance(0.4) ? Math.max(0, this.#kept.length - 32) : 0;
    const input = this.#kept[late + random.below(this.#kept.length - late)]!;
    return mutate(random, input, this.target.tokens, random.pick(this.#kept));
  }

  #try(input: string): void {
    this.tried++;
    const told = judge(this.target, input, this.#random);
    if (typeof told !== "string") return this.#found(shrink(this.target, told, this.#random));
    const form = formOf(told);
    if (!this.#forms.has(form)) {
      this.#forms.add(form);
      this.fresh.push(input);
      if (this.#kept.length < MOST_KEPT) this.#kept.push(input);
      else this.#kept[this.#random.below(MOST_KEPT)] = input;
    }
    if (this.tried % TIMED === 0) {
      const slow = judgeTime(this.target, input, this.#random);
      if (slow !== undefined) this.#found(slow);
    }
  }

  #found(finding: Finding): void {
    const kind = formOf(finding.what.split("\n")[0]!);
    if (this.#known.has(kind)) return;
    this.#known.add(kind);
    this.findings.push(finding);
  }
}
