/**
 * Owns the connector of Bun: native sockets, and `node:net` for what they cannot do.
 * Must not know who asks for a connection.
 * Invariant: the choice is made from the target before anything is connected; it never
 * loses a setting.
 *
 * A pending `Bun.connect` can be neither cancelled nor let go: it holds its descriptor and
 * the process until the system gives up, two minutes later. So an address that has not
 * answered lately is dialled through `node:net`, whose socket can be destroyed, and the open
 * connection is then taken over from it. Only an address that answered within the last
 * minute, and is silent now, can hold a descriptor after its cancellation.
 */

import type { CancelToken } from "../base/cancel.ts";
import { systemClock } from "../base/clock.ts";
import type { Connector, ConnectTarget, Socket } from "../core/socket.ts";
import { printableTarget } from "./address.ts";
import { type BunConnectOptions, bunHost, type BunRawSocket } from "./bun_host.ts";
import { BUN_HANDLERS, BunSocket } from "./bun_socket.ts";
import { beyondNative, noTls, startBunTls } from "./bun_tls.ts";
import { connectNode, nodeConnector, openNode } from "./node.ts";
import type { NodeRawSocket } from "./node_host.ts";
import { RecentMap } from "./recent_map.ts";
import { connectError } from "./translate.ts";

/** Addresses that are remembered to have answered. */
const ANSWERED_LIMIT = 4_096;

/** Milliseconds of silence after which the system probes whether the peer is still there. */
const KEEP_ALIVE_DELAY = 60_000;

/** Milliseconds for which an answer counts: what answered just now will seldom be silent. */
const ANSWERED_FOR = 60_000;

/** When addresses answered. */
const answered = new RecentMap<number>(ANSWERED_LIMIT);

function hasAnswered(key: string): boolean {
  const at = answered.get(key);
  return at !== undefined && systemClock.now() - at < ANSWERED_FOR;
}

function makeSocket(target: ConnectTarget): BunSocket {
  return new BunSocket({ startTls: target.tls ? startBunTls : noTls, peer: printableTarget(target) });
}

/** Connects with `Bun.connect`; a cancelled attempt is closed as soon as it comes about. */
function connectNative(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  const socket = makeSocket(target);
  const place = target.kind === "unix" ? { unix: target.path } : { hostname: target.host, port: target.port };
  const options: BunConnectOptions<BunSocket> = { ...place, data: socket, socket: BUN_HANDLERS, allowHalfOpen: true };
  return new Promise((resolve, reject) => {
    const abort = (reason: Error): void => {
      answered.delete(printableTarget(target));
      reject(reason);
    };
    cancel.add(abort);
    bunHost().connect(options).then((raw) => {
      cancel.remove(abort);
      socket.adopt(raw);
      if (cancel.reason) return socket.close();
      if (target.kind === "tcp") {
        raw.setKeepAlive(true, KEEP_ALIVE_DELAY);
        answered.set(printableTarget(target), systemClock.now());
      }
      resolve(socket);
    }, (error) => {
      cancel.remove(abort);
      answered.delete(printableTarget(target));
      reject(connectError(error, target));
    });
  });
}

/** The native socket below one of `node:net`, ready for callbacks of ours; `undefined` if this Bun shows none. */
function nativeBelow(raw: NodeRawSocket): BunRawSocket<BunSocket> | undefined {
  const below = (raw as { readonly _handle?: Partial<BunRawSocket<BunSocket>> })._handle;
  const usable = typeof below?.reload === "function" && typeof below.write === "function" &&
    typeof below.upgradeTLS === "function" && "data" in below;
  return usable ? below as BunRawSocket<BunSocket> : undefined;
}

/** Connects through `node:net`, then takes the native socket over. */
async function connectCancellable(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  const opened = await openNode(target, cancel);
  const raw = nativeBelow(opened.raw);
  if (!raw) return opened.adopt();
  const socket = makeSocket(target);
  raw.data = socket;
  raw.reload({ socket: BUN_HANDLERS });
  raw.resume();
  return socket.adopt(raw);
}

async function connectBun(target: ConnectTarget, cancel: CancelToken): Promise<Socket> {
  cancel.throwIfCancelled();
  if (beyondNative(target) !== undefined) return connectNode(target, cancel);
  const key = printableTarget(target);
  // A unix socket answers at once or not at all.
  if (target.kind === "unix" || hasAnswered(key)) return await connectNative(target, cancel);
  const socket = await connectCancellable(target, cancel);
  answered.set(key, systemClock.now());
  return socket;
}

/** The connector of Bun. */
export const bunConnector: Connector = { resolvesNames: nodeConnector.resolvesNames, connect: connectBun };
