/**
 * Owns the shape of the parts of Bun that are used, and the way to them.
 * Must not know what they are used for.
 * Invariant: nothing here is touched before a function is called.
 */

import type { NodePeerCertificate } from "./node_host.ts";

/** A socket of Bun; `Owner` is what its callbacks find in `data`. */
export interface BunRawSocket<Owner> {
  data: Owner;
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  close(): void;
  ref(): void;
  unref(): void;
  reload(options: { socket: BunHandlers<Owner> }): void;
  setKeepAlive(on: boolean, delay: number): boolean;
  upgradeTLS<Other>(options: {
    data: Other;
    tls: BunTlsOptions;
    socket: BunHandlers<Other>;
  }): readonly [unknown, BunRawSocket<Other>] | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly alpnProtocol: string | false | null;
  getPeerCertificate(): NodePeerCertificate | undefined;
  getTLSVersion(): string | null;
  getCipher(): { readonly name?: string; readonly standardName?: string } | null;
  isSessionReused(): boolean;
  setSession(session: Uint8Array): void;
}

/** The callbacks of a socket, shared by all sockets of a kind. */
export interface BunHandlers<Owner> {
  readonly binaryType: "uint8array";
  open?(socket: BunRawSocket<Owner>): void;
  data?(socket: BunRawSocket<Owner>, bytes: Uint8Array): void;
  drain(socket: BunRawSocket<Owner>): void;
  end(socket: BunRawSocket<Owner>): void;
  close(socket: BunRawSocket<Owner>, error?: Error): void;
  error(socket: BunRawSocket<Owner>, error: Error): void;
  handshake?(socket: BunRawSocket<Owner>, success: boolean, error: Error | null): void;
  session?(socket: BunRawSocket<Owner>, session: Uint8Array): void;
}

/** What `upgradeTLS` takes. */
export interface BunTlsOptions {
  serverName: string;
  rejectUnauthorized: boolean;
  ca?: readonly string[];
  cert?: string;
  key?: string;
  ALPNProtocols?: Uint8Array;
  minVersion: number;
  maxVersion?: number;
}

/** What `Bun.connect` takes. */
export type BunConnectOptions<Owner> =
  & { data: Owner; socket: BunHandlers<Owner>; allowHalfOpen: true }
  & ({ hostname: string; port: number } | { unix: string });

/** The parts of the `Bun` namespace that are used. */
export interface BunHost {
  readonly version: string;
  connect<Owner>(options: BunConnectOptions<Owner>): Promise<BunRawSocket<Owner>>;
}

/** The `Bun` namespace. */
export function bunHost(): BunHost {
  return (globalThis as unknown as { readonly Bun: BunHost }).Bun;
}
