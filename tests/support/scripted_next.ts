/**
 * Owns a transport of replies written down in a test: in memory, on a clock that is told.
 * Must not know layers. It keeps the contract of `Transport`: it fails with the reason of the
 * call's scope, and so does a body that is still on the wire.
 */

import type { Clock } from "../../src/base/clock.ts";
import { DeadlineQueue } from "../../src/base/deadline.ts";
import { DEFAULT_LIMITS } from "../../src/client/limits.ts";
import { Call } from "../../src/core/call.ts";
import type { CallEvent } from "../../src/core/call_event.ts";
import type { Layer, Next } from "../../src/core/layer.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { Body } from "../../src/http/body.ts";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { HttpResponse } from "../../src/http/response.ts";
import { FakeClock } from "./fake_clock.ts";
import { LiveBody, type Part } from "./live_body.ts";

/** What is answered to one request. */
export interface Reply {
  /** @default {200} */
  readonly status?: number;
  readonly headers?: HeadersInput;
  /** Absent: there is no body. */
  readonly body?: readonly Part[] | string;
  /** Milliseconds until the head. */
  readonly delay?: number;
  /** Fails in place of a head. */
  readonly error?: Error;
  /** Announce the length of the body. */
  readonly announced?: boolean;
}

/** Answers each request with the next reply; remembers what was sent. */
export class ScriptedNext {
  readonly requests: HttpRequest[] = [];
  readonly bodies: LiveBody[] = [];
  /** When each request was sent, in milliseconds since the first was. */
  readonly times: number[] = [];
  readonly #replies: (Reply | ((request: HttpRequest) => Reply))[];
  readonly #clock: Clock;
  #start: number | undefined;

  constructor(clock: Clock, replies: readonly (Reply | ((request: HttpRequest) => Reply))[]) {
    this.#clock = clock;
    this.#replies = [...replies];
  }

  /** Sends in the name of `call`. */
  next(call: Call): Next {
    return (request) => this.#send(request, call);
  }

  async #send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    call.scope.throwIfCancelled();
    const now = this.#clock.now();
    this.#start ??= now;
    this.times.push(now - this.#start);
    this.requests.push(request);
    const attempt = call.startAttempt(request, now);
    // The last reply goes on and on.
    const given = this.#replies.length > 1 ? this.#replies.shift()! : this.#replies[0]!;
    const reply = typeof given === "function" ? given(request) : given;
    const scope = call.scope;
    try {
      attempt.sentAt = now;
      if (reply.delay !== undefined) await waitIn(scope, this.#clock, reply.delay);
      if (reply.error !== undefined) throw reply.error;
    } catch (error) {
      attempt.error = error as NonNullable<typeof attempt.error>;
      throw error;
    }
    attempt.status = reply.status ?? 200;
    attempt.headAt = this.#clock.now();
    const parts = typeof reply.body === "string" ? [reply.body] : reply.body;
    const body = parts === undefined ? null : new LiveBody(parts, this.#clock, reply.announced);
    if (body !== null) {
      this.bodies.push(body);
      const cancelled = (reason: Error): void => body.fail(reason);
      scope.add(cancelled);
      body.onSettled(() => scope.remove(cancelled));
    }
    return new HttpResponse({
      status: attempt.status,
      reason: "",
      version: "1.1",
      headers: HeaderList.from(reply.headers),
      request,
      body,
      attempt,
      call,
    });
  }
}

function waitIn(scope: Call["scope"], clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancelled = (reason: Error): void => {
      stop();
      reject(reason);
    };
    const stop = delay === Infinity ? () => {} : clock.schedule(
      () => {
        scope.remove(cancelled);
        resolve();
      },
      delay,
      true,
    );
    scope.add(cancelled);
  });
}

const OFF: Settings = {
  timeout: {
    total: Infinity,
    attempt: Infinity,
    pool: Infinity,
    connect: Infinity,
    write: Infinity,
    head: Infinity,
    read: Infinity,
    expect: Infinity,
    source: {},
  },
  limits: DEFAULT_LIMITS,
  lenient: new Set(),
  tls: { settings: {} as Settings["tls"]["settings"], serverName: null, alpn: null, key: "" },
  proxy: null,
  unix: null,
  localAddress: null,
  http2: false,
  retry: null,
  redirect: null,
  decode: null,
  compress: null,
  auth: null,
  cookies: null,
  ownCookies: "",
  hooks: null,
  callLayers: [],
  networkLayers: [],
  raise: null,
  expectContinue: false,
  parseJson: null,
  save: null,
  onUploadProgress: null,
  onDownloadProgress: null,
  listener: null,
  signal: null,
  tag: undefined,
};

/** Settings with everything off but what is given; `timeout` and `limits` by name. */
export function settingsOf(
  given: Partial<Omit<Settings, "timeout" | "limits">> & {
    readonly timeout?: Partial<Settings["timeout"]>;
    readonly limits?: Partial<Settings["limits"]>;
  } = {},
): Settings {
  return {
    ...OFF,
    ...given,
    timeout: { ...OFF.timeout, ...given.timeout },
    limits: { ...OFF.limits, ...given.limits },
  };
}

/** A call on its own clock, with what is left of it to look at. */
export class TestCall {
  readonly clock: FakeClock;
  readonly deadlines: DeadlineQueue;
  readonly call: Call;
  readonly events: CallEvent[] = [];
  readonly net: ScriptedNext;

  constructor(
    replies: readonly (Reply | ((request: HttpRequest) => Reply))[],
    given: Parameters<typeof settingsOf>[0] = {},
    options: { streamed?: boolean; clock?: FakeClock } = {},
  ) {
    this.clock = options.clock ?? new FakeClock();
    this.deadlines = new DeadlineQueue(this.clock);
    const listener = (event: CallEvent): void => void this.events.push(event);
    const settings = settingsOf({ listener, ...given });
    this.call = new Call(this, settings, this.clock.now(), options.streamed ?? false);
    this.net = new ScriptedNext(this.clock, replies);
  }

  /** Sends `request` through `layers`, outermost first, moving the clock as far as needed. */
  send(request: HttpRequest, ...layers: readonly Layer[]): Promise<HttpResponse> {
    return this.clock.until(this.start(request, ...layers));
  }

  /** Sends `request` through `layers`, outermost first; the clock stands still. */
  start(request: HttpRequest, ...layers: readonly Layer[]): Promise<HttpResponse> {
    const next = layers.reduceRight<Next>(
      (inner, layer) => (request) => layer(request, inner, this.call),
      this.net.next(this.call),
    );
    return next(request);
  }

  /** Events as text: the type and the fields that matter to it. */
  get story(): string[] {
    return this.events.map(({ call: _call, attempt: _attempt, at: _at, type, ...fields }) =>
      [type, ...Object.values(fields)].join(" ")
    );
  }

  /** What the call holds still; for the leak rule. */
  get held(): Record<string, number> {
    return {
      deadlines: this.deadlines.size,
      listeners: this.call.cancel.listenerCount,
      timers: this.clock.held,
      bodies: this.net.bodies.filter((body) => body.ended === undefined).length,
    };
  }
}

/** A request, in short. */
export function requestOf(
  method: string,
  url: string,
  headers?: HeadersInput,
  body: Body | null = null,
): HttpRequest {
  return new HttpRequest(method, new RequestUrl(url), HeaderList.from(headers), body);
}
