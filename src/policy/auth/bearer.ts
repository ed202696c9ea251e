/**
 * Owns bearer tokens (RFC 6750): where the current one comes from, and its renewal.
 * Must not know how a token is obtained.
 * Invariants: at most one question to the provider is open per instance, whoever waits for it;
 * a request is sent again at most once, and only with another token than the refused one.
 */

import { withRecipe } from "../../base/recipe.ts";
import { inspectAs } from "../../base/inspect.ts";
import type { Auth, AuthContext, AuthFlow } from "../../core/auth.ts";
import type { MaybePromise } from "../../http/body.ts";
import { isTarget } from "../../http/field_grammar.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { hasCredentials } from "./credentials.ts";

/** A token and how long it may be used. */
export interface BearerToken {
  /** The token. */
  readonly token: string;
  /** Milliseconds since 1970; absent: until the server refuses it. */
  readonly expiresAt?: number;
}

/** What a provider is told. */
export interface TokenState {
  /** The token that a server has just refused with 401; `undefined` when none was. */
  readonly refused: string | undefined;
}

/**
 * Gives tokens. A plain string is used for one request; a {@linkcode BearerToken} is kept until
 * it expires or is refused. Callers at the same time share one question, so a provider must not
 * wait for a request with the same authentication.
 */
export type TokenProvider = (state: TokenState) => MaybePromise<string | BearerToken>;

/** A kept token is renewed this many milliseconds early, so that it does not expire on its way. */
const SKEW = 30_000;

class StaticBearer implements Auth {
  readonly scheme = "Bearer";
  readonly #value: string;

  constructor(token: string) {
    this.#value = fieldOf(token);
  }

  *flow(request: HttpRequest): AuthFlow & Generator<HttpRequest, void, never> {
    yield hasCredentials(request) ? request : request.withHeader("Authorization", this.#value);
  }
}

class ProvidedBearer implements Auth {
  readonly scheme = "Bearer";
  readonly #provider: TokenProvider;
  #kept: BearerToken | undefined;
  #open: { readonly refused: string | undefined; readonly token: Promise<string> } | undefined;
  /** The last renewal, for requests that were under way with the old token. */
  #renewed: { readonly refused: string; readonly token: string } | undefined;

  constructor(provider: TokenProvider) {
    this.#provider = provider;
  }

  async *flow(request: HttpRequest, context: AuthContext): AsyncGenerator<HttpRequest, void, HttpResponse> {
    if (hasCredentials(request)) {
      yield request;
      return;
    }
    const token = await this.#current(context.now());
    const response = yield request.withHeader("Authorization", fieldOf(token));
    if (response.status !== 401) return;
    const next = await this.#renew(token, context.now());
    if (next !== token) yield request.withHeader("Authorization", fieldOf(next));
  }

  #current(now: number): MaybePromise<string> {
    return this.#keptAt(now) ?? this.#open?.token ?? this.#ask(undefined);
  }

  #keptAt(now: number): string | undefined {
    const kept = this.#kept;
    return kept === undefined || (kept.expiresAt ?? Infinity) - SKEW <= now ? undefined : kept.token;
  }

  /** The token in place of a refused one: one question for all that were refused with it. */
  async #renew(refused: string, now: number): Promise<string> {
    for (;;) {
      const kept = this.#keptAt(now);
      if (kept !== undefined && kept !== refused) return kept;
      if (this.#renewed?.refused === refused) return this.#renewed.token;
      const open = this.#open;
      if (open === undefined) return await this.#ask(refused);
      const token = await open.token;
      // A question asked without knowing of the refusal may have brought the refused token again.
      if (open.refused === refused || token !== refused) return token;
    }
  }

  #ask(refused: string | undefined): Promise<string> {
    const token = this.#question(refused).finally(() => this.#open = undefined);
    this.#open = { refused, token };
    return token;
  }

  async #question(refused: string | undefined): Promise<string> {
    this.#kept = undefined;
    const answer = await this.#provider({ refused });
    const token = typeof answer === "object" && answer !== null ? answer.token : answer;
    if (typeof token !== "string") {
      throw new TypeError(`Cannot use the bearer token: the provider gave ${typeof token}, expected a string`);
    }
    if (typeof answer === "object") this.#kept = answer;
    if (refused !== undefined && token !== refused) this.#renewed = { refused, token };
    // Whoever gives a refused token again vouches for it.
    else if (this.#renewed?.refused === token) this.#renewed = undefined;
    return token;
  }
}

inspectAs(StaticBearer, () => "Bearer authentication");
inspectAs(ProvidedBearer, () => "Bearer authentication by a provider");

/** The field's value; the message of a bad token never holds it. */
function fieldOf(token: string): string {
  if (typeof token === "string" && isTarget(token)) return `Bearer ${token}`;
  throw new TypeError("Cannot use the bearer token: expected a text of visible ASCII characters, without spaces");
}

/**
 * A bearer token with every request: a string, or a function that gives one. When the server
 * answers 401 the function is asked once more, with `refused` set, and the request is sent again
 * if another token comes back; requests refused at the same time share that one question. Throws
 * `TypeError` when the token holds anything but visible ASCII characters.
 *
 * @example
 * ```ts
 * import { bearer, Client } from "@jetstream/client";
 *
 * // Asks the server that gives tokens.
 * const newToken = (_refused?: string) => Promise.resolve({ access_token: "abc", expires_in: 3600 });
 *
 * const auth = bearer(async ({ refused }) => {
 *   const { access_token, expires_in } = await newToken(refused);
 *   return { token: access_token, expiresAt: Date.now() + expires_in * 1000 };
 * });
 * const client = new Client({ baseUrl: "https://api.example.com", auth });
 * ```
 */
export function bearer(token: string | TokenProvider): Auth {
  return withRecipe(typeof token === "function" ? new ProvidedBearer(token) : new StaticBearer(token), "bearer", token);
}
