/**
 * Owns the barest sockets of each runtime: bytes out, bytes in, no error taken care of.
 * Must not know HTTP.
 * Invariant: a view given to `onBytes` is valid during the call only.
 */

import type { NetConnectOpts } from "node:net";

/** An open socket. */
export interface Wire {
  /** Told what arrives. */
  onBytes: (view: Uint8Array) => void;
  /** Sends; a promise when it is better to wait before the next. */
  send(bytes: Uint8Array): Promise<void> | undefined;
  close(): void;
}

/** Where to connect. */
export interface Peer {
  readonly hostname: string;
  readonly port: number;
  /** The CA (PEM) to trust; `undefined` for clear text. */
  readonly ca: string | undefined;
}

/** Bytes of a read buffer. */
const READ_BYTES = 256 * 1024;

function nobody(): void {}

/** By `Deno.connect`. */
export async function openDeno({ hostname, port, ca }: Peer): Promise<Wire> {
  const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
  tcp.setNoDelay(true);
  const conn = ca === undefined ? tcp : await Deno.startTls(tcp, { hostname, caCerts: [ca] });
  const buffer = new Uint8Array(READ_BYTES);
  let failed = false;

  async function sendAll(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0 && !failed;) rest = rest.subarray(await conn.write(rest));
  }

  async function readAll(): Promise<void> {
    try {
      for (let got = await conn.read(buffer); got !== null; got = await conn.read(buffer)) {
        wire.onBytes(buffer.subarray(0, got));
      }
    } catch {
      failed = true;
    }
  }

  const wire: Wire = { onBytes: nobody, send: sendAll, close: () => conn.close() };
  readAll();
  return wire;
}

interface BunSocket {
  write(bytes: Uint8Array): number;
  end(): void;
}

interface BunHost {
  connect(options: object): Promise<BunSocket>;
}

/** By `Bun.connect`. */
export async function openBun({ hostname, port, ca }: Peer): Promise<Wire> {
  let rest: Uint8Array | undefined;
  let go: () => void = nobody;
  let opened: () => void = nobody;
  const handshake = new Promise<void>((resolve) => opened = resolve);
  const tls = ca === undefined ? {} : { tls: { ca, serverName: hostname } };
  const socket = await (globalThis as unknown as { Bun: BunHost }).Bun.connect({
    hostname: "127.0.0.1",
    port,
    ...tls,
    socket: {
      binaryType: "uint8array",
      data: (_: BunSocket, view: Uint8Array) => wire.onBytes(view),
      open: () => ca === undefined && opened(),
      handshake: () => opened(),
      drain(each: BunSocket) {
        if (rest === undefined) return;
        const taken = each.write(rest);
        rest = taken < rest.length ? rest.subarray(Math.max(0, taken)) : undefined;
        if (rest === undefined) go();
      },
      error: nobody,
      close: nobody,
    },
  });
  const wire: Wire = {
    onBytes: nobody,
    send(bytes) {
      const taken = socket.write(bytes);
      if (taken === bytes.length) return undefined;
      rest = bytes.subarray(Math.max(0, taken));
      return new Promise((resolve) => go = resolve);
    },
    close: () => socket.end(),
  };
  await handshake;
  return wire;
}

/** By `node:net` with a buffer of its own, and by `node:tls`, which knows no such way. */
export async function openNode({ hostname, port, ca }: Peer): Promise<Wire> {
  const net = await import("node:net");
  const tls = await import("node:tls");
  const onread = {
    buffer: new Uint8Array(READ_BYTES),
    callback(got: number, buffer: Uint8Array): boolean {
      wire.onBytes(buffer.subarray(0, got));
      return true;
    },
  };
  const socket = ca === undefined
    ? net.connect({ host: "127.0.0.1", port, noDelay: true, onread } as NetConnectOpts)
    : tls.connect({ host: "127.0.0.1", port, ca, servername: hostname });
  const wire: Wire = {
    onBytes: nobody,
    send(bytes) {
      return socket.write(bytes) ? undefined : new Promise((resolve) => socket.once("drain", resolve));
    },
    close: () => socket.destroy(),
  };
  if (ca !== undefined) {
    socket.setNoDelay(true);
    socket.on("data", (view) => wire.onBytes(view as Uint8Array));
  }
  socket.on("error", nobody);
  await new Promise((resolve) => socket.once(ca === undefined ? "connect" : "secureConnect", resolve));
  return wire;
}
