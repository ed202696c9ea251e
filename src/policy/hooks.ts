/**
 * Owns the hooks around a whole call: request, response, error.
 * Must not know redirects and retries; their hooks run in their layers.
 * Invariants: hooks run in order, each once per call; a hook that fails fails the call by its
 * name; a response that is replaced is dropped first.
 */

import type { Call } from "../core/call.ts";
import type { Hooks } from "../core/hooks.ts";
import type { Next } from "../core/layer.ts";
import { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";
import { drop } from "./drop.ts";
import { runHook, wrongResult } from "./hook_run.ts";

/** Runs the request hooks, sends, then runs the response hooks; or the error hooks when anything failed. */
export async function hooksLayer(request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> {
  const { hooks } = call.settings;
  if (hooks === null) return next(request);
  const tag = call.settings.tag;
  let current = request;
  try {
    const prepared = hooks.request === undefined ? request : await runRequest(hooks.request, request, tag);
    if (prepared instanceof HttpRequest) current = prepared;
    const response = prepared instanceof HttpRequest ? await next(prepared) : prepared;
    if (call.expected !== undefined) await informed(call.expected, response);
    return hooks.response === undefined ? response : await runResponse(hooks.response, current, response, call);
  } catch (error) {
    throw await runError(hooks, current, error, tag);
  }
}

/** Waits for the informational hooks that answer later. */
async function informed(expected: Promise<unknown>, response: HttpResponse): Promise<void> {
  try {
    await expected;
  } catch (error) {
    response.live?.cancel();
    throw error;
  }
}

async function runRequest(
  hooks: NonNullable<Hooks["request"]>,
  request: HttpRequest,
  tag: string | undefined,
): Promise<HttpRequest | HttpResponse> {
  let current = request;
  for (const hook of hooks) {
    const given = runHook("request", hook, { request: current, tag });
    const result = given instanceof Promise ? await given : given;
    if (result === undefined) continue;
    if (result instanceof HttpResponse) return result;
    if (!(result instanceof HttpRequest)) throw wrongResult("request", hook, result, "an HttpRequest, an HttpResponse");
    current = result;
  }
  return current;
}

async function runResponse(
  hooks: NonNullable<Hooks["response"]>,
  request: HttpRequest,
  response: HttpResponse,
  call: Call,
): Promise<HttpResponse> {
  let current = response;
  try {
    for (const hook of hooks) {
      const given = runHook("response", hook, { request, response: current, tag: call.settings.tag });
      const result = given instanceof Promise ? await given : given;
      if (result === undefined || result === current) continue;
      if (!(result instanceof HttpResponse)) throw wrongResult("response", hook, result, "an HttpResponse");
      // A response made with the same body goes on with it.
      if (result.live !== current.live) await drop(current, call);
      current = result;
    }
    return current;
  } catch (error) {
    current.live?.cancel();
    throw error;
  }
}

async function runError(
  hooks: Hooks,
  request: HttpRequest,
  error: unknown,
  tag: string | undefined,
): Promise<unknown> {
  let current = error;
  for (const hook of hooks.error ?? []) {
    try {
      const result = await runHook("error", hook, { request, error: current, tag });
      if (result === undefined) continue;
      if (!(result instanceof Error)) throw wrongResult("error", hook, result, "an Error");
      current = result;
    } catch (failure) {
      // The later hooks are told what the caller will see.
      current = failure;
    }
  }
  return current;
}
