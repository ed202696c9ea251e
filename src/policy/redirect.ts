/**
 * Owns the loop over the hops of a call.
 * Must not know how it is decided (`redirect_decision.ts`).
 * Invariants: a response is dropped before its redirect is followed, and its head kept in
 * `history`; each hop that starts ends; a policy can forbid what the rules allow, never the reverse.
 */

import { maskUrl } from "../base/redact.ts";
import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";
import type { Next } from "../core/layer.ts";
import type { RedirectChoice, RedirectSettings } from "../core/settings.ts";
import { AbortError, JetstreamError, RedirectError } from "../errors.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { isRedirect } from "../http/status.ts";
import { drop } from "./drop.ts";
import { runRequestHooks } from "./hook_run.ts";
import { decideRedirect, redirectMethod, redirectTarget } from "./redirect_decision.ts";

/** Follows redirects. */
export async function redirectLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const settings = call.settings.redirect;
  if (settings === null) return next(request);
  let current = request;
  for (let hop = 1;; hop++) {
    if (call.listener !== null) startHop(call, hop, current);
    let response: HttpResponse;
    try {
      response = await next(current);
    } catch (error) {
      if (call.listener !== null) endHop(call, hop, undefined, error);
      throw error;
    }
    if (!isRedirect(response.status)) return finish(call, hop, response);
    const following = await follow(current, response, settings, call, hop);
    if (following === undefined) return finish(call, hop, response);
    current = following;
  }
}

/** The request that follows `response`; `undefined` when the response is the result of the call. */
async function follow(
  request: HttpRequest,
  response: HttpResponse,
  settings: RedirectSettings,
  call: Call,
  hop: number,
): Promise<HttpRequest | undefined> {
  try {
    const target = redirectTarget(request, response);
    if (target === undefined) return undefined;
    if ("fault" in target) throw refused(target.fault, response, call);
    const choice = await ask(request, response, target.to, settings, hop);
    if (choice === "stop") return undefined;
    if (choice === "error") throw refused("the policy forbids it (redirect.policy)", response, call);
    const earlier = call.history.filter((one) => isRedirect(one.status));
    const decision = decideRedirect(request, response, target.to, settings, earlier);
    if ("refusal" in decision) throw refused(decision.refusal, response, call);
    await drop(response, call);
    // Asking a policy took the body into memory; only the head is kept.
    call.history.push(response.loaded === undefined ? response : response.withBody(null));
    const { hooks, tag } = call.settings;
    const next = hooks?.redirect === undefined ? decision.next : await runRequestHooks(
      "redirect",
      hooks.redirect,
      decision.next,
      (current) => ({ request, tag, response, next: current, hop }),
    );
    call.cancel.throwIfCancelled();
    if (call.listener !== null) {
      endHop(call, hop, response, undefined);
      call.emit("redirect", {
        status: response.status,
        from: maskUrl(request.url.href),
        to: maskUrl(next.url.href),
      });
    }
    call.cause = "redirect";
    return next;
  } catch (error) {
    await drop(response, call);
    if (call.listener !== null) endHop(call, hop, response, error);
    throw error;
  }
}

async function ask(
  request: HttpRequest,
  response: HttpResponse,
  to: URL,
  { policy }: RedirectSettings,
  hop: number,
): Promise<RedirectChoice> {
  if (policy === null) return "follow";
  const method = redirectMethod(response.status, request.method);
  // A copy: a policy judges, it does not steer.
  const choice = await policy({
    from: new URL(request.url.href),
    to: new URL(to.href),
    status: response.status,
    method,
    hop,
  });
  if (choice === "follow" || choice === "stop" || choice === "error") return choice;
  throw new TypeError(
    `Cannot follow the redirect: redirect.policy gave ${String(choice)}, expected follow, stop or error`,
  );
}

function refused(why: string, response: HttpResponse, call: Call): RedirectError<HttpResponse> {
  return new RedirectError(`The redirect was not followed: ${why}`, { history: [...call.history, response] });
}

/** The last hop ends with the body of its response, which may still be on the wire. */
function finish(call: Call, hop: number, response: HttpResponse): HttpResponse {
  if (call.listener === null) return response;
  if (response.live === null) endHop(call, hop, response, undefined);
  else response.live.onSettled((error) => endHop(call, hop, response, error));
  return response;
}

function startHop(call: Call, hop: number, request: HttpRequest): void {
  call.emit("hop-start", { hop, method: request.method, url: maskUrl(request.url.href) });
}

function endHop(call: Call, hop: number, response: HttpResponse | undefined, error: unknown): void {
  const outcome: Outcome = error === undefined ? "ok" : error instanceof AbortError ? "aborted" : "error";
  call.emit("hop-end", {
    hop,
    outcome,
    ...(response === undefined ? {} : { status: response.status }),
    ...(error instanceof JetstreamError ? { code: error.code } : {}),
  });
}
