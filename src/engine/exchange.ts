/**
 * Owns one request and its response on one connection: marks, events, and how it ends.
 * Must not know framing or sockets; a connection tells it what happens.
 * Invariants: whoever waits is told once; every start event gets its end; the body settles after
 * the head, and nothing of the call is kept once both are settled.
 */

import type { Call } from "../core/call.ts";
import type { Outcome } from "../core/call_event.ts";
import type { Settle } from "../core/transport.ts";
import { AbortError, JetstreamError, SocketError } from "../errors.ts";
import { type FieldSource, HeaderList } from "../http/header_list.ts";
import { isIdempotent } from "../http/method.ts";
import type { AttemptRecord, ConnectionFacts } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import { HttpResponse, type HttpVersion } from "../http/response.ts";
import type { Carrier, Connection, EngineContext } from "./connection.ts";
import { type BodySource, ExchangeBody } from "./incoming_body.ts";
import type { PoolEntry } from "./pool_entry.ts";
import type { Route } from "./route.ts";

/** A final head, as a connection found it. */
export interface ReceivedHead {
  readonly status: number;
  readonly reason: string;
  readonly version: HttpVersion;
  /** The fields. */
  readonly section: FieldSource;
}

/** One request and one response. */
export class Exchange implements BodySource {
  readonly context: EngineContext;
  readonly request: HttpRequest;
  readonly call: Call;
  readonly attempt: AttemptRecord;
  readonly route: Route;
  readonly #settle: Settle;
  /** Whether the request was sent again already: it is done once. */
  readonly resent: boolean;
  /** How often a server left the request unprocessed so far. */
  replays = 0;
  #carrier: Carrier | undefined;
  #reused = false;
  #sending = false;
  #answered = false;
  #over = false;
  #body: ExchangeBody | undefined;
  #received = 0;

  constructor(
    context: EngineContext,
    request: HttpRequest,
    call: Call,
    attempt: AttemptRecord,
    route: Route,
    settle: Settle,
    resent: boolean,
  ) {
    this.context = context;
    this.request = request;
    this.call = call;
    this.attempt = attempt;
    this.route = route;
    this.#settle = settle;
    this.resent = resent;
    if (call.listener !== null) call.emit("attempt-start", { cause: attempt.cause });
  }

  /** Who waits for the response; for the exchange that takes its place. */
  get settle(): Settle {
    return this.#settle;
  }

  // From the pool

  /** A slot was taken for it. */
  acquired(entry: PoolEntry<Connection>): void {
    const now = this.context.now();
    this.attempt.acquiredAt = now;
    entry.connection.begin(this, now);
  }

  /** No connection came about. */
  refused(error: Error): void {
    this.failed(error, this.context.now());
  }

  // From the connection

  /** The request goes out. */
  begun(carrier: Carrier, reused: boolean, facts: () => ConnectionFacts): void {
    this.#carrier = carrier;
    this.#reused = reused;
    this.#sending = true;
    this.attempt.connectionFacts = facts;
    if (this.call.listener !== null) this.call.emit("send-start", { connection: carrier.id, reused });
  }

  /** The request is with the system, `bytes` of it in all; or sending has ended otherwise. */
  sent(bytes: number, now: number, outcome: Outcome = "ok"): void {
    if (!this.#sending) return;
    this.#sending = false;
    if (outcome === "ok") this.attempt.sentAt = now;
    if (this.call.listener !== null) this.call.emit("send-end", { outcome, bytes });
  }

  /** A 1xx response. Throws what a hook throws. */
  informational(status: number, section: FieldSource): void {
    this.attempt.progress = "answered";
    const { call, request } = this;
    if (call.listener !== null) call.emit("head", { status });
    const hooks = call.settings.hooks?.informational;
    if (hooks === undefined) return;
    const headers = HeaderList.received(section);
    for (const hook of hooks) {
      const failed = (cause: unknown): never => {
        const name = hook.name === "" ? "" : ` "${hook.name}"`;
        throw new JetstreamError(`The informational hook${name} failed`, { code: "HOOK_FAILED", phase: "hook", cause });
      };
      try {
        const told: unknown = hook({ request, tag: call.settings.tag, status, headers });
        if (told instanceof Promise) call.expect(told.catch(failed));
      } catch (cause) {
        failed(cause);
      }
    }
  }

  /** The final head; `length` of the body is `null` where there is none. Returns the body to fill. */
  respond(
    head: ReceivedHead,
    length: number | undefined | null,
    now: number,
    upgraded: boolean,
  ): ExchangeBody | undefined {
    const { attempt, call, request } = this;
    attempt.progress = "answered";
    attempt.headAt = now;
    attempt.status = head.status;
    if (call.listener !== null) call.emit("head", { status: head.status });
    // The listener may have ended the call: then that was told, and there is nothing to fill.
    if (this.#over) return undefined;
    this.#answered = true;
    const body = this.#body = length === null ? undefined : new ExchangeBody(this, length);
    this.#settle.resolve(
      new HttpResponse({
        status: head.status,
        reason: head.reason,
        version: head.version,
        headers: HeaderList.received(head.section),
        request,
        body: body ?? null,
        attempt,
        call,
        takeOver: upgraded ? () => this.#carrier!.takeOver() : undefined,
      }),
    );
    return body;
  }

  /** Bytes of the body arrived; only told when somebody listens. */
  chunk(bytes: number): void {
    this.#received += bytes;
    if (this.call.listener !== null) this.call.emit("chunk", { bytes });
  }

  /** The response is complete. */
  finished(trailers: FieldSource | null, now: number): void {
    if (this.#over) return;
    this.#over = true;
    const { attempt, call } = this;
    attempt.endedAt = now;
    if (call.listener !== null) {
      call.emit("end", { bytes: this.#received });
      call.emit("attempt-end", { outcome: "ok", status: attempt.status! });
    }
    this.#body?.end(trailers);
  }

  /** Whether a request that was lost like this may go out once more, for nothing can have come of it twice. */
  mayResend(error: Error): boolean {
    const { request, attempt } = this;
    if (!this.#reused || this.resent || this.#answered || attempt.progress === "answered") return false;
    if (!(error instanceof SocketError)) return false;
    const unsent = attempt.progress === "unsent";
    return (unsent || isIdempotent(request.method)) && (request.body === null || request.body.replayable);
  }

  /** It will be sent again in the place of this: whoever waits goes on waiting. */
  superseded(error: Error, now: number): void {
    this.#end(error, now, true);
  }

  /** It failed; nothing more comes. */
  failed(error: Error, now: number): void {
    if (this.#over) return;
    const answered = this.#answered;
    this.#end(error, now, false);
    if (answered) this.#body?.fail(error);
    else this.#settle.reject(error);
  }

  #end(error: Error, now: number, resend: boolean): void {
    this.#over = true;
    const { attempt, call } = this;
    const outcome: Outcome = isAbort(error) ? "aborted" : "error";
    this.sent(0, now, outcome);
    attempt.endedAt = now;
    if (error instanceof JetstreamError) attempt.error = error;
    if (call.listener === null) return;
    if (resend) call.emit("resend", { connection: this.#carrier!.id });
    const status = attempt.status === undefined ? {} : { status: attempt.status };
    const code = error instanceof JetstreamError ? { code: error.code } : {};
    call.emit("attempt-end", { outcome, ...status, ...code });
  }

  // From the body

  pause(): void {
    this.#carrier!.pause(this);
  }

  resume(): void {
    this.#carrier!.resume(this);
  }

  abandon(reason: Error): void {
    this.#carrier!.abort(this, reason);
  }
}

/** Whether somebody wanted the end, as against something that went wrong. */
function isAbort(error: Error): boolean {
  return error instanceof AbortError || (error instanceof JetstreamError && error.code === "BODY_CANCELLED");
}
