/**
 * Owns the hooks' shapes: one list per phase, one state object per hook, so that they can grow.
 * Must not know when they are called (`policy/`), nor the client.
 * Invariant: a state object is read-only; a hook acts by what it returns or throws.
 */

import type { JetstreamError } from "../errors.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** A hook's result, now or later. */
export type HookResult<T> = T | void | Promise<T | void>;

/** State of a `request` hook: called once per call, before anything is sent. */
export interface RequestHookState {
  /** The request about to be sent. */
  readonly request: HttpRequest;
  /** The tag of the call, if it has one. */
  readonly tag: string | undefined;
}

/** State of a `response` hook: called once per call, with the final response. */
export interface ResponseHookState extends RequestHookState {
  /** The final response; its body is in memory unless the call streams. */
  readonly response: HttpResponse;
}

/** State of a `redirect` hook: called before a redirect is followed. */
export interface RedirectHookState extends RequestHookState {
  /** The redirecting response: head only. */
  readonly response: HttpResponse;
  /** The request that will follow. */
  readonly next: HttpRequest;
  /** 1 for the first redirect. */
  readonly hop: number;
}

/** State of a `retry` hook: called before the wait for the next attempt. */
export interface RetryHookState extends RequestHookState {
  /** The failure, or `undefined` when a status is retried. */
  readonly error: JetstreamError | undefined;
  /** The response that is retried: head only. */
  readonly response: HttpResponse | undefined;
  /** 1 before the second attempt. */
  readonly retry: number;
  /** Milliseconds until the next attempt. */
  readonly delay: number;
}

/** State of an `error` hook: called once when the call fails. */
export interface ErrorHookState extends RequestHookState {
  /** The failure that the caller will see. */
  readonly error: unknown;
}

/** State of an `informational` hook: called for each 1xx response. */
export interface InformationalHookState extends RequestHookState {
  /** The status, 100 to 199 except 101. */
  readonly status: number;
  /** Its fields. */
  readonly headers: HeaderList;
}

/** Lists of functions, run in order. What one throws is the failure of the call, named after the hook. */
export interface Hooks {
  /** May return another request, or a response that answers the call. @default {none} */
  readonly request?: readonly ((state: RequestHookState) => HookResult<HttpRequest | HttpResponse>)[];
  /** May return another response. @default {none} */
  readonly response?: readonly ((state: ResponseHookState) => HookResult<HttpResponse>)[];
  /** May return another request; throwing stops the call. @default {none} */
  readonly redirect?: readonly ((state: RedirectHookState) => HookResult<HttpRequest>)[];
  /** May return another request for the next attempt; throwing stops the call. @default {none} */
  readonly retry?: readonly ((state: RetryHookState) => HookResult<HttpRequest>)[];
  /** May return another error to throw in its place. @default {none} */
  readonly error?: readonly ((state: ErrorHookState) => HookResult<Error>)[];
  /** Told each 1xx response; synchronous. @default {none} */
  readonly informational?: readonly ((state: InformationalHookState) => void)[];
}
