/**
 * Owns the identity of a proxy in pool keys.
 * Must not know what a proxy is made of.
 * Invariants: equal fields have the same identity while it is remembered, unequal ones never; an
 * identity is a number that is used once, so that it tells no secret.
 */

/**
 * Identities remembered. Whoever changes user or password with every request (rotating proxies do
 * that) meets more: then equal proxies may get different ones, and only share no connection.
 */
const MAX_IDENTITIES = 1_000;

const identities = new Map<string, string>();
const schemes = new WeakMap<object, number>();
let made = 0;
let schemesMade = 0;

/** The identity of `fields` and of an authentication scheme, which is itself only. */
export function proxyIdentity(fields: object, scheme: object | null): string {
  const whole = JSON.stringify([fields, scheme === null ? 0 : numberOf(scheme)]);
  let identity = identities.get(whole);
  if (identity === undefined) {
    identity = `proxy-${++made}`;
    if (identities.size >= MAX_IDENTITIES) identities.delete(identities.keys().next().value!);
    identities.set(whole, identity);
  }
  return identity;
}

function numberOf(scheme: object): number {
  let number = schemes.get(scheme);
  if (number === undefined) schemes.set(scheme, number = ++schemesMade);
  return number;
}
