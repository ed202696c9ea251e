/**
 * Owns the plan for an outcome: the decision, the caller's override, the wait, the budget.
 * Must not know how an attempt is made or a response is dropped.
 * Invariant: each outcome is planned once. `collect` plans for a response before it reads the
 * body, the retry layer then follows that plan.
 */

import { after } from "../base/after.ts";
import type { Call } from "../core/call.ts";
import type { RetrySettings } from "../core/settings.ts";
import type { MaybePromise } from "../http/body.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { backoffDelay } from "./backoff.ts";
import { RetryBudget } from "./retry_budget.ts";
import { decideDelay, judgeRetry, type RetryOutcome, type RetryVerdict } from "./retry_decision.ts";
import { serverDelay } from "./server_delay.ts";

/** What follows an outcome. */
export interface RetryPlan {
  /** Milliseconds until the next attempt; `undefined` for none. */
  readonly delay: number | undefined;
  /** Why there is another attempt; or why not, although the outcome called for one; else `undefined`. */
  readonly reason: string | undefined;
}

const NO_RETRY: RetryPlan = { delay: undefined, reason: undefined };

/** Plans for the calls of one client. */
export class RetryPlanner {
  readonly #budget = new RetryBudget();
  readonly #plans = new WeakMap<HttpResponse, MaybePromise<RetryPlan>>();

  /** Counts the first attempt at a URL. */
  addRequest(request: HttpRequest, settings: RetrySettings, call: Call): void {
    // The time of the start will do, and spares reading the clock on each call.
    if (settings.budget !== null) this.#budget.addRequest(request.url.origin, settings.budget, call.startedAt);
  }

  /** Whether a response needs a plan at all; most do not. */
  concerns(response: HttpResponse, settings: RetrySettings): boolean {
    return settings.when !== null || settings.statuses.has(response.status);
  }

  /** The plan for an outcome of `request`. */
  plan(request: HttpRequest, outcome: RetryOutcome, settings: RetrySettings, call: Call): MaybePromise<RetryPlan> {
    if (outcome.response === undefined) return this.#make(request, outcome, settings, call);
    const made = this.#plans.get(outcome.response);
    if (made !== undefined) return made;
    const plan = this.#make(request, outcome, settings, call);
    this.#plans.set(outcome.response, plan);
    return plan;
  }

  #make(request: HttpRequest, outcome: RetryOutcome, settings: RetrySettings, call: Call): MaybePromise<RetryPlan> {
    const verdict = judgeRetry(settings, request, outcome, call.retries);
    return settings.when === null || verdict.barrier !== undefined
      ? this.#finish(undefined, verdict, request, outcome, settings, call)
      : this.#ask(settings.when, verdict, request, outcome, settings, call);
  }

  async #ask(
    when: NonNullable<RetrySettings["when"]>,
    verdict: RetryVerdict,
    request: HttpRequest,
    outcome: RetryOutcome,
    settings: RetrySettings,
    call: Call,
  ): Promise<RetryPlan> {
    const decision = verdict.reason !== undefined && verdict.objection === undefined;
    const { response, error } = outcome;
    const wanted = await when({ request, response, error, retry: call.retries + 1, decision });
    return this.#finish(wanted, verdict, request, outcome, settings, call);
  }

  /** `wanted` is what the caller said; `undefined` leaves it to the verdict. */
  #finish(
    wanted: boolean | undefined,
    { reason, barrier, objection }: RetryVerdict,
    request: HttpRequest,
    outcome: RetryOutcome,
    settings: RetrySettings,
    call: Call,
  ): MaybePromise<RetryPlan> {
    if (reason === undefined && wanted !== true) return NO_RETRY;
    if (barrier !== undefined) return refusal(barrier);
    if (wanted === false) return refusal("retry.when said no");
    if (wanted === undefined && objection !== undefined) return refusal(objection);
    return after(
      backoffDelay(settings, call.retries + 1),
      (backoff) => this.#afford(backoff, reason ?? "retry.when", request, outcome, settings, call),
    );
  }

  /** The plan to wait for `backoff`, or as long as the server says. */
  #afford(
    backoff: number,
    reason: string,
    request: HttpRequest,
    { response }: RetryOutcome,
    settings: RetrySettings,
    call: Call,
  ): RetryPlan {
    const delay = decideDelay(
      backoff,
      response === undefined ? undefined : serverDelay(response.headers, response.status, call.clock.wall()),
      { maxRetryAfter: settings.maxRetryAfter, remaining: call.remaining },
    );
    if (typeof delay === "string") return refusal(delay);
    if (!this.#takeFromBudget(request, settings, call)) {
      return refusal("the retry budget of the origin is used up (retry.budget)");
    }
    return { delay, reason };
  }

  #takeFromBudget({ url }: HttpRequest, { budget }: RetrySettings, call: Call): boolean {
    return budget === null || this.#budget.take(url.origin, budget, call.clock.now());
  }
}

function refusal(reason: string): RetryPlan {
  return { delay: undefined, reason };
}
