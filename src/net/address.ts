/**
 * Owns how a peer is written: in facts, in messages, and as a key.
 * Must not know how it is reached.
 * Invariant: an IPv6 address has brackets exactly when a port follows.
 */

import type { ConnectTarget } from "../core/socket.ts";

/** Whether `host` is an IP address literal. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

/** `address:port`, with brackets around IPv6. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A unix path with the leading NUL of the abstract namespace shown as `@`. */
export function printablePath(path: string): string {
  return path.startsWith("\0") ? `@${path.slice(1)}` : path;
}

/** The target in words for a message. */
export function printableTarget(target: ConnectTarget): string {
  return target.kind === "unix" ? printablePath(target.path) : hostPort(target.host, target.port);
}
