/**
 * Owns one request and its response over a `fetch`: limits, cancellation, marks, events.
 * Must not know layers, nor whose `fetch` it is.
 * Invariants: the promise settles once, and as soon as the call is cancelled, whatever the `fetch`
 * does; once the body has settled no limit, listener or pass over a body is left.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Call } from "../core/call.ts";
import type { HostFetch } from "../core/host_fetch.ts";
import { AbortError, IncompleteReadError, JetstreamError, SocketError, UnsupportedRuntimeError } from "../errors.ts";
import { HeaderList } from "../http/header_list.ts";
import type { AttemptRecord } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";
import { isNullBodyStatus } from "../http/status.ts";
import { fetchFields, refusedMethod } from "./fetch_request.ts";
import { FetchUpload } from "./fetch_upload.ts";
import { type BodySource, ExchangeBody } from "./incoming_body.ts";
import { PhaseLimit } from "./phase_limit.ts";

/** One request on its way by `fetch`. */
export class FetchExchange implements BodySource {
  readonly #fetch: HostFetch;
  readonly #request: HttpRequest;
  readonly #call: Call;
  readonly #attempt: AttemptRecord;
  readonly #scope: CancelToken;
  readonly #controller = new AbortController();
  readonly #limit = new PhaseLimit(() => this.fail(this.#limit.error(this.#call)));
  readonly #onCancel = (reason: Error): void => this.fail(reason);
  readonly #ended: () => void;
  #upload: FetchUpload | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #body: ExchangeBody | undefined;
  #resume: (() => void) | undefined;
  #paused = false;
  #over = false;

  /** `ended` is told when nothing of it is left. */
  constructor(fetch: HostFetch, request: HttpRequest, call: Call, ended: () => void) {
    this.#fetch = fetch;
    this.#request = request;
    this.#call = call;
    this.#scope = call.scope;
    this.#ended = ended;
    this.#attempt = call.startAttempt(request, call.clock.now());
    call.emit("attempt-start", { cause: this.#attempt.cause });
  }

  /** Sends it; resolves with the head. */
  async send(): Promise<HttpResponse> {
    try {
      return await new Promise<HttpResponse>((resolve, reject) => {
        this.#reject = reject;
        this.#scope.add(this.#onCancel);
        if (!this.#over) this.#run().then(resolve, (error) => this.fail(this.#explain(error)));
      });
    } finally {
      this.#reject = undefined;
    }
  }

  async #run(): Promise<HttpResponse> {
    const { method, url, body } = this.#request;
    const refusal = refusedMethod(method, body !== null);
    if (refusal !== undefined) throw new UnsupportedRuntimeError(refusal);
    const init: RequestInit & { duplex?: "half" } = {
      method,
      headers: fetchFields(this.#request.headers, this.#fetch.traits),
      redirect: "manual",
      signal: this.#controller.signal,
    };
    this.#attempt.acquiredAt = this.#call.clock.now();
    if (body === null) this.#sent();
    else {
      const upload = this.#upload = new FetchUpload(body, this.#call.settings.onUploadProgress, {
        waiting: (yes) => yes ? this.#start("head") : this.#hold(),
        sent: () => this.#sent(),
      });
      init.body = await upload.start(this.#fetch.traits) as BodyInit;
      init.duplex = "half";
    }
    if (this.#over) return await new Promise<never>(() => {});
    this.#attempt.progress = "sent";
    const response = await this.#fetch.send(url.toString(), init);
    if (this.#over) {
      // It came too late for anybody.
      response.body?.cancel().catch(() => {});
      return await new Promise<never>(() => {});
    }
    return this.#respond(response);
  }

  #respond(web: Response): HttpResponse {
    const request = this.#request;
    const call = this.#call;
    const attempt = this.#attempt;
    attempt.progress = "answered";
    if (web.type === "opaqueredirect") {
      throw new UnsupportedRuntimeError(
        "Cannot follow the redirect: this runtime hides where it leads, expected a URL that answers itself",
        { phase: "redirect", progress: "answered" },
      );
    }
    // Empty to whoever reads it: not what was answered.
    if (web.bodyUsed) throw new TypeError("The body of the response was read already");
    if (web.status < 200 || web.status > 599) throw new TypeError(`The status of the response is ${web.status}`);
    const now = attempt.headAt = call.clock.now();
    attempt.status = web.status;
    if (Number.isNaN(attempt.sentAt)) attempt.sentAt = now;
    this.#limit.stop(call);
    call.emit("head", { status: web.status });
    const headers = HeaderList.trusted([...web.headers]);
    const hasBody = web.body !== null && request.method !== "HEAD" && !isNullBodyStatus(web.status);
    const body = hasBody ? new ExchangeBody(this, this.#lengthOf(headers, web.type)) : null;
    const response = new HttpResponse({
      status: web.status,
      reason: web.statusText,
      version: undefined,
      headers,
      request,
      body,
      attempt,
      call,
    });
    if (body === null) {
      web.body?.cancel().catch(() => {});
      this.#finish();
    } else {
      this.#body = body;
      this.#reader = web.body!.getReader();
      this.#pump(this.#reader, body).catch((error) => this.fail(this.#explain(error)));
    }
    return response;
  }

  /**
   * Where the codings are undone already, the length in the head is that of other bytes. A page is shown the
   * length of another origin's response, and not whether it had a coding.
   */
  #lengthOf(headers: HeaderList, type: ResponseType): number | undefined {
    if (this.#fetch.traits.decodes && (type === "cors" || headers.has("content-encoding"))) return undefined;
    const length = headers.get("content-length");
    return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  }

  async #pump(reader: ReadableStreamDefaultReader<Uint8Array>, body: ExchangeBody): Promise<void> {
    for (;;) {
      if (this.#paused) await new Promise<void>((resolve) => this.#resume = resolve);
      if (this.#over) return;
      this.#start("read");
      const { done, value } = await reader.read();
      if (this.#over) return;
      this.#limit.stop(this.#call);
      if (done) break;
      if (!(value instanceof Uint8Array)) throw new TypeError("A chunk of the response's body is not a Uint8Array");
      if (value.length === 0) continue;
      this.#call.emit("chunk", { bytes: value.length });
      body.push(value, 0, value.length, true);
    }
    if (body.length !== undefined && body.received < body.length) throw cutShort(body, undefined);
    this.#finish();
  }

  #finish(): void {
    if (this.#over) return;
    const bytes = this.#body?.received ?? 0;
    this.#end();
    this.#call.emit("end", { bytes });
    this.#call.emit("attempt-end", { outcome: "ok", status: this.#attempt.status! });
    this.#body?.end(null);
  }

  /** Ends it for this reason: the call was cancelled, a limit passed, or something broke. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#end(error);
    const attempt = this.#attempt;
    if (error instanceof JetstreamError) attempt.error = error;
    const status = attempt.status === undefined ? {} : { status: attempt.status };
    const code = error instanceof JetstreamError ? { code: error.code } : {};
    const aborted = error instanceof AbortError || (code.code === "BODY_CANCELLED");
    this.#call.emit("attempt-end", { outcome: aborted ? "aborted" : "error", ...status, ...code });
    this.#reject?.(error);
    this.#body?.fail(error);
    this.#controller.abort(error);
    this.#reader?.cancel(error).catch(() => {});
  }

  #end(reason?: Error): void {
    this.#over = true;
    this.#attempt.endedAt = this.#call.clock.now();
    this.#limit.stop(this.#call);
    this.#scope.remove(this.#onCancel);
    this.#upload?.stop(reason);
    this.#resume?.();
    this.#ended();
  }

  #sent(): void {
    if (this.#over || this.#answered) return;
    this.#attempt.sentAt = this.#call.clock.now();
    this.#start("head");
  }

  /** `head` runs while the `fetch` neither takes bytes nor answers; it does not tell the one from the other. */
  #start(phase: "head" | "read"): void {
    if (this.#over || (phase === "head" && this.#answered)) return;
    this.#limit.start(phase, this.#call, this.#call.clock.now());
  }

  /** The source of the body is waited for: no limit of ours runs. */
  #hold(): void {
    if (!this.#answered) this.#limit.stop(this.#call);
  }

  /** An upload may go on behind the head: then the limits of the response run alone. */
  get #answered(): boolean {
    return !Number.isNaN(this.#attempt.headAt);
  }

  #explain(error: unknown): Error {
    if (error instanceof JetstreamError) return error;
    const failure = this.#upload?.failure ?? this.#fetch.failure(error, new URL(this.#request.url.href));
    // Once the head was there, a failure that tells no more than that is one of the connection.
    const broke = failure instanceof SocketError || failure.code === "FETCH_FAILED";
    return this.#body !== undefined && broke ? cutShort(this.#body, failure) : failure;
  }

  // From the body

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#resume?.();
  }

  abandon(reason: Error): void {
    this.fail(reason);
  }
}

function cutShort(
  { received, length: expected }: ExchangeBody,
  cause: JetstreamError | undefined,
): IncompleteReadError {
  const wanted = expected === undefined ? "its end" : String(expected);
  return new IncompleteReadError(`Connection broke: the body ended after ${received} bytes, expected ${wanted}`, {
    received,
    expected,
    cause,
  });
}
