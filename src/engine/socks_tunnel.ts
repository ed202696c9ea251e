/**
 * Owns the dialogue with a SOCKS proxy over a socket, and who resolves the name.
 * Must not know a message of the protocol, nor how the socket was opened.
 * Invariants: with socks4a and socks5h a name goes to the proxy and is never looked up here;
 * with socks4 and socks5 an address goes there and never the name (CVE-2023-38545).
 */

import { parseAddress } from "../base/ip_address.ts";
import type { Socket } from "../core/socket.ts";
import type { RefusedEvent, SocksCodec } from "../protocol/socks/events.ts";
import { Socks4Codec } from "../protocol/socks/socks4.ts";
import { Socks5Codec } from "../protocol/socks/socks5.ts";
import type { ProxyLegContext } from "./dial.ts";
import { earlyBytes, proxyError, translated } from "./proxy_failure.ts";
import { SocketReader } from "./socket_reader.ts";

/** Addresses of one name that the proxy is asked for, each on a connection of its own. */
const MAX_ADDRESSES = 4;

/** Makes a tunnel of a socket connected to the proxy, or of another one for another address. */
export async function socksTunnel(socket: Socket, context: ProxyLegContext): Promise<Socket> {
  const hosts = await hostsFor(context);
  let open = socket;
  for (let at = 0;; at++) {
    const host = hosts[at]!;
    const refused = await converse(open, host, context);
    if (refused === undefined) return open;
    if (!refused.otherAddress || at + 1 >= hosts.length) throw refusal(context, host, refused);
    open.close();
    open = await context.reopen();
  }
}

/** What the proxy is asked for: the host itself, or its addresses. */
async function hostsFor({ proxy, host, port, resolve }: ProxyLegContext): Promise<readonly string[]> {
  const remote = proxy.scheme === "socks4a" || proxy.scheme === "socks5h";
  if (remote || parseAddress(host) !== undefined) return [host];
  const found = await resolve(host);
  const usable = proxy.scheme === "socks4" ? found.filter(({ family }) => family === 4) : found;
  if (usable.length === 0) {
    const why = `${host} has no IPv4 address, which is all that SOCKS 4 carries`;
    throw proxyError({ proxy, host, port }, why, { code: "PROXY_UNSUITABLE", retryable: false });
  }
  return usable.slice(0, MAX_ADDRESSES).map(({ address }) => address);
}

function codecFor({ proxy, port }: ProxyLegContext, host: string): SocksCodec {
  const { scheme, username: user, password } = proxy;
  return scheme === "socks4" || scheme === "socks4a"
    ? new Socks4Codec({ host, port, user, names: scheme === "socks4a" })
    : new Socks5Codec({ host, port, user, password });
}

/** Runs one dialogue; the refusal, if the proxy refuses. The socket is closed when it fails. */
async function converse(socket: Socket, host: string, context: ProxyLegContext): Promise<RefusedEvent | undefined> {
  const reader = new SocketReader(socket, context.cancel);
  try {
    const codec = codecFor(context, host);
    reader.write(codec.start());
    for (;;) {
      const event = codec.nextEvent();
      switch (event.type) {
        case "need-data": {
          const chunk = await reader.read();
          if (chunk === null) codec.receiveEof();
          else codec.receive(chunk);
          break;
        }
        case "send":
          reader.write(event.bytes);
          break;
        case "connected": {
          const early = codec.takeLeftover().length + reader.release();
          if (early > 0) throw earlyBytes(context, early);
          return undefined;
        }
        case "refused":
          socket.close();
          return event;
      }
    }
  } catch (error) {
    socket.close();
    throw translated(context, error);
  } finally {
    reader.release();
  }
}

function refusal(context: ProxyLegContext, host: string, refused: RefusedEvent): Error {
  const { step, code, reason, retryable } = refused;
  const about = host === context.host || step !== "connect" ? "" : ` for ${host}`;
  return proxyError(context, `it answered ${code}${about}: ${reason}`, {
    code: step === "connect" ? "PROXY_REFUSED" : "PROXY_AUTHENTICATION",
    retryable,
  });
}
