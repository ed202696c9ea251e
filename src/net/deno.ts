/**
 * Owns the connector of Deno: native sockets, and `node:net` for what they cannot do.
 * Must not know who asks for a connection, nor touch `process` before a fall-back is needed:
 * that boots Deno's Node layer (18 ms, with `node:tls` 50 ms).
 * Invariant: the choice is made from the target before anything is connected; it never
 * loses a setting.
 *
 * A name is passed on as it is: a grant for a name does not cover its addresses.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Connector, ConnectTarget, Socket } from "../core/socket.ts";
import { printableTarget } from "./address.ts";
import { needPermissions } from "./deno_grants.ts";
import { denoHost, type DenoTcpConn } from "./deno_host.ts";
import { DenoSocket } from "./deno_socket.ts";
import { beyondNative, hasStalled, noTls, startDenoTls } from "./deno_tls.ts";
import { nodeConnector } from "./node.ts";
import { connectError } from "./translate.ts";

/**
 * Makes a signal that stops a connect and is silent ever after: Deno asks it once more when the
 * connection stands, and if it was aborted in between throws the open connection away unclosed.
 */
function silenced(controller: AbortController): AbortSignal {
  return Object.defineProperty(controller.signal, "throwIfAborted", { value: () => {} });
}

function open(target: ConnectTarget, signal: AbortSignal): Promise<DenoTcpConn> {
  return target.kind === "unix"
    ? denoHost().connect({ transport: "unix", path: target.path })
    : denoHost().connect({ hostname: target.host, port: target.port, signal });
}

function tune(conn: DenoTcpConn): void {
  try {
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
  } catch {
    // Some systems refuse it on a connection that broke meanwhile; the first read tells how.
  }
}

/** Connects with Deno's own sockets; the target must be within their means. */
export async function connectDeno(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  cancel.throwIfCancelled();
  const controller = new AbortController();
  const abort = (reason: Error): void => controller.abort(reason);
  cancel.add(abort);
  let conn: DenoTcpConn;
  try {
    conn = await open(target, silenced(controller));
  } catch (error) {
    throw cancel.reason ?? connectError(error, target);
  } finally {
    cancel.remove(abort);
  }
  if (cancel.reason) {
    conn.close();
    throw cancel.reason;
  }
  if (target.kind === "tcp") tune(conn);
  return new DenoSocket(conn, {
    startTls: target.tls !== null ? startDenoTls : noTls,
    peer: printableTarget(target),
  });
}

function isNative(target: ConnectTarget): boolean {
  if (beyondNative(target) !== undefined) return false;
  return target.tls === null || !hasStalled(printableTarget(target));
}

async function connectFallback(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  cancel.throwIfCancelled();
  await needPermissions(target);
  return await nodeConnector.connect(target, cancel);
}

/** The connector of Deno. */
export const denoConnector: Connector = {
  resolvesNames: true,
  connect(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
    return isNative(target) ? connectDeno(target, cancel) : connectFallback(target, cancel);
  },
};
