/**
 * Owns the shape of the parts of Node's modules that are used, and the lazy way to them.
 * Must not know what they are used for.
 * Invariant: no module of Node is loaded before a function is called; in Deno the first one
 * boots its Node layer.
 *
 * `process.getBuiltinModule` and no `import`: bundlers for the edge leave it alone.
 */

import type { NodeZlib } from "./zlib_shape.ts";

/** A TCP, unix or TLS socket of Node. */
export interface NodeRawSocket {
  on(event: "connect" | "end" | "drain" | "close" | "secure" | "secureConnect", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "data" | "session", listener: (bytes: Uint8Array) => void): this;
  prependListener(event: "secure", listener: () => void): this;
  pause(): this;
  resume(): this;
  write(bytes: Uint8Array): boolean;
  cork(): void;
  uncork(): void;
  end(): this;
  destroy(): this;
  ref(): this;
  unref(): this;
  readonly destroyed: boolean;
  readonly writableLength: number;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
}

/** A certificate as `getPeerCertificate` tells it. */
export interface NodePeerCertificate {
  readonly subject?: Readonly<Record<string, string | string[]>>;
  readonly issuer?: Readonly<Record<string, string | string[]>>;
  readonly subjectaltname?: string;
  readonly "valid_from"?: string;
  readonly "valid_to"?: string;
  readonly fingerprint256?: string;
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: NodePeerCertificate;
}

/** A TLS socket of Node. */
export interface NodeTlsSocket extends NodeRawSocket {
  readonly alpnProtocol: string | false | null;
  readonly authorized: boolean;
  getProtocol(): string | null;
  getCipher(): { readonly name?: string; readonly standardName?: string } | undefined;
  getPeerCertificate(detailed: boolean): NodePeerCertificate | null;
  isSessionReused(): boolean;
}

/** What `net.connect` takes. */
export interface NodeConnectOptions {
  host?: string;
  port?: number;
  path?: string;
  localAddress?: string;
  allowHalfOpen: true;
  noDelay: true;
  keepAlive: true;
  keepAliveInitialDelay: number;
  autoSelectFamily?: boolean;
  onread?: {
    buffer(): Uint8Array;
    callback(length: number, buffer: Uint8Array): boolean;
  };
}

/** `node:net`. */
export interface NodeNet {
  connect(options: NodeConnectOptions): NodeRawSocket;
}

/** What `tls.createSecureContext` takes. */
export interface NodeContextOptions {
  ca?: readonly string[];
  cert?: string;
  key?: string;
  minVersion?: string;
  maxVersion?: string;
}

/** What `tls.connect` takes. */
export interface NodeTlsOptions {
  socket: NodeRawSocket;
  secureContext: object;
  host: string;
  servername?: string;
  ALPNProtocols?: readonly string[];
  rejectUnauthorized: boolean;
  session?: Uint8Array;
  checkServerIdentity?(host: string, certificate: NodePeerCertificate): Error | undefined;
}

/** `node:tls`. */
export interface NodeTls {
  connect(options: NodeTlsOptions): NodeTlsSocket;
  createSecureContext(options: NodeContextOptions): object;
  checkServerIdentity(host: string, certificate: NodePeerCertificate): Error | undefined;
  getCACertificates?(type: "default"): readonly string[];
  readonly rootCertificates: readonly string[];
}

/** A public key of `node:crypto`. */
export interface NodeKey {
  export(options: { readonly type: "spki"; readonly format: "der" }): Uint8Array;
}

/** A certificate of `node:crypto`. */
export interface NodeX509 {
  readonly raw: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: NodeKey;
  verify(key: NodeKey): boolean;
  checkPrivateKey(key: NodeKey): boolean;
}

/** `node:crypto`. */
export interface NodeCrypto {
  readonly X509Certificate: new (certificate: Uint8Array | string) => NodeX509;
  createPrivateKey(pem: string): NodeKey;
  createHash(name: string): { update(bytes: Uint8Array): { digest(): Uint8Array } };
}

/** What the system tells of a file. */
export interface NodeStats {
  readonly size: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** An open file of `node:fs/promises`. */
export interface NodeFile {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<NodeStats>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** `node:fs`. */
export interface NodeFs {
  readFileSync(path: string): Uint8Array;
  statSync(path: string): NodeStats;
  readonly promises: {
    readFile(path: string): Promise<Uint8Array>;
    open(path: string, flags: string, mode?: number): Promise<NodeFile>;
    stat(path: string): Promise<NodeStats>;
    lstat(path: string): Promise<NodeStats>;
    rename(from: string, to: string): Promise<void>;
    unlink(path: string): Promise<void>;
  };
}

/** `node:dns`. */
export interface NodeDns {
  lookup(
    name: string,
    options: { readonly all: true; readonly order: "verbatim" },
    callback: (
      error: Error | null,
      addresses: readonly { readonly address: string; readonly family: number }[],
    ) => void,
  ): void;
}

/** A UDP socket of `node:dgram`. */
export interface NodeDatagramSocket {
  on(event: "message", listener: (message: Uint8Array) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  connect(port: number, host: string, callback: () => void): void;
  send(message: Uint8Array): void;
  close(): void;
}

/** `node:dgram`. */
export interface NodeDgram {
  createSocket(type: "udp4" | "udp6"): NodeDatagramSocket;
}

interface Modules {
  net: NodeNet;
  tls: NodeTls;
  crypto: NodeCrypto;
  fs: NodeFs;
  dns: NodeDns;
  dgram: NodeDgram;
  zlib: NodeZlib;
}

/** The parts of `process` that are used. */
export interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly versions: Readonly<Record<string, string | undefined>>;
  getBuiltinModule(name: string): unknown;
}

/** `process`; `undefined` where there is none. In Deno the first touch boots its Node layer. */
export function nodeProcess(): NodeProcess | undefined {
  return (globalThis as unknown as { readonly process?: NodeProcess }).process;
}

/** A module of Node, loaded on first use. */
export function nodeModule<Name extends keyof Modules>(name: Name): Modules[Name] {
  const found = nodeProcess()?.getBuiltinModule(`node:${name}`);
  if (found === undefined) throw new TypeError(`Cannot load node:${name}: this runtime has no such module`);
  return found as Modules[Name];
}

/** `Buffer.allocUnsafeSlow` as plain bytes, on Node itself: elsewhere it is no cheaper than a clean array. */
export function nodeRawBuffer(): ((length: number) => Uint8Array) | undefined {
  const { Buffer, Deno, Bun } = globalThis as { Buffer?: NodeBuffers; Deno?: unknown; Bun?: unknown };
  if (Buffer === undefined || Deno !== undefined || Bun !== undefined) return undefined;
  return (length) => {
    const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
    return new Uint8Array(buffer, byteOffset, length);
  };
}

interface NodeBuffers {
  allocUnsafeSlow(length: number): Uint8Array;
}
