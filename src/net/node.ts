/**
 * Owns the connector over `node:net`: that of Node, and the fall-back of Deno and Bun.
 * Must not know TLS; `node_tls.ts` does.
 * Invariant: a connection that is given up, or fails, leaves no descriptor behind.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Connector, ConnectTarget, Socket } from "../core/socket.ts";
import { UnsupportedRuntimeError } from "../errors.ts";
import { isAddress, printableTarget } from "./address.ts";
import { type NodeConnectOptions, nodeModule, nodeProcess, type NodeRawSocket } from "./node_host.ts";
import { NodeSocket } from "./node_socket.ts";
import { startNodeTls } from "./node_tls.ts";
import { connectError, undeclaredTls } from "./translate.ts";

/** Milliseconds of silence after which the system probes whether the peer is still there. */
const KEEP_ALIVE_DELAY = 60_000;

/** Node 20 pads an abstract name to the length of the field: nobody listens there. */
function checkAbstract(target: ConnectTarget): void {
  if (target.kind !== "unix" || !target.path.startsWith("\0")) return;
  const { versions } = nodeProcess()!;
  if (versions.uv === undefined || versions.bun !== undefined || versions.deno !== undefined) return;
  if (Number(versions.node?.split(".")[0]) >= 22) return;
  throw new UnsupportedRuntimeError(
    `Cannot connect to ${printableTarget(target)}: abstract sockets need Node 22, this is ${versions.node}`,
  );
}

function connectOptions(target: ConnectTarget, socket: NodeSocket): NodeConnectOptions {
  // Without a prototype: the host reads `path` and `localAddress` also from a polluted one.
  const options: NodeConnectOptions = Object.assign(Object.create(null), {
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY,
  });
  // Deno's `node:tls` hangs over a socket that reads into buffers of ours.
  if (target.tls === null) options.onread = { buffer: socket.nextBuffer, callback: socket.received };
  if (target.kind === "unix") return Object.assign(options, { path: target.path });
  options.host = target.host;
  options.port = target.port;
  if (target.localAddress !== null) options.localAddress = target.localAddress;
  // An address leaves nothing to race, and Bun would wait for its timer.
  if (isAddress(target.host)) options.autoSelectFamily = false;
  return options;
}

/** Opens a paused socket of `node:net`; rejects with the host's error or the token's reason. */
function open(options: NodeConnectOptions, cancel: CancelToken): Promise<NodeRawSocket> {
  return new Promise((resolve, reject) => {
    const raw = nodeModule("net").connect(options);
    const fail = (error: Error): void => {
      cancel.remove(fail);
      raw.destroy();
      reject(error);
    };
    raw.pause();
    // Stays for good: an error that nobody hears would end the process.
    raw.on("error", fail);
    raw.on("connect", () => {
      cancel.remove(fail);
      resolve(raw);
    });
    cancel.add(fail);
  });
}

function refuseTls(raw: NodeRawSocket): Promise<Socket> {
  raw.destroy();
  return Promise.reject(undeclaredTls());
}

/** A connection that was opened, before it becomes a socket of ours. */
export interface OpenedNode {
  /** The paused socket of the runtime. */
  readonly raw: NodeRawSocket;
  /** Makes it one of ours. */
  adopt(): NodeSocket;
}

/** Opens a connection through `node:net`. */
export async function openNode(target: ConnectTarget, cancel: CancelToken): Promise<OpenedNode> {
  cancel.throwIfCancelled();
  checkAbstract(target);
  const secured = target.tls !== null;
  const socket = new NodeSocket({
    startTls: secured ? startNodeTls : refuseTls,
    peer: printableTarget(target),
    ownedViews: secured,
  });
  let raw: NodeRawSocket;
  try {
    raw = await open(connectOptions(target, socket), cancel);
  } catch (error) {
    throw cancel.reason ?? connectError(error, target);
  }
  return {
    raw,
    adopt(): NodeSocket {
      if (secured) raw.on("data", socket.given);
      return socket.adopt(raw);
    },
  };
}

/** Connects through `node:net`. */
export async function connectNode(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  return (await openNode(target, cancel)).adopt();
}

/** The connector of Node. */
export const nodeConnector: Connector = { resolvesNames: false, connect: connectNode };
