/**
 * Owns the one place where the runtime's sockets or `fetch` and the engine meet.
 * Must not know options of calls.
 * Invariant: where there are no sockets the runtime's `fetch` is used, and `Capabilities` say so.
 */

import type { Clock } from "../base/clock.ts";
import type { DeadlineQueue } from "../base/deadline.ts";
import type { Runtime } from "../core/runtime.ts";
import { FetchTransport } from "../engine/fetch_transport.ts";
import type { EngineOptions } from "../engine/options.ts";
import { SocketTransport } from "../engine/socket_transport.ts";
import { UnsupportedRuntimeError } from "../errors.ts";

/** The pooled transport over the sockets of `runtime`. Throws `UnsupportedRuntimeError` where there are none. */
export function defaultTransport(
  runtime: Runtime,
  clock: Clock,
  deadlines: DeadlineQueue,
  options: EngineOptions,
): SocketTransport {
  const connector = runtime.connector;
  if (!connector) {
    throw new UnsupportedRuntimeError(
      `Cannot open connections: ${runtime.agent} has no sockets, expected Deno, Bun or Node`,
    );
  }
  return new SocketTransport({ connector, runtime, clock, deadlines, options });
}

/** The transport over the `fetch` of `runtime`. Throws `UnsupportedRuntimeError` where there is none. */
export function runtimeFetch(runtime: Runtime, clock: Clock): FetchTransport {
  if (runtime.hostFetch === undefined) {
    throw new UnsupportedRuntimeError(`Cannot send requests: ${runtime.agent} has no fetch`);
  }
  return new FetchTransport(runtime.hostFetch, clock);
}
