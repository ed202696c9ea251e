/**
 * Owns the list of option names and where each may be given.
 * Must not know what an option does (`resolve.ts`).
 * Invariant: every field of `ClientOptions` and `RequestOptions` has exactly one row; the
 * types below fail to compile otherwise.
 */

import type { ClientOptions, RequestOptions } from "./options.ts";

/** Where an option may be given. */
export type OptionScope = "client" | "request" | "both";

/** Every option, with its scope. */
export const OPTION_SCOPES: Readonly<Record<keyof ClientOptions | keyof RequestOptions, OptionScope>> = Object.freeze({
  baseUrl: "client",
  pool: "client",
  dns: "client",
  guard: "client",
  transport: "client",
  headers: "both",
  params: "both",
  allowAbsoluteUrls: "both",
  timeout: "both",
  retry: "both",
  redirect: "both",
  limits: "both",
  decompress: "both",
  compress: "both",
  lenient: "both",
  tls: "both",
  http2: "both",
  proxy: "both",
  trustEnv: "both",
  unix: "both",
  localAddress: "both",
  auth: "both",
  cookies: "both",
  raiseForStatus: "both",
  expectContinue: "both",
  hooks: "both",
  onEvent: "both",
  jsonCodec: "both",
  signal: "both",
  path: "request",
  json: "request",
  form: "request",
  multipart: "request",
  body: "request",
  trailers: "request",
  onUploadProgress: "request",
  onDownloadProgress: "request",
  tag: "request",
});

/** Names that a client takes. */
export const CLIENT_OPTION_NAMES: readonly (keyof ClientOptions)[] = namesFor("client") as (keyof ClientOptions)[];

/** Names that a request takes. */
export const REQUEST_OPTION_NAMES: readonly (keyof RequestOptions)[] = namesFor("request") as (keyof RequestOptions)[];

function namesFor(scope: OptionScope): string[] {
  return Object.entries(OPTION_SCOPES).filter(([, where]) => where === scope || where === "both").map(([name]) => name);
}
