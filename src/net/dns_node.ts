/**
 * Owns names on the runtimes with Node's modules: the system's resolver, and questions by UDP.
 * Must not know caches, nor what messages say.
 * Invariant: a question leaves nothing behind when it settles; a datagram from anybody but
 * the server that was asked never gets here, because the socket is connected to it.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { ResolvedAddress } from "../core/runtime.ts";
import { isAnswerTo, isTruncated, parseDnsServer, queryError, queryOverTcp } from "./dns_server.ts";
import { nodeConnector } from "./node.ts";
import { nodeModule } from "./node_host.ts";
import { dnsError } from "./translate.ts";

/**
 * Asks the system's resolver for both families; the system does not tell how long an answer
 * holds. A look-up under way cannot be stopped: a cancelled one is left to itself.
 */
export function lookupByNode(name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) => {
    cancel.throwIfCancelled();
    cancel.add(reject);
    nodeModule("dns").lookup(name, { all: true, order: "verbatim" }, (error, addresses) => {
      cancel.remove(reject);
      if (error) return reject(dnsError(error, name));
      resolve(addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4, ttl: undefined })));
    });
  });
}

function queryOverUdp(server: string, message: Uint8Array, cancel: CancelToken): Promise<Uint8Array> {
  const { host, port } = parseDnsServer(server);
  const socket = nodeModule("dgram").createSocket(host.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      cancel.remove(abort);
      socket.close();
      finish();
    };
    const abort = (reason: Error): void => settle(() => reject(reason));
    socket.on("error", (error) => settle(() => reject(queryError(server, error.message, error))));
    socket.on("message", (answer) => {
      // What comes from the right address may still be forged: its id must fit.
      if (isAnswerTo(message, answer)) settle(() => resolve(answer.slice()));
    });
    socket.connect(port, host, () => {
      if (!cancel.reason) socket.send(message);
    });
    cancel.add(abort);
  });
}

/** Sends one message to a name server by UDP, and again by TCP when the answer does not fit. */
export async function dnsQueryByNode(server: string, message: Uint8Array, cancel: CancelToken): Promise<Uint8Array> {
  cancel.throwIfCancelled();
  const answer = await queryOverUdp(server, message, cancel);
  return isTruncated(answer) ? await queryOverTcp(nodeConnector, server, message, cancel) : answer;
}
