/**
 * Owns secrets that must never be seen, and the search for them in all that people see of a value.
 * Must not know how a call fails.
 * Invariant: each canary is a text of its own, so that a find says what leaked.
 */

import type { CallEvent, Client, ClientOptions, RequestOptions } from "../../mod.ts";
import { inspect } from "./inspect.ts";

/** The secrets, by the place where they stand. */
export const CANARIES = {
  authorization: "canary1authorization",
  cookie: "canary2cookie",
  proxyAuthorization: "canary3proxyauth",
  apiKey: "canary4apikey",
  urlUser: "canary5urluser",
  urlPassword: "canary6urlpass",
  queryToken: "canary7token",
  queryKey: "canary8key",
  fragment: "canary9fragment",
  body: "canary10body",
  password: "canary11password",
  proxyUser: "canary12proxyuser",
  proxyPassword: "canary13proxypass",
  setCookie: "canary14setcookie",
  privateKey: "canary15privatekey",
  location: "canary16location",
  otherHeader: "canary17secret",
} as const;

const C = CANARIES;

/** Fields with a secret in each. */
export const SECRET_HEADERS: Readonly<Record<string, string>> = {
  Authorization: `Bearer ${C.authorization}`,
  Cookie: `sid=${C.cookie}`,
  "X-Api-Key": C.apiKey,
  "X-Client-Secret": C.otherHeader,
};

/** What the secrets become on the wire. */
const ENCODED: readonly string[] = [
  btoa(`user:${C.password}`),
  btoa(`${C.urlUser}:${C.urlPassword}`),
  btoa(`${C.proxyUser}:${C.proxyPassword}`),
];

/** `url` with user info, secret parameters and a fragment. */
export function secretUrl(url: string): string {
  const parsed = new URL(url);
  parsed.username = C.urlUser;
  parsed.password = C.urlPassword;
  parsed.searchParams.append("token", C.queryToken);
  parsed.searchParams.append("api_key", C.queryKey);
  parsed.hash = `access_token=${C.fragment}`;
  return parsed.href;
}

/** The same proxy with credentials in its URL. */
export function secretProxy(url: string): string {
  return url.replace("//", `//${C.proxyUser}:${C.proxyPassword}@`);
}

/** The canaries that stand in `text`. */
export function found(text: string): string[] {
  return [...Object.values(C), ...ENCODED].filter((secret) => text.includes(secret));
}

/** What people see of `value`: every text, under the name of the way. */
export function textsOf(value: unknown, foreign = false): [way: string, text: string][] {
  const texts: [string, string][] = [["String", safely(() => String(value))]];
  // An error of the runtime may refer to itself.
  if (!foreign) texts.push(["JSON", safely(() => json(value))]);
  texts.push(["inspect", safely(() => inspect(value))], ["inspect deep", safely(() => inspect(value, 10))]);
  if (!(value instanceof Error)) return texts;
  texts.push(["message", value.message], ["stack", value.stack ?? ""]);
  for (const [name, field] of Object.entries(value)) texts.push([`.${name}`, safely(() => inspect(field, 10))]);
  if (value.cause !== undefined) {
    for (const [way, text] of textsOf(value.cause, true)) texts.push([`cause ${way}`, text]);
  }
  if (value instanceof AggregateError) {
    for (const one of value.errors) for (const [way, text] of textsOf(one, true)) texts.push([`errors ${way}`, text]);
  }
  return texts;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

/** Printing must not fail: then that is what is found. */
function safely(print: () => string): string {
  try {
    return print();
  } catch (error) {
    return `printing failed with ${C.otherHeader}: ${error}`;
  }
}

/** What leaks out of `values` and of events, one line each. */
export function leaksOf(values: readonly unknown[], events: readonly CallEvent[]): string[] {
  const leaks: string[] = [];
  for (const value of values) {
    for (const [way, text] of textsOf(value)) {
      for (const secret of found(text)) leaks.push(`${secret} in ${way} of ${Object.prototype.toString.call(value)}`);
    }
  }
  for (const event of events) {
    for (const secret of found(JSON.stringify(event))) leaks.push(`${secret} in the event ${event.type}`);
  }
  return [...new Set(leaks)];
}

/** A way to call with every secret in place. */
export interface SecretCaller {
  readonly client: Client;
  readonly events: CallEvent[];
  get(url: string, options?: RequestOptions): PromiseLike<unknown>;
  post(url: string, options?: RequestOptions): PromiseLike<unknown>;
}

/** The caller over a client of these options. */
export function secretCaller(make: (options: ClientOptions) => Client, options: ClientOptions): SecretCaller {
  const events: CallEvent[] = [];
  const client = make({
    retry: false,
    trustEnv: false,
    headers: SECRET_HEADERS,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return {
    client,
    events,
    get: (url, more = {}) => client.get(secretUrl(url), more),
    post: (url, more = {}) => client.post(secretUrl(url), { body: C.body, ...more }),
  };
}
