/**
 * Owns the stack of an error that was made in the worker: it shows where the caller called.
 * Must not know errors.
 * Invariant: message and stack agree, and no frame of this library stands above the caller's own.
 */

import type { Callback } from "./caller_forms.ts";

/** Frames looked at: those of this library are fewer. */
const FRAMES = 50;

/** The modules whose frames stand between a caller and the wait. */
const MODULES = ["bridge", "client", "cookie_jar", "result", "shortcuts", "stream_response"];

/** What a frame of this library looks like; made when the first error is shown. */
let own: RegExp | undefined;

/** The folder is read from a frame, which writes it as a URL, a path, or what a map of sources says. */
function ownFrame(): RegExp {
  const here = (new Error().stack ?? "").replaceAll("\\", "/");
  const address: string | undefined = import.meta.url;
  const folder = /(?:\(|at )([^(\n]*?)caller_stack\.[jt]s/.exec(here)?.[1] ?? address?.replace(/[^/]*$/, "");
  // A bundle may have no address, and nothing there can be told from the caller's.
  if (folder === undefined) return /(?!)/;
  // Before the folder the frame begins, behind it the name: what only ends alike is of the caller's.
  return new RegExp(`(?:\\(|at |async )${escaped(folder)}(?:${MODULES.join("|")})\\.[jt]s\\b`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function isOwn(frame: string): boolean {
  return (own ??= ownFrame()).test(frame.replaceAll("\\", "/"));
}

/** Gives `error` the stack of this thread, from whoever called `entry` on. */
export function showCaller<E>(error: E, entry: Callback): E {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  // Consoles may read what the engine has kept, not the text: that begins with the call too.
  Error.captureStackTrace(error, entry);
  const { name, message, stack } = error;
  Error.stackTraceLimit = limit;
  Object.defineProperty(error, "stack", {
    value: `${name}${message === "" ? "" : `: ${message}`}\n${callerFrames(stack ?? "", limit)}`,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return error;
}

/** The frames of a stack without those of this folder above the first that is not. */
function callerFrames(stack: string, limit: number): string {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const first = frames.findIndex((frame) => !isOwn(frame));
  // In a bundle every frame is of one file: then all are shown.
  const from = Math.max(0, first);
  return frames.slice(from, from + Math.max(limit, 10)).join("\n");
}
