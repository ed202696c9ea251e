/**
 * The blocking face of the library: the same client, without `await`. Named re-exports, nothing else.
 *
 * ```ts no-run
 * import { Client, get } from "@jetstream/client/sync";
 *
 * const response = get("https://api.example.com/users", { params: { q: "ana" } });
 * console.log(response.status, response.json());
 *
 * using client = new Client({ baseUrl: "https://api.example.com" });
 * const me = client.get("/me").raiseForStatus().json();
 * ```
 *
 * @module
 */

export type { PoolStats } from "./src/engine/pool_stats.ts";
export type { AddressOrder } from "./src/engine/options.ts";
export type { UseOptions } from "./src/client/use.ts";
export { Client } from "./src/sync/client.ts";
export type { Capabilities } from "./src/client/capabilities.ts";
export type { ClientStats } from "./src/client/client_stats.ts";
export {
  close,
  del,
  del as delete,
  download,
  get,
  head,
  options,
  patch,
  post,
  put,
  query,
  request,
  stream,
} from "./src/sync/shortcuts.ts";
export type { DownloadResult } from "./src/client/download.ts";
export type { ClientOptions, DownloadOptions, RequestCookies, RequestOptions } from "./src/sync/options.ts";
export { file, type FileOptions } from "./src/client/file.ts";
export type { Result } from "./src/client/result.ts";
export { type MakeCall, ResultClient } from "./src/sync/result.ts";
export { type Limit, Timeout, type TimeoutOptions } from "./src/client/timeout.ts";
export { type BackoffOptions, type BudgetOptions, Retry, type RetryOptions } from "./src/client/retry.ts";
export type {
  AuthInput,
  CertificateInput,
  DecompressOptions,
  JsonCodec,
  LimitOptions,
  TlsOptions,
  URLInput,
} from "./src/client/options.ts";

export { type Field, HeaderList, type HeadersInput } from "./src/http/header_list.ts";
export { HttpRequest, type RequestChange } from "./src/http/request.ts";
export { HttpResponse, type HttpVersion, type JsonOptions } from "./src/http/response.ts";
export type { IterBytesOptions, IterLinesOptions } from "./src/http/stream_response.ts";
export { StreamResponse } from "./src/sync/stream_response.ts";
export { RequestUrl } from "./src/http/request_url.ts";

export type {
  CallEvent,
  CallEventFields,
  CallEventType,
  CallListener,
  EventBase,
  Outcome,
} from "./src/core/call_event.ts";

export { basic } from "./src/policy/auth/basic.ts";
export { bearer, type BearerToken, type TokenProvider, type TokenState } from "./src/policy/auth/bearer.ts";
export { digest } from "./src/policy/auth/digest.ts";
export { netrc, type NetrcOptions } from "./src/policy/auth/netrc.ts";
export type {
  CookieFilter,
  CookieJar as CookieJarWithoutFiles,
  CookieJarOptions,
} from "./src/policy/cookies/cookie_jar.ts";
export type { Clock, StopTimer } from "./src/base/clock.ts";
export { BlockingJar, CookieJar } from "./src/sync/cookie_jar.ts";
export type {
  ErrorHookState,
  HookResult,
  Hooks,
  InformationalHookState,
  RedirectHookState,
  RequestHookState,
  ResponseHookState,
  RetryHookState,
} from "./src/core/hooks.ts";
export type { GuardInput, GuardOptions } from "./src/client/guard_options.ts";
export type { GuardBase, GuardCheck, GuardTarget } from "./src/engine/guard.ts";
export type { AddressRange } from "./src/base/address_range.ts";
export type { DnsOptions, PoolOptions } from "./src/client/engine_options.ts";
export type { ProxyByScheme, ProxyInput, ProxyOptions } from "./src/client/proxy_options.ts";
export type { RedirectOptions } from "./src/client/redirect_options.ts";
export type { Auth, AuthContext, AuthFlow } from "./src/core/auth.ts";
export type { CallView } from "./src/core/call_view.ts";
export type { CookieSource } from "./src/core/cookie_source.ts";
export type { Next, UserLayer } from "./src/sync/layer.ts";
export type { Coding, FileFacts, Files, HashName, OpenFile, OpenWriter, RuntimeName } from "./src/core/runtime.ts";
export type {
  Http2Choice,
  LenientRule,
  RedirectChoice,
  RedirectHop,
  RetryCause,
  RetryState,
} from "./src/core/settings.ts";
export type { TlsVersion } from "./src/core/tls.ts";
export type { CloseOptions } from "./src/core/transport.ts";
export type { Transport } from "./src/sync/transport.ts";
export type { BodyInput, BodySource } from "./src/http/bodies/body_of.ts";
export type { FormInput } from "./src/http/bodies/form_body.ts";
export type { ByteSource } from "./src/http/bodies/kinds.ts";
export type { MultipartInput, Part, PartContent, PartInput } from "./src/http/bodies/multipart.ts";
export type { OpenSource } from "./src/http/bodies/readers.ts";
export type { FileLike, Source } from "./src/http/bodies/source_body.ts";
export type { Body, BodyReader, MaybePromise, OnProgress, Progress } from "./src/http/body.ts";
export type { JsonReviver } from "./src/http/json.ts";
export type { Link, Links } from "./src/http/link.ts";
export type { Params, ParamValue } from "./src/http/params.ts";
export type { PathValues } from "./src/http/path_template.ts";
export type {
  AttemptCause,
  AttemptRecord,
  CallRecord,
  ConnectionFacts,
  ResponseSettings,
  Timings,
} from "./src/http/record.ts";
export type { ResponseHead } from "./src/http/response_head.ts";
export type { InferOutput, StandardIssue, StandardResult, StandardSchema } from "./src/http/standard_schema.ts";
export type { AllowAbsoluteUrls } from "./src/http/url.ts";
export type { Cookie, CookieFields, SameSite } from "./src/policy/cookies/cookie.ts";
export type { CookieFormat } from "./src/policy/cookies/cookie_file.ts";
export type { CookieInit } from "./src/policy/cookies/cookie_init.ts";
export type { RemovalReason } from "./src/policy/cookies/cookie_shelf.ts";
export type { CookieChange, CookieStore } from "./src/policy/cookies/cookie_store.ts";

export {
  AbortError,
  BodyError,
  BodyTooLargeError,
  BodyUsedError,
  CertificateError,
  ConnectError,
  DecodeError,
  DNSError,
  EmptyBodyError,
  type ErrorPhase,
  type ErrorRequest,
  GuardError,
  HTTPError,
  IncompleteReadError,
  JetstreamError,
  LocalProtocolError,
  PinError,
  PoolError,
  type Problem,
  ProtocolError,
  ProxyError,
  type RaisedResponse,
  RedirectError,
  RemoteProtocolError,
  SchemaError,
  type SchemaIssue,
  type SendProgress,
  SocketError,
  TimeoutError,
  type TimeoutPhase,
  TLSError,
  TransportError,
  UnsupportedRuntimeError,
} from "./src/errors.ts";
