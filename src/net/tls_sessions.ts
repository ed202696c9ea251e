/**
 * Owns the sessions that a later handshake may resume.
 * Must not know how a runtime makes or uses them.
 * Invariant: a session is offered only to the same peer and under the same settings;
 * with pins none is kept, so that each handshake shows the chain that the pins are checked on.
 */

import type { TlsSettings } from "../core/tls.ts";
import { RecentMap } from "./recent_map.ts";
import { tlsIdentity } from "./tls_identity.ts";

/** Sessions: some KiB each, so at most about 1 MiB. */
const SESSION_LIMIT = 256;

const sessions = new RecentMap<Uint8Array>(SESSION_LIMIT);

function sessionKey(peer: string, settings: TlsSettings): string {
  return `${peer}\n${tlsIdentity(settings)}`;
}

/** Whether sessions may be resumed at all under `settings`. */
export function mayResume(settings: TlsSettings): boolean {
  return settings.pins === null && settings.verify;
}

/** The session to offer to `peer`. */
export function recallSession(peer: string, settings: TlsSettings): Uint8Array | undefined {
  return mayResume(settings) ? sessions.get(sessionKey(peer, settings)) : undefined;
}

/** Keeps a session of a verified handshake. */
export function keepSession(peer: string, settings: TlsSettings, session: Uint8Array): void {
  if (mayResume(settings)) sessions.set(sessionKey(peer, settings), session);
}

/** Forgets what was kept, after a handshake failed with it. */
export function forgetSession(peer: string, settings: TlsSettings): void {
  sessions.delete(sessionKey(peer, settings));
}
