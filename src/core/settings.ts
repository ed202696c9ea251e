/**
 * Owns the resolved options of a call: complete, validated, frozen.
 * Must not know how they were written (`client/options`).
 * Invariant: nothing below the client reads raw options; every field here is acted upon.
 */

import type { MaybePromise } from "../http/body.ts";
import type { OnProgress } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpResponse } from "../http/response.ts";
import type { RequestUrl } from "../http/request_url.ts";
import type { JetstreamError, TimeoutPhase } from "../errors.ts";
import type { HttpRequest } from "../http/request.ts";
import type { Auth } from "./auth.ts";
import type { CallListener } from "./call_event.ts";
import type { CookieSource } from "./cookie_source.ts";
import type { Hooks } from "./hooks.ts";
import type { Layer } from "./layer.ts";
import type { Coding } from "./runtime.ts";
import type { TlsSettings } from "./tls.ts";

/** Limits in milliseconds; `Infinity` is off. */
export type TimeoutSettings =
  & { readonly [phase in TimeoutPhase]: number }
  & {
    /** The option that set each limit, for the error, such as `timeout` or `timeout.read (default)`. */
    readonly source: { readonly [phase in TimeoutPhase]?: string };
  };

/** Limits in bytes and counts. */
export interface LimitSettings {
  /** Bytes of a response head. */
  readonly head: number;
  /** Fields of a head. */
  readonly fields: number;
  /** Informational responses before the final one. */
  readonly informational: number;
  /** Bytes of chunk extensions per message. */
  readonly chunkExtensions: number;
  /** Bytes of trailers. */
  readonly trailers: number;
  /** Bytes of a buffered body, decoded. */
  readonly body: number;
  /** Raw bytes read from a response that is dropped, to keep its connection. */
  readonly drain: number;
}

/** Named leniencies of the response parser. */
export type LenientRule = "bare-lf";

/** Decides whether and when to send again. */
export interface RetrySettings {
  /** Retries per call. */
  readonly max: number;
  /** Methods that are retried without an idempotency key. */
  readonly methods: ReadonlySet<string>;
  /** Statuses that are retried. */
  readonly statuses: ReadonlySet<number>;
  /** Kinds of failure that are retried. */
  readonly on: ReadonlySet<RetryCause>;
  /** Milliseconds before retry `n` (1 for the first), before jitter. */
  readonly backoff: (n: number) => MaybePromise<number>;
  /** Turns a back-off into a delay; `random` yields [0, 1). */
  readonly jitter: (delay: number, random: () => number) => MaybePromise<number>;
  /** Source of randomness. */
  readonly random: () => number;
  /** The longest wait that a server may ask for, in milliseconds. */
  readonly maxRetryAfter: number;
  /** Overrides the decision. */
  readonly when: ((state: RetryState) => boolean | undefined | Promise<boolean | undefined>) | null;
  /** Share of an origin's requests that may be retries; `null` for no budget. */
  readonly budget: BudgetSettings | null;
  /** Makes the Idempotency-Key of a call; `null` for none. */
  readonly idempotencyKey: (() => MaybePromise<string>) | null;
}

/** Kinds of failure that may be retried. */
export type RetryCause = "connect" | "reset" | "timeout";

/** What a `retry.when` function is told. */
export interface RetryState {
  /** The request that was sent. */
  readonly request: HttpRequest;
  /** The response's head, if one came. */
  readonly response: HttpResponse | undefined;
  /** The failure, if it failed. */
  readonly error: JetstreamError | undefined;
  /** 1 when the first attempt has failed. */
  readonly retry: number;
  /** What would be done without this function. */
  readonly decision: boolean;
}

/** A budget of retries per origin. */
export interface BudgetSettings {
  /** Share of requests, 0 to 1. */
  readonly ratio: number;
  /** Milliseconds over which it is counted. */
  readonly window: number;
  /** Retries always allowed per window. */
  readonly floor: number;
}

/** Decides which redirects are followed, and with what. */
export interface RedirectSettings {
  /** Redirects per call. */
  readonly max: number;
  /** Follow from https to http. */
  readonly allowDowngrade: boolean;
  /** Further fields (lower case) that may go to another origin. */
  readonly keepHeaders: ReadonlySet<string>;
  /** Send the body of a 307 or 308 to another origin. */
  readonly resendBody: boolean;
  /** Asked per hop. */
  readonly policy: ((hop: RedirectHop) => RedirectChoice | Promise<RedirectChoice>) | null;
}

/** What a redirect policy is told. */
export interface RedirectHop {
  /** URL of the response that redirects. */
  readonly from: URL;
  /** Where it points. */
  readonly to: URL;
  /** Its status. */
  readonly status: number;
  /** Method of the request that would follow. */
  readonly method: string;
  /** 1 for the first redirect. */
  readonly hop: number;
}

/** `follow`; `stop`: the redirect response is the result; `error`: a `RedirectError`. */
export type RedirectChoice = "follow" | "stop" | "error";

/** How content codings are undone. */
export interface DecodeSettings {
  /** Codings asked for, in order. */
  readonly accept: readonly Coding[];
  /** Codings on top of one another. */
  readonly maxLayers: number;
  /** Output bytes per input byte, tested once `ratioFloor` bytes came out. */
  readonly maxRatio: number;
  /** Output bytes before the ratio counts. */
  readonly ratioFloor: number;
}

/** One proxy. */
export interface ProxyTarget {
  readonly scheme: "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h";
  readonly hostname: string;
  readonly port: number;
  /** User for a SOCKS proxy; empty for none. */
  readonly username: string;
  /** Password for a SOCKS 5 proxy; empty for none. */
  readonly password: string;
  /** Fields for an HTTP proxy, on CONNECT and on each request that it forwards; Basic credentials are among them. */
  readonly headers: HeaderList;
  /** Scheme that answers the challenges of an HTTP proxy; `null` for none. */
  readonly auth: Auth | null;
  /** TLS to an https proxy, `serverName` filled in. */
  readonly tls: TlsSettings | null;
  /** Identity for the pool key: equal only if every field is; never printed. */
  readonly key: string;
  /** `scheme://host:port`, safe to print. */
  readonly label: string;
}

/** Chooses the proxy of a URL. */
export interface ProxyChoice {
  proxyFor(url: RequestUrl): ProxyTarget | null;
}

/** TLS options with files read; `serverName` is the host's unless set. */
export interface TlsChoice {
  readonly settings: Omit<TlsSettings, "serverName" | "alpn">;
  /** Overrides the name that is sent and verified. */
  readonly serverName: string | null;
  /** Overrides the protocols offered. */
  readonly alpn: readonly string[] | null;
  /** Identity for the pool key: equal only if every field is; never printed. */
  readonly key: string;
}

/** Whether HTTP/2 is offered; `prior-knowledge` also speaks it in clear text, unasked. */
export type Http2Choice = boolean | "prior-knowledge";

/** All options of a call, resolved. */
export interface Settings {
  readonly timeout: TimeoutSettings;
  readonly limits: LimitSettings;
  readonly lenient: ReadonlySet<LenientRule>;
  readonly tls: TlsChoice;
  readonly http2: Http2Choice;
  readonly proxy: ProxyChoice | null;
  /** Path of a unix socket to connect to instead of the URL's host; `null` for none. */
  readonly unix: string | null;
  /** Address of this machine to connect from; `null` for any. */
  readonly localAddress: string | null;
  readonly retry: RetrySettings | null;
  readonly redirect: RedirectSettings | null;
  readonly decode: DecodeSettings | null;
  /** Coding applied to the request body; `null` for none. */
  readonly compress: Coding | null;
  /** Credentials and the origin they are bound to; `null` origin: that of the call's first URL. */
  readonly auth: { readonly scheme: Auth; readonly origin: string | null } | null;
  readonly cookies: CookieSource | null;
  /** Cookies of this call alone, sent to the origin of its first URL: a Cookie field value; empty for none. */
  readonly ownCookies: string;
  readonly hooks: Hooks | null;
  /** Layers added at call level, outermost first. */
  readonly callLayers: readonly Layer[];
  /** Layers added at network level, outermost first. */
  readonly networkLayers: readonly Layer[];
  /** Raise on a status that is not 2xx, or that the function picks. */
  readonly raise: ((response: HttpResponse) => MaybePromise<boolean>) | null;
  /** Send `Expect: 100-continue` with a body. */
  readonly expectContinue: boolean;
  /** Reads JSON in place of `JSON.parse`. */
  readonly parseJson: ((text: string) => unknown) | null;
  /** Takes the body inside of the attempt, in place of `collect`: it goes into a file. */
  readonly save: Layer | null;
  readonly onUploadProgress: OnProgress | null;
  readonly onDownloadProgress: OnProgress | null;
  readonly listener: CallListener | null;
  readonly signal: AbortSignal | null;
  readonly tag: string | undefined;
}
