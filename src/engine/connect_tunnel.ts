/**
 * Owns the CONNECT dialogue with an HTTP proxy (RFC 9110 section 9.3.6).
 * Must not know how the socket was opened, nor what will be spoken through the tunnel.
 * Invariants: nothing is sent to the origin before a 2xx; the head holds what the proxy needs
 * and nothing of the request; bytes behind a 2xx are refused, since nobody has asked for any.
 */

import type { Socket } from "../core/socket.ts";
import { SocketError } from "../errors.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpRequest } from "../http/request.ts";
import { RequestUrl } from "../http/request_url.ts";
import { H1Codec } from "../protocol/h1/codec.ts";
import { type H1Settings, resolveH1Settings } from "../protocol/h1/limits.ts";
import type { ProxyLegContext } from "./dial.ts";
import { authorityOf, earlyBytes, refusedByStatus, translated, unauthorized } from "./proxy_failure.ts";
import { ProxyLogin, type ProxyLoginTools, type ProxyReply } from "./proxy_login.ts";
import { SocketReader } from "./socket_reader.ts";

/** Bytes of the head of a reply, and informational replies before it: there is little to say. */
const LIMITS: H1Settings = resolveH1Settings({ limits: { headBytes: 16 * 1024, informational: 8 } });

/** Bytes read of the page that comes with a 407, to keep the connection for the next round. */
const MAX_PAGE_BYTES: number = 64 * 1024;

/** A reply to CONNECT. */
interface ConnectReply extends ProxyReply {
  readonly reason: string;
  /** Whether the tunnel stands. */
  readonly tunnel: boolean;
  /** Whether another CONNECT may follow on the same connection. */
  readonly reusable: boolean;
}

/** Makes a tunnel of a socket connected to the proxy, or of another one where the proxy closes that. */
export async function connectTunnel(socket: Socket, context: ProxyLegContext, tools: ProxyLoginTools): Promise<Socket> {
  const { proxy, host, port, cancel } = context;
  const target = authorityOf(host, port);
  const request = new HttpRequest("CONNECT", new RequestUrl(`https://${target}/`), proxy.headers);
  const login = proxy.auth === null ? undefined : new ProxyLogin(proxy, request, target, cancel, tools);
  let connection = new ConnectConnection(socket, context);
  const reopen = async (): Promise<void> => {
    connection.close();
    connection = new ConnectConnection(await context.reopen(), context);
  };
  try {
    let credentials = await login?.first();
    for (;;) {
      const reply = await connection.ask(target, credentials);
      // The proxy closed it behind its last reply: what was asked has come to nothing.
      if (reply === undefined) {
        await reopen();
        continue;
      }
      const next = await login?.answer(reply);
      if (reply.tunnel) return connection.release();
      if (next === undefined) throw refusal(context, reply, credentials ?? proxy.headers.get("proxy-authorization"));
      credentials = next.credentials;
      if (!reply.reusable) await reopen();
    }
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    login?.end();
  }
}

function refusal(context: ProxyLegContext, reply: ConnectReply, credentials: string | null): Error {
  if (reply.status !== 407) return refusedByStatus(context, reply.status, reply.reason);
  return unauthorized(context, reply.headers.getAll("proxy-authenticate"), credentials !== null);
}

/** One connection to the proxy. */
class ConnectConnection {
  readonly #socket: Socket;
  readonly #context: ProxyLegContext;
  readonly #reader: SocketReader;
  readonly #codec: H1Codec = new H1Codec(LIMITS);
  #asked = 0;

  constructor(socket: Socket, context: ProxyLegContext) {
    this.#socket = socket;
    this.#context = context;
    this.#reader = new SocketReader(socket, context.cancel);
  }

  /**
   * Sends one CONNECT and reads the reply; its page too, when another round may follow.
   * `undefined` when the proxy closed a connection that had served before.
   */
  async ask(target: string, credentials: string | undefined): Promise<ConnectReply | undefined> {
    const { headers } = this.#context.proxy;
    const own = credentials === undefined ? headers : headers.with("Proxy-Authorization", credentials);
    this.#asked++;
    try {
      const fields = [["Host", target] as const, ...own.pairs];
      this.#reader.write(this.#codec.sendRequest({ method: "CONNECT", target, fields, body: "none" }));
      return await this.#readReply();
    } catch (error) {
      if (this.#asked > 1 && error instanceof SocketError && !this.#codec.answered) return undefined;
      throw translated(this.#context, error);
    }
  }

  async #readReply(): Promise<ConnectReply> {
    const codec = this.#codec;
    let reply: ConnectReply | undefined;
    for (let page = 0;;) {
      const event = codec.nextEvent();
      switch (event.type) {
        case "head":
          reply = {
            status: event.status,
            reason: event.reason,
            headers: HeaderList.received(event.section),
            tunnel: event.upgraded,
            reusable: false,
          };
          if (event.upgraded || event.status !== 407) return reply;
          break;
        case "data":
          page += event.length;
          if (page > MAX_PAGE_BYTES) return reply!;
          break;
        case "end":
          return { ...reply!, reusable: codec.reusable };
        case "need-data": {
          const chunk = await this.#reader.read();
          if (chunk === null) codec.receiveEof();
          else codec.receive(chunk);
          break;
        }
      }
    }
  }

  /** The socket, for the tunnel. Throws when the proxy has sent more than its reply. */
  release(): Socket {
    const early = this.#codec.takeLeftover().length + this.#reader.release();
    if (early > 0) throw earlyBytes(this.#context, early);
    return this.#socket;
  }

  close(): void {
    this.#socket.close();
    this.#reader.release();
  }
}
