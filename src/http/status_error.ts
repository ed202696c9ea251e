/**
 * Owns the error that a status is raised as.
 * Must not know who raises it, nor when.
 * Invariants: the snippet is bounded, is text, and stays out of the message; the error names its request.
 */

import { maskUrl } from "../base/redact.ts";
import { attachContext } from "../errors/root.ts";
import { HTTPError, type Problem } from "../errors.ts";
import { quote } from "./field_grammar.ts";
import type { HeaderList } from "./header_list.ts";
import { isTextType, mediaTypeOf } from "./media_type.ts";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";
import type { HttpRequest } from "./request.ts";
import { isTransient, reasonPhrase } from "./status.ts";
import { encodingOf } from "./text.ts";
import { TextChunks } from "./text_chunks.ts";

/** Bytes of the body shown on the error: enough for a message of a server, little enough for a log. */
const SNIPPET = 1024;

/** A problem document above this many bytes is not parsed: real ones are a few hundred. */
const LARGEST_PROBLEM = 64 * 1024;

/** What of a response the error is made of. */
export interface RaisableResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
  readonly request: HttpRequest;
  readonly attempts: readonly unknown[];
  readonly timings: unknown;
  /** The body, if it is in memory. */
  readonly loaded: Uint8Array | undefined;
}

/** The error for the status of `response`, whatever the status is. */
export function statusError<R extends RaisableResponse>(response: R): HTTPError<R> {
  const { status, request } = response;
  const problem = readProblem(response);
  const phrase = reasonPhrase(status);
  const title = problem?.title === undefined || problem.title === phrase ? "" : `: ${quote(problem.title)}`;
  const error = new HTTPError<R>(`The server answered ${status}${phrase && ` ${phrase}`}${title}`, {
    response,
    retryable: isTransient(status),
    bodySnippet: snippetOf(response),
    ...(problem ? { problem } : {}),
  });
  attachContext(error, {
    request: { method: request.method, url: maskUrl(request.url.href) },
    attempts: response.attempts,
    timings: response.timings,
  });
  return error;
}

function readProblem(response: RaisableResponse): Problem | undefined {
  const { loaded } = response;
  if (!loaded || loaded.length === 0 || loaded.length > LARGEST_PROBLEM) return undefined;
  if (mediaTypeOf(response.headers)?.essence !== PROBLEM_TYPE) return undefined;
  try {
    return problemOf(JSON.parse(new TextDecoder().decode(loaded)));
  } catch {
    // A broken document is no reason to hide the status.
    return undefined;
  }
}

function snippetOf(response: RaisableResponse): string {
  const { loaded } = response;
  if (!loaded || loaded.length === 0) return "";
  const type = mediaTypeOf(response.headers);
  if (type && !isTextType(type.essence)) return "";
  // Not ended: a character cut in two is left out. Without a type, bytes that are no text show by their zeros.
  const text = new TextChunks(encodingOf(response.headers, loaded)).push(loaded.subarray(0, SNIPPET));
  if (!type && text.includes("\0")) return "";
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}
