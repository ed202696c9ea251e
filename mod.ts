/**
 * The asynchronous face of the library: named re-exports, nothing else.
 *
 * ```ts no-run
 * import { Client, get } from "@jetstream/client";
 *
 * const response = await get("https://api.example.com/users", { params: { q: "ana" } });
 * console.log(response.status, response.json());
 *
 * await using client = new Client({ baseUrl: "https://api.example.com" });
 * const me = await client.get("/me").json();
 * ```
 *
 * @module
 */

export { Client, type ClientStats, type UseOptions } from "./src/client/client.ts";
export {
  close,
  del,
  del as delete,
  get,
  head,
  options,
  patch,
  post,
  put,
  query,
  request,
  stream,
} from "./src/client/shortcuts.ts";
export { PendingResponse } from "./src/client/pending.ts";
export { type Result, ResultClient } from "./src/client/result.ts";
export { type Limit, Timeout, type TimeoutOptions } from "./src/client/timeout.ts";
export { type BackoffOptions, type BudgetOptions, Retry, type RetryOptions } from "./src/client/retry.ts";
export type { RedirectOptions } from "./src/client/redirect_options.ts";
export type {
  AuthInput,
  CertificateInput,
  ClientOptions,
  DecompressOptions,
  JsonCodec,
  LimitOptions,
  RequestOptions,
  SharedOptions,
  TlsOptions,
  URLInput,
} from "./src/client/options.ts";
export type { DnsOptions, PoolOptions } from "./src/client/engine_options.ts";
export type { ProxyByScheme, ProxyInput, ProxyOptions } from "./src/client/proxy_options.ts";

export { HeaderList, type HeadersInput } from "./src/http/header_list.ts";
export { HttpRequest, type RequestChange } from "./src/http/request.ts";
export { HttpResponse, type HttpVersion } from "./src/http/response.ts";
export { StreamResponse } from "./src/http/stream_response.ts";
export { RequestUrl } from "./src/http/request_url.ts";
export type { Body, BodyReader, OnProgress, Progress } from "./src/http/body.ts";
export type { BodyInput } from "./src/http/bodies/body_of.ts";
export type { FormInput } from "./src/http/bodies/form_body.ts";
export type { MultipartInput } from "./src/http/bodies/multipart.ts";
export type { Params } from "./src/http/params.ts";
export type { PathValues } from "./src/http/path_template.ts";
export type { AttemptRecord, ConnectionFacts, Timings } from "./src/http/record.ts";
export type { InferOutput, StandardSchema } from "./src/http/standard_schema.ts";

export type { Layer, Next } from "./src/core/layer.ts";
export type { Call } from "./src/core/call.ts";
export type { CallEvent, CallEventType, CallListener, Outcome } from "./src/core/call_event.ts";
export type { Hooks } from "./src/core/hooks.ts";
export type { CloseOptions, Transport } from "./src/core/transport.ts";
export type { RedirectChoice, RedirectHop, RetryCause, RetryState } from "./src/core/settings.ts";

export type { Auth, AuthContext, AuthFlow } from "./src/core/auth.ts";
export { basic } from "./src/policy/auth/basic.ts";
export { bearer } from "./src/policy/auth/bearer.ts";
export { digest } from "./src/policy/auth/digest.ts";
export { netrc } from "./src/policy/auth/netrc.ts";
export { CookieJar } from "./src/policy/cookies/cookie_jar.ts";

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
  HTTPError,
  IncompleteReadError,
  JetstreamError,
  LocalProtocolError,
  PinError,
  PoolError,
  ProtocolError,
  ProxyError,
  RedirectError,
  RemoteProtocolError,
  SchemaError,
  SocketError,
  TimeoutError,
  TLSError,
  TransportError,
  UnsupportedRuntimeError,
} from "./src/errors.ts";
