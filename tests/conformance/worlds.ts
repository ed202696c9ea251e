/**
 * Owns the worlds that the conformance suite runs in: a connector, and servers that it reaches.
 * Must not know what is tested.
 * Invariant: a test sees the same `RawConnection` whatever carries the bytes.
 */

import { CancelToken } from "../../src/base/cancel.ts";
import type { Connector, ConnectTarget, Socket } from "../../src/core/socket.ts";
import type { TlsSettings } from "../../src/core/tls.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { MemoryConnector, type MemoryPeer } from "../../src/net/memory.ts";
import { nodeConnector } from "../../src/net/node.ts";
import { latin1Text, type RawConnection, type RawServer, rawServer } from "../support/raw_server.ts";
import { runtimeName } from "../support/runtime.ts";

/** A server that a world's connector reaches. */
export interface Served {
  readonly target: ConnectTarget;
  readonly server: Pick<RawServer, "connections" | "next" | "close">;
}

/** One connector with servers of its own. */
export interface World {
  readonly name: string;
  /** Whether there is a network below. */
  readonly real: boolean;
  readonly connector: Connector;
  serve(onConnection?: (connection: RawConnection) => void | Promise<void>): Promise<Served>;
}

/** A TCP target on this machine. */
export function tcpTarget(port: number, tls: TlsSettings | null = null, host: string = "127.0.0.1"): ConnectTarget {
  return { kind: "tcp", host, port, localAddress: null, tls, nestedTls: false };
}

/** Connects, with a token of its own. */
export function connect(connector: Connector, target: ConnectTarget): Promise<Socket> {
  return connector.connect(target, new CancelToken());
}

function realWorld(name: string, connector: Connector): World {
  return {
    name,
    real: true,
    connector,
    async serve(onConnection): Promise<Served> {
      const server = await rawServer(onConnection);
      return { target: tcpTarget(server.port), server };
    },
  };
}

/** The far side in memory, seen as the server's end of a connection. */
class MemoryConnection implements RawConnection {
  readonly alpn: undefined;
  readonly serverName: undefined;
  readonly clientName: undefined;
  readonly resumed = false;
  readonly #peer: MemoryPeer;
  #consumed = 0;

  constructor(peer: MemoryPeer) {
    this.#peer = peer;
  }

  get received(): Uint8Array {
    return this.#peer.received;
  }

  get taken(): number {
    return this.#consumed;
  }

  async until(text: string): Promise<string> {
    const fresh = (): string => latin1Text(this.received.subarray(this.#consumed));
    await this.#peer.until(() => fresh().includes(text));
    const taken = fresh().slice(0, fresh().indexOf(text) + text.length);
    this.#consumed += taken.length;
    return taken;
  }

  async untilLength(length: number): Promise<void> {
    await this.#peer.until(() => this.#peer.receivedLength >= length);
  }

  async untilEnd(): Promise<void> {
    await this.#peer.until(() => this.#peer.finished);
  }

  async untilClosed(): Promise<void> {
    await this.#peer.until(() => this.#peer.closed);
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    this.#peer.send(bytes, 64 * 1024);
    await undefined;
  }

  end(bytes?: Uint8Array | string): void {
    if (bytes !== undefined) this.#peer.send(bytes);
    this.#peer.fin();
  }

  reset(): void {
    this.#peer.rst();
  }

  destroy(): void {
    this.#peer.rst();
  }

  pause(): void {}

  resume(): void {}
}

function memoryWorld(ownedViews: boolean): World {
  let handler: (connection: RawConnection) => void | Promise<void> = () => {};
  let connections: RawConnection[] = [];
  const connector = new MemoryConnector(() => ({
    window: 512 * 1024,
    script: [{
      async call(peer): Promise<void> {
        const connection = new MemoryConnection(peer);
        connections.push(connection);
        await handler(connection);
      },
    }],
  }), { ownedViews });
  return {
    name: ownedViews ? "memory, owned views" : "memory",
    real: false,
    connector,
    serve(onConnection = () => {}): Promise<Served> {
      handler = onConnection;
      const mine: RawConnection[] = connections = [];
      let asked = 0;
      const server = {
        connections: mine,
        async next(): Promise<RawConnection> {
          const at = asked++;
          while (!mine[at]) await new Promise((resolve) => setTimeout(resolve, 0));
          return mine[at]!;
        },
        close: (): Promise<void> => Promise.resolve(),
      };
      return Promise.resolve({ target: tcpTarget(80), server });
    },
  };
}

/** The worlds with a network of this runtime: its own sockets, and those of `node:net`. */
export function realWorlds(): World[] {
  const worlds = [realWorld("node:net", nodeConnector)];
  if (runtimeName() !== "node") worlds.unshift(realWorld("native", detectRuntime().connector!));
  return worlds;
}

/** Every world of this runtime. */
export function allWorlds(): World[] {
  return [...realWorlds(), memoryWorld(false), memoryWorld(true)];
}
