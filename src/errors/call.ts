/**
 * Owns the failures that concern a whole call: status, limits, redirects, abort, runtime.
 * Must not know sockets.
 * Invariant: a limit is never reported as an abort, nor an abort as a limit.
 */

import { type ErrorFields, JetstreamError, nameClass } from "./root.ts";

/** The parts of a response that {@linkcode HTTPError} needs; satisfied by `HttpResponse`. */
export interface RaisedResponse {
  /** The status code. */
  readonly status: number;
  /** The reason phrase as sent. */
  readonly statusText: string;
}

/** A problem document (RFC 9457) found in an error response. */
export interface Problem {
  /** URI of the problem type. */
  readonly type?: string;
  /** Short summary. */
  readonly title?: string;
  /** Status the server meant. */
  readonly status?: number;
  /** Explanation of this occurrence. */
  readonly detail?: string;
  /** URI of this occurrence. */
  readonly instance?: string;
  /** Extension members. */
  readonly [member: string]: unknown;
}

/** A status outside 200–299 was raised by `raiseForStatus` or a body shortcut. */
export class HTTPError<R extends RaisedResponse = RaisedResponse> extends JetstreamError {
  static {
    nameClass(this, "HTTPError");
  }
  /** The status code. */
  readonly status: number;
  /** At most 1 KiB of the body as text; empty when the body was not read. */
  readonly bodySnippet: string;
  /** The problem document of the response, if it sent one. */
  readonly problem: Problem | undefined;
  readonly #response: R;

  /** Makes one of its message and its facts. */
  constructor(
    message: string,
    fields: ErrorFields & { response: R; bodySnippet?: string; problem?: Problem },
  ) {
    super(message, { code: "HTTP_STATUS", phase: "status", progress: "answered", ...fields });
    this.#response = fields.response;
    this.status = fields.response.status;
    this.bodySnippet = fields.bodySnippet ?? "";
    this.problem = fields.problem;
  }

  /** The whole response; not enumerable, so that a logger does not print its headers. */
  get response(): R {
    return this.#response;
  }
}

/** The limits that can fire; each is an option of the same name. */
export type TimeoutPhase = "total" | "attempt" | "pool" | "connect" | "write" | "head" | "read" | "expect";

/** One of the named limits fired. */
export class TimeoutError extends JetstreamError {
  static {
    nameClass(this, "TimeoutError");
  }
  /** Which of the limits fired. */
  declare readonly phase: TimeoutPhase;
  /** The limit, in milliseconds. */
  readonly limit: number;
  /** Milliseconds that had passed. */
  readonly elapsed: number;
  /** The option that set the limit, such as `timeout.read` or `timeout (default)`. */
  readonly option: string;
  /** Makes one of its message and its facts. */
  constructor(
    message: string,
    fields: ErrorFields & { phase: TimeoutPhase; limit: number; elapsed: number; option: string },
  ) {
    super(message, {
      code: `TIMEOUT_${fields.phase.toUpperCase()}`,
      retryable: fields.phase !== "total",
      ...fields,
    });
    this.limit = fields.limit;
    this.elapsed = fields.elapsed;
    this.option = fields.option;
  }
}

/** A redirect was not followed. */
export class RedirectError<R = unknown> extends JetstreamError {
  static {
    nameClass(this, "RedirectError");
  }
  readonly #history: readonly R[];
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { history?: readonly R[] } = {}) {
    super(message, { code: "REDIRECT", phase: "redirect", progress: "answered", ...fields });
    this.#history = fields.history ?? [];
  }
  /** The responses that led here, the refused one last. */
  get history(): readonly R[] {
    return this.#history;
  }
}

/** The caller aborted the call. */
export class AbortError extends JetstreamError {
  static {
    nameClass(this, "AbortError");
  }
  /** The caller's own reason, untouched. */
  readonly reason: unknown;
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields & { reason: unknown }) {
    super(message, { code: "ABORTED", phase: "abort", cause: fields.reason, ...fields });
    this.reason = fields.reason;
  }
}

/** The error of one call, or body, that the end of its client cuts: each has its own, since that will name its request. */
export function closedError(): AbortError {
  return new AbortError("The client was closed", { reason: undefined, code: "CLIENT_CLOSED" });
}

/** This runtime cannot do what an option asks for. */
export class UnsupportedRuntimeError extends JetstreamError {
  static {
    nameClass(this, "UnsupportedRuntimeError");
  }
  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, { code: "UNSUPPORTED_RUNTIME", phase: "options", ...fields });
  }
}
