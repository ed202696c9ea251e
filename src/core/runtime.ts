/**
 * Owns the one port to the host: sockets, names, environment, files, codecs, digests.
 * Must not know any host; `net/<runtime>.ts` implements it, `net/detect.ts` chooses.
 * Invariant: everything behind a function here is loaded on first use.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { HostFetch } from "./host_fetch.ts";
import type { Connector } from "./socket.ts";

/** The runtimes that have an implementation of their own. */
export type RuntimeName = "deno" | "bun" | "node" | "edge";

/** The content codings that a runtime may undo or apply. */
export type Coding = "gzip" | "deflate" | "br" | "zstd";

/** The digests that the library needs. */
export type HashName = "md5" | "sha-1" | "sha-256" | "sha-512" | "sha-512-256";

/** One address that a name resolved to. */
export interface ResolvedAddress {
  /** The address, IPv6 without brackets. */
  readonly address: string;
  /** Its family. */
  readonly family: 4 | 6;
  /** Seconds that the answer may be kept; `undefined` where the system does not tell. */
  readonly ttl: number | undefined;
}

/** Everything the library asks of its host. */
export interface Runtime {
  /** Which runtime this is. */
  readonly name: RuntimeName;
  /** Opens sockets; `undefined` where there are none. */
  readonly connector: Connector | undefined;
  /** Its own `fetch`, for where there are no sockets or none are wanted; `undefined` where there is none. */
  readonly hostFetch?: HostFetch;
  /** Asks the system's resolver, hosts file included. Rejects with `DNSError`. */
  lookup(name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]>;
  /** Runs `callback` once, after what is ready to run now; a microtask where there is nothing better. */
  afterTurn?(callback: () => void): void;
  /** Opens a UDP or TCP exchange with a DNS server: one query message out, one answer in. */
  dnsQuery(server: string, message: Uint8Array, cancel: CancelToken): Promise<Uint8Array>;
  /** Reads an environment variable; `undefined` when unset or not permitted. Never prompts. */
  env(name: string): string | undefined;
  /** File access; `undefined` where there is none. */
  readonly files: Files | undefined;
  /** Content codings; never loads anything before a method is called. */
  readonly codecs: Codecs;
  /** The digest of `data`, synchronously. */
  hash(name: HashName, data: Uint8Array): Uint8Array;
  /** User agent token, such as `Deno/2.9.6`. */
  readonly agent: string;
}

/** A file opened for reading. */
export interface OpenFile {
  /** Size in bytes when opened. */
  readonly size: number;
  /** Bytes from the current place; `null` at the end. The view belongs to the caller. */
  read(): Promise<Uint8Array | null>;
  /** Closes it; idempotent. */
  close(): void;
}

/** A file opened for writing. */
export interface OpenWriter {
  /** Writes all of `bytes` at the current place. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes and closes. */
  close(): Promise<void>;
}

/** What stands at a path. */
export interface FileFacts {
  /** Size in bytes. */
  readonly size: number;
  /** What it is; `other` for devices, pipes and sockets. */
  readonly kind: "file" | "folder" | "link" | "other";
}

/** The few file operations that the library needs. */
export interface Files {
  /** The whole file. */
  readBytes(path: string): Promise<Uint8Array>;
  /** The whole file, blocking. */
  readBytesSync(path: string): Uint8Array;
  /** Opens for reading, from byte `start` on. */
  open(path: string, start?: number): Promise<OpenFile>;
  /** Opens for writing: `create` fails if it exists, `append` goes on at the end, `truncate` starts anew. */
  openWriter(path: string, how: "create" | "append" | "truncate", mode?: number): Promise<OpenWriter>;
  /** Writes beside the target, flushes, then renames: readers see the old or the new file. */
  writeAtomic(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Size in bytes; `undefined` when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** What stands at the path itself: a symbolic link is one, and is not followed. `undefined` for nothing. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** What the path leads to, links followed, blocking. `undefined` for nothing. */
  factsSync(path: string): FileFacts | undefined;
  /** Renames, replacing the target. */
  rename(from: string, to: string): Promise<void>;
  /** Removes, silently when absent. */
  remove(path: string): Promise<void>;
}

/**
 * A coding that is applied or undone chunk by chunk. A few bytes may become gigabytes, so each
 * step is told how much may come out: it stops there, before memory for more is taken.
 */
export interface CodecStream {
  /**
   * Feeds bytes; returns all that came out of them. Rejects with the host's own error, and with a
   * `RangeError` as soon as more than `maxOutput` bytes (default: no limit) come out of this step.
   */
  push(bytes: Uint8Array, maxOutput?: number): Promise<readonly Uint8Array[]>;
  /** Ends the input; returns the rest, within `maxOutput` as above. Rejects when the input was cut short. */
  finish(maxOutput?: number): Promise<readonly Uint8Array[]>;
  /** Frees the codec; idempotent. */
  close(): void;
}

/** Content codings of this runtime. */
export interface Codecs {
  /** What can be undone here, best first. */
  readonly decodable: readonly Coding[];
  /** What can be applied here. */
  readonly encodable: readonly Coding[];
  /**
   * Undoes `coding` on a small whole body, synchronously; `undefined` where that is not possible
   * or not wise yet. Throws the host's own error (a `RangeError` for nothing else); stops with a
   * `RangeError` as soon as more than `maxOutput` bytes come out. Several gzip members in a row
   * are one body, here and in a decoder.
   */
  decodeSync(coding: Coding | "deflate-raw", bytes: Uint8Array, maxOutput: number): Uint8Array | undefined;
  /** A decoder for a body in parts. */
  decoder(coding: Coding | "deflate-raw"): CodecStream;
  /** An encoder for a body in parts. */
  encoder(coding: Coding): CodecStream;
}
