/**
 * Owns the way from options to `Settings`: each option is resolved here, once.
 * Must not know layers or sockets.
 * Invariant: what is not said has the safe default; a request's settings differ from its
 * client's in the options it gives and in nothing else.
 */

import type { Auth } from "../core/auth.ts";
import type { CookieSource } from "../core/cookie_source.ts";
import type { Runtime } from "../core/runtime.ts";
import type { LenientRule, Settings } from "../core/settings.ts";
import type { RequestUrl } from "../http/request_url.ts";
import type { HttpResponse } from "../http/response.ts";
import { parseBaseUrl } from "../http/url.ts";
import { basic } from "../policy/auth/basic.ts";
import { CookieJar } from "../policy/cookies/cookie_jar.ts";
import { type Capabilities, refuseUnsupported } from "./capabilities.ts";
import { resolveCompress, resolveDecompress } from "./decompress.ts";
import { jsonCodecOf } from "./json_codec.ts";
import { resolveLimits } from "./limits.ts";
import type { AuthInput, RequestOptions, SharedOptions } from "./options.ts";
import { resolveProxy } from "./proxy_options.ts";
import { resolveRedirect } from "./redirect_options.ts";
import { resolveRetry } from "./retry.ts";
import { resolveTimeout } from "./timeout.ts";
import { resolveTls } from "./tls_options.ts";
import { callable, flag, listOf, oneOf, text, wrongType } from "./validate.ts";

/** What resolution needs besides the options. */
export interface ResolveContext {
  readonly runtime: Runtime;
  /** The client's base URL: what its `auth` is bound to. */
  readonly baseUrl: RequestUrl | null;
  /** Whether the options are a request's. */
  readonly request: boolean;
  /** What the transport can honour; all where it is not said. */
  readonly capabilities?: Capabilities;
}

type Resolver = (value: never, context: ResolveContext) => Partial<Settings>;

const LENIENT_RULES: readonly LenientRule[] = ["bare-lf"];

/** One row per option that stands alone; what depends on several is below. */
const RESOLVERS: { readonly [name: string]: Resolver } = {
  timeout: (value: SharedOptions["timeout"]) => ({ timeout: resolveTimeout(value ?? undefined) }),
  retry: (value: SharedOptions["retry"]) => ({ retry: resolveRetry(value ?? undefined) }),
  redirect: (value: SharedOptions["redirect"]) => ({ redirect: resolveRedirect(value ?? undefined) }),
  limits: (value: SharedOptions["limits"]) => ({ limits: resolveLimits(value ?? undefined) }),
  decompress: (value: SharedOptions["decompress"], { runtime, capabilities }) => ({
    decode: "decompress" in (capabilities?.refused ?? {}) ? null : resolveDecompress(value ?? undefined, runtime),
  }),
  compress: (value: SharedOptions["compress"], { runtime }) => ({
    compress: resolveCompress(value ?? undefined, runtime),
  }),
  lenient: (value: SharedOptions["lenient"]) => ({
    lenient: new Set(listOf("lenient", value ?? [], (name, rule) => oneOf(name, rule, LENIENT_RULES))),
  }),
  tls: (value: SharedOptions["tls"], { runtime }) => ({ tls: resolveTls(value ?? undefined, runtime.files) }),
  http2: (value: SharedOptions["http2"]) => ({ http2: resolveHttp2(value) }),
  unix: (value: SharedOptions["unix"]) => ({ unix: value == null ? null : text("unix", value) }),
  localAddress: (value: SharedOptions["localAddress"]) => ({
    localAddress: value == null ? null : text("localAddress", value),
  }),
  auth: (value: SharedOptions["auth"], context) => ({ auth: resolveAuth(value, context) }),
  cookies: (value: RequestOptions["cookies"] | true, context) => resolveCookies(value, context),
  hooks: (value: SharedOptions["hooks"]) => ({ hooks: value ?? null }),
  raiseForStatus: (value: SharedOptions["raiseForStatus"]) => ({ raise: resolveRaise(value) }),
  expectContinue: (value: boolean | null) => ({ expectContinue: flag("expectContinue", value ?? false) }),
  onUploadProgress: (value: RequestOptions["onUploadProgress"]) => ({
    onUploadProgress: value == null ? null : callable("onUploadProgress", value),
  }),
  onDownloadProgress: (value: RequestOptions["onDownloadProgress"]) => ({
    onDownloadProgress: value == null ? null : callable("onDownloadProgress", value),
  }),
  onEvent: (value: SharedOptions["onEvent"]) => ({ listener: value == null ? null : callable("onEvent", value) }),
  jsonCodec: (value: SharedOptions["jsonCodec"]) => ({ parseJson: jsonCodecOf(value)?.parse ?? null }),
  signal: (value: SharedOptions["signal"]) => ({ signal: resolveSignal(value) }),
  tag: (value: string | null) => ({ tag: value == null ? undefined : text("tag", value) }),
};

/** The settings of a client. */
export function resolveClient(options: object, context: ResolveContext): Settings {
  if (context.capabilities !== undefined) refuseUnsupported(options, context.capabilities);
  const all: Partial<Settings>[] = Object.entries(RESOLVERS).map(([name, resolve]) =>
    resolve((options as Record<string, unknown>)[name] as never, context)
  );
  const settings = Object.assign({ callLayers: [], networkLayers: [], ownCookies: "", save: null }, ...all) as Settings;
  checkAlpn(settings);
  const refused = context.capabilities?.refused ?? {};
  return Object.freeze({ ...settings, proxy: "proxy" in refused ? null : proxyOf(options, context) });
}

/**
 * The settings of a request: `base` with what `given` says. `merged` are the client's options
 * with the request's laid upon them, for what appends or depends on several options.
 */
export function resolveRequest(base: Settings, given: object, merged: object, context: ResolveContext): Settings {
  if (context.capabilities !== undefined) refuseUnsupported(given, context.capabilities);
  let changed: Partial<Settings> | undefined;
  const from = given as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    // Own rows alone: what was put into the prototype of all objects is no resolver.
    const resolve = Object.hasOwn(RESOLVERS, name) ? RESOLVERS[name] : undefined;
    if (resolve === undefined || from[name] === undefined) continue;
    const value = name === "hooks" ? (merged as Record<string, unknown>).hooks : from[name];
    changed = Object.assign(changed ?? {}, resolve(value as never, context));
  }
  if (from.proxy !== undefined || from.trustEnv !== undefined) {
    changed = { ...changed, proxy: proxyOf(merged, context) };
  }
  if (changed === undefined) return base;
  const settings = { ...base, ...changed };
  if (changed.tls !== undefined || changed.http2 !== undefined) checkAlpn(settings);
  return Object.freeze(settings);
}

function proxyOf(options: object, { runtime }: ResolveContext): Settings["proxy"] {
  const { proxy, trustEnv } = options as SharedOptions;
  const trusted = trustEnv == null ? true : flag("trustEnv", trustEnv);
  return resolveProxy(proxy ?? undefined, trusted, runtime);
}

function resolveHttp2(value: SharedOptions["http2"]): Settings["http2"] {
  if (value == null) return false;
  if (typeof value === "boolean" || value === "prior-knowledge") return value;
  throw wrongType("http2", value, 'true, false or "prior-knowledge"');
}

/** Whoever offers a protocol must be able to speak it. */
function checkAlpn({ tls, http2 }: Settings): void {
  if (http2 !== false || !tls.alpn?.includes("h2")) return;
  throw new TypeError('Cannot use the option "tls.alpn": it names "h2" and http2 is false, expected http2: true');
}

function resolveAuth(value: AuthInput | null | undefined, { baseUrl, request }: ResolveContext): Settings["auth"] {
  if (value == null) return null;
  const scheme = authScheme(value);
  return Object.freeze({ scheme, origin: request ? null : baseUrl?.origin ?? null });
}

/** The scheme meant by a value of the `auth` option. */
export function authScheme(value: AuthInput): Auth {
  if (Array.isArray(value)) {
    if (value.length !== 2) throw wrongType("auth", value, "a pair of user and password");
    return basic(value[0] as string, value[1] as string);
  }
  if (typeof value !== "object" || value === null || typeof (value as Auth).flow !== "function") {
    throw wrongType("auth", value, "a pair of user and password, or a scheme with a flow() method");
  }
  return value as Auth;
}

function resolveCookies(value: RequestOptions["cookies"] | boolean, { request }: ResolveContext): Partial<Settings> {
  if (value == null || value === false) return { cookies: null, ownCookies: "" };
  if (value instanceof CookieJar) return { cookies: value as CookieSource };
  if (value === true && !request) return { cookies: new CookieJar() };
  if (typeof value !== "object" || !request) {
    throw wrongType(
      "cookies",
      value,
      request ? "an object of names and values, a CookieJar, or false" : "true, false or a CookieJar",
    );
  }
  return { ownCookies: ownCookies(value as { [name: string]: string }) };
}

function ownCookies(cookies: { readonly [name: string]: string }): string {
  return Object.entries(cookies).map(([name, value]) => {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      throw new TypeError(`Cannot use the option "cookies": ${JSON.stringify(name)} is not a cookie name`);
    }
    if (typeof value !== "string" || /[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/.test(value)) {
      throw new TypeError(
        `Cannot use the option "cookies": the value of ${JSON.stringify(name)} is not one of RFC 6265, ` +
          "expected visible ASCII without quotes, commas, semicolons and backslashes",
      );
    }
    return `${name}=${value}`;
  }).join("; ");
}

function resolveRaise(value: SharedOptions["raiseForStatus"]): Settings["raise"] {
  if (value == null || value === false) return null;
  if (value === true) return (response: HttpResponse) => !response.ok;
  return callable("raiseForStatus", value);
}

function resolveSignal(value: AbortSignal | null | undefined): AbortSignal | null {
  if (value == null) return null;
  if (typeof value !== "object" || typeof value.addEventListener !== "function" || typeof value.aborted !== "boolean") {
    throw wrongType("signal", value, "an AbortSignal");
  }
  return value;
}

/** The base URL, made a directory. */
export function resolveBaseUrl(value: string | URL | null | undefined): RequestUrl | null {
  if (value == null) return null;
  if (typeof value !== "string" && !(value instanceof URL)) throw wrongType("baseUrl", value, "a string or URL");
  return parseBaseUrl(value);
}
