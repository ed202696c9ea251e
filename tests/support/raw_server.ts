/**
 * Owns servers that speak raw bytes, over TCP, TLS or a unix socket, in the process of the test.
 * Must not know any protocol above.
 * Invariant: `close()` ends every connection and frees the port.
 *
 * ```ts
 * const server = await rawServer(async (connection) => {
 *   await connection.until("\r\n\r\n");
 *   connection.end("HTTP/1.1 204 No Content\r\n\r\n");
 * });
 * ```
 */

/** What of a socket of Node is used. */
interface NodeServerSocket {
  on(event: "data", listener: (bytes: Uint8Array) => void): this;
  on(event: "end" | "close" | "drain", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  write(bytes: Uint8Array): boolean;
  end(): this;
  destroy(): this;
  resetAndDestroy?(): this;
  pause(): this;
  resume(): this;
  getPeerCertificate?(): { subject?: { CN?: string } };
  isSessionReused?(): boolean;
  readonly alpnProtocol?: string | false | null;
  readonly servername?: string | false;
}

interface NodeServer {
  listen(options: object, callback: () => void): this;
  address(): { port: number } | string | null;
  close(callback: () => void): this;
  on(event: "error" | "tlsClientError", listener: (error: Error) => void): this;
  on(event: "connection", listener: (socket: NodeServerSocket) => void): this;
}

interface NodeNetModule {
  createServer(options: object, listener: (socket: NodeServerSocket) => void): NodeServer;
}

/** How a raw server listens. */
export interface RawServerOptions {
  /** Path of a unix socket instead of a port; a leading NUL means the abstract namespace. */
  readonly unix?: string;
  /** Address to listen on; `127.0.0.1` by default. */
  readonly host?: string;
  /** Options of `node:tls` for a server under TLS. */
  readonly tls?: {
    readonly cert: string;
    readonly key: string;
    readonly ca?: string;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized?: boolean;
    readonly ALPNProtocols?: readonly string[];
    readonly minVersion?: string;
    readonly maxVersion?: string;
  };
}

/** The server's end of a connection. */
export interface RawConnection {
  /** Every byte that came. */
  readonly received: Uint8Array;
  /** Bytes up to and with the texts that were waited for. */
  readonly taken: number;
  /** Waits for a text after what was waited for before; returns everything up to and with it. */
  until(text: string): Promise<string>;
  /** Waits until so many bytes came in all. */
  untilLength(length: number): Promise<void>;
  /** Waits for FIN. */
  untilEnd(): Promise<void>;
  /** Waits until the connection is gone. */
  untilClosed(): Promise<void>;
  /** Sends bytes; a string stands for its Latin-1 bytes. Resolves when there is room for more. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Sends bytes, then FIN. */
  end(bytes?: Uint8Array | string): void;
  /** Sends RST. */
  reset(): void;
  /** Closes at once. */
  destroy(): void;
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /** Protocol chosen by ALPN. */
  readonly alpn: string | undefined;
  /** Server name that the client sent. */
  readonly serverName: string | undefined;
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined;
  /** Whether the client resumed a session. */
  readonly resumed: boolean;
}

/** A raw server. */
export interface RawServer {
  /** Its port; 0 for a unix socket. */
  readonly port: number;
  /** Connections so far, the open and the closed. */
  readonly connections: readonly RawConnection[];
  /** The connection after those that this was asked for before. */
  next(): Promise<RawConnection>;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** The Latin-1 bytes of a string. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The string of Latin-1 bytes. */
export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === "string" ? latin1(bytes) : bytes;
}

/** Bytes that grow without being copied each time. */
class Grown {
  #bytes = new Uint8Array(1024);
  length = 0;

  push(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) {
      const more = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + bytes.length));
      more.set(this.view());
      this.#bytes = more;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

class NodeRawConnection implements RawConnection {
  readonly #socket: NodeServerSocket;
  readonly #got = new Grown();
  #consumed = 0;
  #ended = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(socket: NodeServerSocket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#got.push(bytes);
      this.#stir();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#stir();
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#stir();
    });
    // What becomes of a connection is asserted by the test, not by the server.
    socket.on("error", () => {});
    socket.on("drain", () => this.#stir());
  }

  get received(): Uint8Array {
    return this.#got.view();
  }

  get taken(): number {
    return this.#consumed;
  }

  get alpn(): string | undefined {
    return this.#socket.alpnProtocol || undefined;
  }

  get serverName(): string | undefined {
    return this.#socket.servername || undefined;
  }

  get clientName(): string | undefined {
    return this.#socket.getPeerCertificate?.()?.subject?.CN;
  }

  get resumed(): boolean {
    return this.#socket.isSessionReused?.() ?? false;
  }

  async until(text: string): Promise<string> {
    for (;;) {
      const fresh = latin1Text(this.#got.view().subarray(this.#consumed));
      const found = fresh.indexOf(text);
      if (found >= 0) {
        this.#consumed += found + text.length;
        return fresh.slice(0, found + text.length);
      }
      if (this.#ended || this.#closed) throw new Error(`The connection ended before ${JSON.stringify(text)}`);
      await this.#wait();
    }
  }

  async untilLength(length: number): Promise<void> {
    while (this.#got.length < length) {
      if (this.#ended || this.#closed) throw new Error(`The connection ended before ${length} bytes`);
      await this.#wait();
    }
  }

  async untilEnd(): Promise<void> {
    while (!this.#ended) {
      if (this.#closed) throw new Error("The connection closed without FIN");
      await this.#wait();
    }
  }

  async untilClosed(): Promise<void> {
    while (!this.#closed) await this.#wait();
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    if (!this.#socket.write(bytesOf(bytes)) && !this.#closed) await this.#wait();
  }

  end(bytes?: Uint8Array | string): void {
    if (bytes !== undefined) this.#socket.write(bytesOf(bytes));
    this.#socket.end();
  }

  reset(): void {
    if (this.#socket.resetAndDestroy) this.#socket.resetAndDestroy();
    else throw new Error("This runtime cannot reset a connection");
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #stir(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Starts a server; each connection is given to `onConnection`, whose failure closes it. */
export async function rawServer(
  onConnection: (connection: RawConnection) => void | Promise<void> = () => {},
  options: RawServerOptions = {},
): Promise<RawServer> {
  const connections: NodeRawConnection[] = [];
  const waiting: ((connection: RawConnection) => void)[] = [];
  let asked = 0;
  let closing = false;
  const accept = (socket: NodeServerSocket): void => {
    const connection = new NodeRawConnection(socket);
    connections.push(connection);
    waiting.shift()?.(connection);
    if (closing) return connection.destroy();
    Promise.resolve(onConnection(connection)).catch(() => connection.destroy());
  };
  const module = process.getBuiltinModule(options.tls ? "node:tls" : "node:net") as unknown as NodeNetModule;
  const server = module.createServer({ allowHalfOpen: true, noDelay: true, ...options.tls }, accept);
  server.on("tlsClientError", () => {});
  // Under TLS also those that never come to speak: their handshake failed.
  const sockets = new Set<NodeServerSocket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const place = options.unix === undefined ? { host: options.host ?? "127.0.0.1", port: 0 } : { path: options.unix };
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(place, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    connections,
    next(): Promise<RawConnection> {
      const known = connections[asked++];
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push(resolve));
    },
    async close(): Promise<void> {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(resolve));
      for (const connection of connections) connection.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
