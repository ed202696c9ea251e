/**
 * Owns the shape of the parts of Deno that are used, and the way to them.
 * Must not know what they are used for.
 * Invariant: nothing here is touched before a function is called.
 */

/** An address as Deno tells it. */
export interface DenoAddr {
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string | null;
}

/** An open connection. */
export interface DenoConn {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
  closeWrite(): Promise<void>;
  ref(): void;
  unref(): void;
  readonly localAddr: DenoAddr;
  readonly remoteAddr: DenoAddr;
}

/** An open TCP connection. */
export interface DenoTcpConn extends DenoConn {
  setNoDelay(on: boolean): void;
  setKeepAlive(on: boolean): void;
}

/** An open TLS connection. */
export interface DenoTlsConn extends DenoConn {
  handshake(): Promise<{ readonly alpnProtocol: string | null }>;
}

/** What `Deno.startTls` takes. */
export interface DenoTlsOptions {
  hostname: string;
  caCerts?: string[];
  alpnProtocols?: string[];
}

/** A permission that can be asked about. */
export type DenoPermission =
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "net"; readonly host?: string }
  | { readonly name: "read" | "write"; readonly path: string };

/** What the system tells of a file. */
export interface DenoFileFacts {
  readonly size: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** An open file. */
export interface DenoFile {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  seek(offset: number, from: 0): Promise<number>;
  stat(): Promise<{ readonly size: number }>;
  sync(): Promise<void>;
  close(): void;
}

/** How a file is opened. */
export interface DenoOpenOptions {
  read?: boolean;
  write?: boolean;
  append?: boolean;
  truncate?: boolean;
  create?: boolean;
  createNew?: boolean;
  mode?: number;
}

/** The parts of the `Deno` namespace that are used. */
export interface DenoHost {
  readonly version: { readonly deno: string };
  readonly build: { readonly os: string };
  connect(
    options: { hostname: string; port: number; signal?: AbortSignal } | { transport: "unix"; path: string },
  ): Promise<DenoTcpConn>;
  startTls(conn: DenoTcpConn, options: DenoTlsOptions): Promise<DenoTlsConn>;
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(permission: DenoPermission): { readonly state: string };
    request(permission: DenoPermission): Promise<{ readonly state: string }>;
  };
  readFile(path: string): Promise<Uint8Array>;
  readFileSync(path: string): Uint8Array;
  open(path: string, options: DenoOpenOptions): Promise<DenoFile>;
  stat(path: string): Promise<{ readonly size: number }>;
  statSync(path: string): DenoFileFacts;
  lstat(path: string): Promise<DenoFileFacts>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The `Deno` namespace. */
export function denoHost(): DenoHost {
  return (globalThis as unknown as { readonly Deno: DenoHost }).Deno;
}
