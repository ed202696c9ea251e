/**
 * Owns the keys under which contexts and sessions of TLS are kept.
 * Must not know what is kept.
 * Invariant: two settings share a key only if every field that decides about trust is equal.
 */

import type { TlsSettings } from "../core/tls.ts";

/** Settings seldom change while their handshakes repeat: the text is made once per object. */
const identities = new WeakMap<TlsSettings, string>();
const contexts = new WeakMap<TlsSettings, string>();

function keep(texts: WeakMap<TlsSettings, string>, settings: TlsSettings, make: () => string): string {
  let text = texts.get(settings);
  if (text === undefined) texts.set(settings, text = make());
  return text;
}

/** Everything that a session depends on: trust, name, own certificate, versions, protocols, pins. */
export function tlsIdentity(settings: TlsSettings): string {
  return keep(identities, settings, () =>
    JSON.stringify([
      contextIdentity(settings),
      settings.serverName,
      settings.verify,
      settings.pins,
      settings.alpn,
    ]));
}

/** What a secure context is made of: trust store, own certificate, versions. */
export function contextIdentity(settings: TlsSettings): string {
  const { ca, extraCa, cert, key, minVersion, maxVersion } = settings;
  return keep(contexts, settings, () => JSON.stringify([ca, extraCa, cert, key, minVersion, maxVersion]));
}
