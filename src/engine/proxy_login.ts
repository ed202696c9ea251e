/**
 * Owns the dialogue of a proxy's 407 with an authentication scheme, which knows 401 only.
 * Must not know any scheme, nor how requests are sent.
 * Invariants: what a scheme remembers of a proxy it remembers under the proxy's name, never an
 * origin's; a scheme sees of a response the status and the proxy's challenge, of a request what
 * concerns the proxy; the rounds are bounded.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Clock } from "../base/clock.ts";
import type { AuthContext, AuthFlow } from "../core/auth.ts";
import type { Runtime } from "../core/runtime.ts";
import type { ProxyTarget } from "../core/settings.ts";
import { type Field, HeaderList } from "../http/header_list.ts";
import { AttemptRecord } from "../http/record.ts";
import type { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";

/**
 * Requests to one proxy for one purpose: the first, one after its challenge, one more after a
 * nonce that was stale, and one to spare. Whoever challenges on and on wants nothing of us.
 */
export const MAX_ROUNDS = 4;

/** What a scheme may use besides the request. */
export interface ProxyLoginTools {
  readonly runtime: Pick<Runtime, "hash" | "env" | "files">;
  readonly clock: Pick<Clock, "wall">;
}

/** What a proxy answered. */
export interface ProxyReply {
  readonly status: number;
  readonly headers: HeaderList;
}

/** The dialogue for one request. */
export class ProxyLogin {
  readonly #flow: AuthFlow;
  readonly #request: HttpRequest;
  readonly #cancel: CancelToken;
  #rounds = 0;

  /** `target` is the request target as it goes out. */
  constructor(proxy: ProxyTarget, request: HttpRequest, target: string, cancel: CancelToken, tools: ProxyLoginTools) {
    const { runtime, clock } = tools;
    const context: AuthContext = {
      hash: (name, data) => runtime.hash(name, data),
      now: () => clock.wall(),
      signal: cancel.signal,
      peer: `proxy ${proxy.label}`,
      target,
      files: runtime.files,
      env: (name) => runtime.env(name),
    };
    this.#request = request.withoutHeaders("Authorization");
    this.#cancel = cancel;
    this.#flow = proxy.auth!.flow(this.#request, context);
  }

  /** The credentials of the first request; `undefined` for none. */
  async first(): Promise<string | undefined> {
    return (await this.#step(() => this.#flow.next()))?.credentials;
  }

  /** Tells a reply. The credentials of the next request, if there shall be one. */
  async answer(reply: ProxyReply): Promise<{ readonly credentials: string | undefined } | undefined> {
    const next = await this.#step(() => this.#flow.next(this.#translate(reply)));
    if (next === undefined) return undefined;
    if (reply.status === 407 && this.#rounds <= MAX_ROUNDS) return next;
    this.end();
    return undefined;
  }

  /** Lets go of the scheme. Not waited for: it may itself wait for something that never comes. */
  end(): void {
    Promise.resolve().then(() => this.#flow.return()).catch(() => {});
  }

  async #step(
    advance: () => MaybeResult | Promise<MaybeResult>,
  ): Promise<{ readonly credentials: string | undefined } | undefined> {
    this.#cancel.throwIfCancelled();
    const result = await orCancelled(Promise.resolve(advance()), this.#cancel);
    if (result.done) return undefined;
    this.#rounds++;
    return { credentials: result.value.headers.get("authorization") ?? undefined };
  }

  /** The reply as an origin would have given it. */
  #translate({ status, headers }: ProxyReply): HttpResponse {
    const request = this.#request;
    return new HttpResponse({
      status: status === 407 ? 401 : status,
      reason: "",
      version: "1.1",
      headers: HeaderList.trusted(headers.pairs.flatMap(asOrigins)),
      request,
      body: null,
      attempt: new AttemptRecord(this.#rounds, "auth", request, 0, 0),
      call: { attempts: [], history: [] },
    });
  }
}

type MaybeResult = IteratorResult<HttpRequest, void>;

const ORIGINS_NAME: Readonly<Record<string, string>> = {
  "proxy-authenticate": "WWW-Authenticate",
  "proxy-authentication-info": "Authentication-Info",
};

function asOrigins([name, value]: Field): Field[] {
  const origins = Object.hasOwn(ORIGINS_NAME, name.toLowerCase()) ? ORIGINS_NAME[name.toLowerCase()] : undefined;
  return origins === undefined ? [] : [[origins, value]];
}

/** Settles with `work`, or with the token's reason if that comes first. */
function orCancelled<T>(work: Promise<T>, cancel: CancelToken): Promise<T> {
  return new Promise((resolve, reject) => {
    cancel.add(reject);
    work.finally(() => cancel.remove(reject)).then(resolve, reject);
  });
}
