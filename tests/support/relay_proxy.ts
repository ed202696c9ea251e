/**
 * Owns an HTTP proxy that leads every tunnel to one port, wherever it was asked to.
 * Must not know what goes through it.
 */

/** What of a socket of Node is used. */
interface Duplex {
  pipe<T>(onto: T): T;
  once(event: "data", listener: () => void): void;
  on(event: "close" | "error", listener: () => void): void;
  write(text: string): void;
  destroy(): void;
}

interface NodeNet {
  connect(port: number, host: string): Duplex;
  createServer(listener: (socket: Duplex) => void): {
    listen(port: number, host: string, callback: () => void): void;
    close(callback: () => void): void;
    address(): { port: number };
  };
}

/** A running one. */
export interface RelayProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts one on 127.0.0.1, as every port it knows. */
export async function relayProxy(to: number): Promise<RelayProxy> {
  const { connect, createServer } = process.getBuiltinModule("node:net") as unknown as NodeNet;
  const sockets = new Set<Duplex>();
  const server = createServer((socket) => {
    const onward = connect(to, "127.0.0.1");
    for (const [one, other] of [[socket, onward], [onward, socket]] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
