/**
 * Owns the form of errors: class, message, fields, cause.
 * Must not know which thread an error comes from.
 * Invariants: one of ours is of its own class on the other side, with all that it tells; any other
 * keeps its name, its message, and what it has of its own.
 */

import * as errors from "../errors.ts";
import { attachContext, type ErrorFields, type ErrorRequest, JetstreamError } from "../errors/root.ts";
import type { AttemptRecord } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import { attemptOf, attemptParts, ERROR_AT } from "./common_forms.ts";

type OurError = new (message: string, fields: ErrorFields) => JetstreamError;

/** The errors that every runtime has. */
const PLAIN: Readonly<Record<string, new (message: string) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** What the client adds to an error, as it crosses. */
type ContextParts = readonly [request: ErrorRequest | undefined, attempts: readonly unknown[][], timings: unknown];

/** The place of the error among its own attempts: the failure of the last one is the error itself. */
const ITSELF = "itself";

/** An error as it crosses. */
export type ErrorParts = readonly [
  name: string,
  message: string,
  own: object,
  fields: object | null,
  context: ContextParts | null,
  stack: string | undefined,
];

/** An error that crosses without the attempts that it tells of. */
export class BriefError {
  /** The error. */
  readonly error: Error;

  /** Takes the error. */
  constructor(error: Error) {
    this.error = error;
  }
}

/** An error that crosses by name and message alone: something of it cannot cross, or cannot be read. */
export class NamedError {
  /** The error. */
  readonly error: Error;

  /** Takes the error. */
  constructor(error: Error) {
    this.error = error;
  }

  /** Its parts. */
  get parts(): ErrorParts {
    return [textOf(this.error, "name", "Error"), textOf(this.error, "message", ""), {}, null, null, undefined];
  }
}

function textOf(error: Error, name: "name" | "message", otherwise: string): string {
  try {
    return String(error[name]);
  } catch {
    return otherwise;
  }
}

/** The parts of an error. */
export function errorParts(error: Error, brief = false): ErrorParts {
  const ours = error instanceof JetstreamError;
  const own: Record<string, unknown> = {};
  for (const name of Object.keys(error)) {
    const value = (error as unknown as Record<string, unknown>)[name];
    // An error of a runtime may drag a whole certificate or socket along.
    if (ours || typeof value !== "object" && typeof value !== "function") own[name] = value;
  }
  delete own["stack"];
  delete own["cause"];
  // The failure of an attempt may lead back to the error that tells of the attempt.
  const followed = !brief || !(error.cause instanceof JetstreamError);
  if (Object.hasOwn(error, "cause") && followed) own["cause"] = error.cause;
  if (error instanceof AggregateError) own["errors"] = error.errors;
  const { name, message, stack } = error;
  if (!ours) return [String(name), String(message), own, null, null, stack];
  const { request, attempts, timings } = error;
  return [name, message, own, hiddenFields(error), [request, brief ? [] : attempts.map(partsOf), timings], stack];

  function partsOf(attempt: unknown): unknown[] {
    const record = attempt as AttemptRecord;
    const parts = attemptParts(record, null);
    if (record.error === error) return [ITSELF, parts.with(ERROR_AT, undefined)];
    return [undefined, record.error === undefined ? parts : parts.with(ERROR_AT, new BriefError(record.error))];
  }
}

/** Each attempt of an error brings its own. */
const NO_REQUEST = null as unknown as HttpRequest;

/** What the classes keep from the eyes of a logger. */
function hiddenFields(error: JetstreamError): object {
  if (error instanceof errors.HTTPError) return { response: error.response };
  if (error instanceof errors.RedirectError) return { history: error.history };
  if (error instanceof errors.DecodeError) return { partial: error.partial };
  return {};
}

/** The error of its parts. */
export function errorOf([name, message, own, fields, context, stack]: ErrorParts): Error {
  if (fields !== null) return ourError(name, message, { ...own, ...fields }, context!);
  const { cause, errors: joined, ...rest } = own as { cause?: unknown; errors?: Error[] };
  const Plain = Object.hasOwn(PLAIN, name) ? PLAIN[name]! : Error;
  const error = Array.isArray(joined) ? new AggregateError(joined, message) : new Plain(message);
  if (error.name !== name) hidden(error, "name", name);
  if ("cause" in own) hidden(error, "cause", cause);
  if (stack !== undefined) hidden(error, "stack", stack);
  return Object.assign(error, rest);
}

function ourError(
  name: string,
  message: string,
  fields: ErrorFields,
  context: ContextParts,
): Error {
  const found = (errors as unknown as Record<string, OurError>)[name];
  const Ours = typeof found === "function" ? found : JetstreamError as OurError;
  const [request, attempts, timings] = context;
  // The request stands in front of the message; it is put there again below.
  const prefix = request === undefined ? "" : `${request.method} ${request.url}: `;
  const error = new Ours(message.startsWith(prefix) ? message.slice(prefix.length) : message, fields);
  const records = attempts.map(([itself, parts]) => {
    const record = attemptOf(parts as unknown[], NO_REQUEST);
    return itself === ITSELF ? Object.assign(record, { error }) : record;
  });
  attachContext(error, { attempts: records, timings, ...(request === undefined ? {} : { request }) });
  return error;
}

function hidden(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false });
}
