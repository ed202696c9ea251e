/**
 * Owns the one place where sockets and engine meet.
 * Must not know options of calls.
 * Invariant: a runtime without sockets is refused with the reason, never worked around in silence.
 */

import type { Clock } from "../base/clock.ts";
import type { DeadlineQueue } from "../base/deadline.ts";
import type { Runtime } from "../core/runtime.ts";
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
