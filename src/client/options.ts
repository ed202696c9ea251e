/**
 * Owns the public option types, one documented field per option.
 * Must not know how they are resolved (`resolve.ts`, `option_table.ts`).
 * Invariant: durations are milliseconds, sizes bytes; every option has a row in the table
 * of `option_table.ts` and a behaviour test named for it.
 */

import type { CallListener } from "../core/call_event.ts";
import type { Auth } from "../core/auth.ts";
import type { Hooks } from "../core/hooks.ts";
import type { Coding } from "../core/runtime.ts";
import type { Http2Choice, LenientRule } from "../core/settings.ts";
import type { TlsVersion } from "../core/tls.ts";
import type { Transport } from "../core/transport.ts";
import type { OnProgress } from "../http/body.ts";
import type { BodyInput } from "../http/bodies/body_of.ts";
import type { FormInput } from "../http/bodies/form_body.ts";
import type { MultipartInput } from "../http/bodies/multipart.ts";
import type { HeadersInput } from "../http/header_list.ts";
import type { HttpResponse } from "../http/response.ts";
import type { Params } from "../http/params.ts";
import type { PathValues } from "../http/path_template.ts";
import type { AllowAbsoluteUrls } from "../http/url.ts";
import type { CookieJar } from "../policy/cookies/cookie_jar.ts";
import type { DnsOptions, PoolOptions } from "./engine_options.ts";
import type { GuardInput } from "./guard_options.ts";
import type { ProxyInput } from "./proxy_options.ts";
import type { RedirectOptions } from "./redirect_options.ts";
import type { RetryOptions } from "./retry.ts";
import type { TimeoutOptions } from "./timeout.ts";

/** An absolute or relative URL. */
export type URLInput = string | URL;

/** Limits on what a response may take, in bytes and counts. A response beyond one fails; nothing is cut short silently. */
export interface LimitOptions {
  /** Bytes of a response head. @default {65_536} */
  head?: number;
  /** Fields of a response head. @default {128} */
  fields?: number;
  /** Informational (1xx) responses before the final one. @default {32} */
  informational?: number;
  /** Bytes of chunk extensions in one message. @default {4_096} */
  chunkExtensions?: number;
  /** Bytes of trailer fields. @default {16_384} */
  trailers?: number;
  /** Bytes of a body that is buffered, after decoding. @default {67_108_864} */
  body?: number;
  /** Bytes read from a body that nobody wants, to keep its connection. @default {65_536} */
  drain?: number;
}

/** How content codings of a response are undone. */
export interface DecompressOptions {
  /** Codings to ask for, in order; each must be one that this runtime can undo. @default {every coding of the runtime} */
  codings?: readonly Coding[];
  /** Codings on top of one another. @default {2} */
  maxLayers?: number;
  /** Output bytes per input byte, tested from 1 MiB of output on. @default {200} */
  maxRatio?: number;
}

/** Certificates: PEM text, PEM or DER bytes, or the path of a PEM file; one or several. */
export type CertificateInput = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS towards servers. */
export interface TlsOptions {
  /** Certificates that replace the trust store. @default {the runtime's trust store} */
  ca?: CertificateInput | null;
  /** Certificates trusted beside the trust store. @default {none} */
  extraCa?: CertificateInput | null;
  /** Client certificate chain, PEM text, bytes or path. @default {none} */
  cert?: CertificateInput | null;
  /** Private key of the client certificate, PEM text, bytes or path. @default {none} */
  key?: string | Uint8Array | null;
  /** Name sent (SNI) and verified in place of the URL's host. @default {the URL's host} */
  serverName?: string | null;
  /** Verify chain and name. `false` accepts any server: only for tests. @default {true} */
  verify?: boolean;
  /**
   * SHA-256 digests (base64) of public keys (SPKI); one must be on the verified chain.
   * Give at least two, so that a lost key does not lock you out.
   * @default {none}
   */
  pins?: readonly string[] | null;
  /** Oldest version accepted. @default {"1.2"} */
  minVersion?: TlsVersion;
  /** Newest version offered. @default {the runtime's} */
  maxVersion?: TlsVersion | null;
  /** Protocols offered by ALPN, in place of `h2` and `http/1.1` with `http2`, and of `http/1.1` alone without. @default {["http/1.1"]} */
  alpn?: readonly string[] | null;
}

/** Encodes and decodes JSON in place of `JSON.stringify` and `JSON.parse`. */
export interface JsonCodec {
  /** Makes the text of the `json` option. @default {JSON.stringify} */
  stringify?: (value: unknown) => string;
  /** Reads the text of a response. @default {JSON.parse} */
  parse?: (text: string) => unknown;
}

/** Credentials: a scheme, or user and password for Basic. */
export type AuthInput = Auth | readonly [user: string, password: string];

/** The options that a client and a single request share. */
export interface SharedOptions {
  /** Fields to send; a request's replace the client's by name, `null` removes one. @default {Accept, User-Agent and Accept-Encoding} */
  headers?: HeadersInput | null;
  /** Query parameters; a request's are appended to the client's, `null` removes one. @default {none} */
  params?: Params | null;
  /** Which absolute URLs may be called when there is a `baseUrl`. @default {"same-origin"} */
  allowAbsoluteUrls?: AllowAbsoluteUrls;
  /**
   * Limits in milliseconds. A bare number is the total and lifts head, read and write;
   * `false` switches every limit off.
   * @default {see timeout}
   */
  timeout?: TimeoutOptions | number | false | null;
  /** Retries: options, their number, or `false`. @default {2, idempotent methods only} */
  retry?: RetryOptions | number | false | null;
  /** Redirects: options, their number, or `false`. @default {10} */
  redirect?: RedirectOptions | number | false | null;
  /** Sizes that a response may have. @default {see limits} */
  limits?: LimitOptions | null;
  /** Undo content codings. @default {true} */
  decompress?: DecompressOptions | boolean | null;
  /** Coding applied to request bodies; sent again without it when the server answers 415. @default {none} */
  compress?: Coding | false | null;
  /** Parser rules to relax, by name. @default {[]} */
  lenient?: readonly LenientRule[] | null;
  /** TLS towards servers. @default {see tls} */
  tls?: TlsOptions | null;
  /**
   * Offer HTTP/2 by ALPN, and speak HTTP/1.1 where the server does not choose it.
   * `"prior-knowledge"` also speaks HTTP/2 to `http:` URLs, unasked.
   * @default {false}
   */
  http2?: Http2Choice | null;
  /** The proxy; `false` for none, whatever the environment says. @default {that of the environment} */
  proxy?: ProxyInput | false | null;
  /** Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY where permitted. @default {true} */
  trustEnv?: boolean;
  /** Path of a unix socket to connect to, whatever the URL's host. @default {none} */
  unix?: string | null;
  /** Address of this machine to connect from. @default {any} */
  localAddress?: string | null;
  /** Credentials, bound to one origin: the client's go to its `baseUrl`'s, a request's to its first URL's. @default {the user info of the URL, if it has any} */
  auth?: AuthInput | null;
  /** Raise an `HTTPError` for a status that is not 2xx, or for which the function says so. @default {false} */
  raiseForStatus?: boolean | ((response: HttpResponse) => boolean) | null;
  /** Send `Expect: 100-continue` with a body and wait for the answer. @default {false} */
  expectContinue?: boolean;
  /** Functions called at certain points; a request's are appended to the client's. @default {none} */
  hooks?: Hooks | null;
  /** Told each event of a call. @default {none} */
  onEvent?: CallListener | null;
  /** Encodes and decodes JSON. @default {JSON} */
  jsonCodec?: JsonCodec | null;
  /** Aborts the call. @default {none} */
  signal?: AbortSignal | null;
}

/**
 * Options of a {@linkcode Client}.
 *
 * @example
 * ```ts no-run
 * import { Client, type ClientOptions } from "@jetstream/client";
 *
 * const options: ClientOptions = { baseUrl: "https://api.example.com", timeout: { connect: 2_000 } };
 * const client = new Client(options);
 * ```
 */
export interface ClientOptions extends SharedOptions {
  /** A directory that relative URLs are joined to. @default {none} */
  baseUrl?: URLInput | null;
  /** A jar of its own (`true`), a given one, or none. @default {false} */
  cookies?: CookieJar | boolean | null;
  /** Sizes and ages of the connection pool. @default {see pool} */
  pool?: PoolOptions | null;
  /** How names are resolved. @default {by the system} */
  dns?: DnsOptions | null;
  /**
   * Where connections may go, against forged requests to inner machines (SSRF): `"public"`, rules, or a
   * function. Judged on each address that is dialled, on every hop and for every proxy; the names of
   * this client are then resolved by the library itself. Throws `GuardError`. @default {anywhere}
   */
  guard?: GuardInput | null;
  /**
   * What carries requests: `"fetch"` for the runtime's own, or a transport such as that of {@linkcode handlerTransport}.
   * @default {a pool of sockets; the runtime's fetch where there are none}
   */
  transport?: Transport | "fetch" | null;
}

/**
 * Options of one request; they are laid over the client's.
 *
 * @example
 * ```ts no-run
 * import { post, type RequestOptions } from "@jetstream/client";
 *
 * const options: RequestOptions = { json: { name: "Ana" }, params: { notify: true } };
 * await post("https://api.example.com/users", options);
 * ```
 */
export interface RequestOptions extends SharedOptions {
  /** Values for the `{name}` places of the URL; they are escaped. @default {none} */
  path?: PathValues | null;
  /** A value to send as JSON. @default {none} */
  json?: unknown;
  /** Fields to send url-encoded. @default {none} */
  form?: FormInput;
  /** Parts to send as multipart/form-data. @default {none} */
  multipart?: MultipartInput;
  /** A body: text, bytes, Blob, file, stream, iterable, or a function that makes one per attempt. @default {none} */
  body?: BodyInput;
  /** Trailer fields to send behind the body (which then goes out chunked); called after its last byte. @default {none} */
  trailers?: (() => HeadersInput) | null;
  /** Cookies of this request alone, another jar, or `false` for none. @default {the client's jar} */
  cookies?: CookieJar | { readonly [name: string]: string } | false | null;
  /** Called as the body leaves. @default {none} */
  onUploadProgress?: OnProgress | null;
  /** Called as the response's body arrives. @default {none} */
  onDownloadProgress?: OnProgress | null;
  /** A name for the call, seen by hooks. @default {none} */
  tag?: string;
}
