/**
 * Owns the Digest dialogue (RFC 7616): when a challenge is answered, and what is remembered of it.
 * Must not know how a challenge is read (`digest_challenge.ts`) or answered (`digest_response.ts`).
 * Invariants: memory is per peer, so no nonce or count of one origin or proxy reaches another; a
 * count is used once; wrong credentials are not sent twice.
 */

import { withRecipe } from "../../base/recipe.ts";
import { inspectAs } from "../../base/inspect.ts";
import type { Auth, AuthContext } from "../../core/auth.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { parseAuthParams } from "./challenge.ts";
import { checkUserPassword, hasCredentials } from "./credentials.ts";
import { chooseDigest, type DigestChallenge, type Qop } from "./digest_challenge.ts";
import { digestCredentials, hex } from "./digest_response.ts";

/** Peers remembered; the one that joined first goes when there are more. */
const MAX_PEERS = 100;

/** Answers in one dialogue: to a first challenge, and to one more that calls the nonce stale. */
const MAX_ANSWERS = 2;

/** The largest count that fits the eight digits of `nc`. */
const MAX_COUNT = 0xffff_ffff;

/** Bytes of a client nonce. */
const CNONCE_SIZE = 16;

/** Bytes that cannot be guessed. */
export type RandomBytes = (size: number) => Uint8Array;

/** The use of one nonce. */
interface Session {
  readonly challenge: DigestChallenge;
  readonly cnonce: string;
  count: number;
}

/** @internal Digest authentication with its source of randomness; see {@linkcode digest}. */
export class DigestAuth implements Auth {
  /** The name of the scheme. */
  readonly scheme = "Digest";
  readonly #user: string;
  readonly #password: string;
  readonly #random: RandomBytes;
  readonly #sessions = new Map<string, Session>();

  /** Throws `TypeError` when user or password holds a control character. */
  constructor(user: string, password: string, random: RandomBytes) {
    [this.#user, this.#password] = checkUserPassword("Digest", user, password);
    this.#random = random;
  }

  /** Sends with the nonce that is known, if one is, and answers what challenges come. */
  *flow(request: HttpRequest, context: AuthContext): Generator<HttpRequest, void, HttpResponse> {
    if (hasCredentials(request)) {
      yield request;
      return;
    }
    const peer = context.peer ?? request.url.origin;
    let session = this.#sessions.get(peer);
    let used = session && this.#authorize(request, session, context);
    if (used === undefined) session = undefined;
    let response = yield used ?? request;
    for (let answers = 0; response.status === 401; answers++) {
      const challenge = chooseDigest(response.headers.getAll("www-authenticate"));
      const worth = answers < MAX_ANSWERS && challenge !== undefined &&
        isWorthAnswering(challenge, session?.challenge, answers > 0);
      session = worth ? this.#sessionFor(peer, challenge) : undefined;
      used = session && this.#authorize(request, session, context);
      if (used === undefined) {
        this.#sessions.delete(peer);
        return;
      }
      response = yield used;
    }
    if (session !== undefined) this.#follow(peer, session, response);
  }

  /** The session of this nonce: the one under way when a server gives the same nonce to several requests. */
  #sessionFor(peer: string, challenge: DigestChallenge): Session {
    const known = this.#sessions.get(peer);
    if (known !== undefined && isSameNonce(known.challenge, challenge)) return known;
    return this.#remember(peer, challenge);
  }

  #remember(peer: string, challenge: DigestChallenge): Session {
    const session = { challenge, cnonce: hex(this.#random(CNONCE_SIZE)), count: 0 };
    this.#sessions.delete(peer);
    this.#sessions.set(peer, session);
    if (this.#sessions.size > MAX_PEERS) this.#sessions.delete(this.#sessions.keys().next().value!);
    return session;
  }

  /** The request with credentials; `undefined` when the challenge cannot be met for this body. */
  #authorize(request: HttpRequest, session: Session, context: AuthContext): HttpRequest | undefined {
    const { challenge } = session;
    const body = bodyFor(request, challenge);
    if (body === undefined || session.count >= MAX_COUNT) return undefined;
    const credentials = digestCredentials({
      challenge,
      user: this.#user,
      password: this.#password,
      method: request.method,
      target: context.target ?? targetOf(request),
      qop: body.qop,
      body: body.bytes,
      // One key per nonce, whichever cnonce the server computes it from.
      cnonce: challenge.session ? session.cnonce : hex(this.#random(CNONCE_SIZE)),
      sessionCnonce: session.cnonce,
      count: ++session.count,
    }, (name, data) => context.hash(name, data));
    return request.withHeader("Authorization", credentials);
  }

  /** Takes up the next nonce, if the server names one (§3.5). */
  #follow(peer: string, session: Session, response: HttpResponse): void {
    const line = response.headers.get("authentication-info");
    const nonce = line === null ? undefined : parseAuthParams(line).get("nextnonce");
    if (nonce === undefined || nonce === session.challenge.nonce || this.#sessions.get(peer) !== session) return;
    this.#remember(peer, { ...session.challenge, nonce });
  }
}

inspectAs(DigestAuth, () => "Digest authentication");

/**
 * Whether to answer: a first challenge, or a nonce that is known to be stale; a new nonce in reply
 * to one kept from before counts as such. The same credentials are not offered twice.
 */
export function isWorthAnswering(
  challenge: DigestChallenge,
  sent: DigestChallenge | undefined,
  answered: boolean,
): boolean {
  if (sent === undefined) return true;
  if (isSameNonce(challenge, sent)) return false;
  return challenge.stale || !answered;
}

function isSameNonce(one: DigestChallenge, other: DigestChallenge): boolean {
  return one.nonce === other.nonce && one.realm === other.realm && one.algorithm === other.algorithm;
}

/** The protection and the bytes it covers; `undefined` when only the body's is offered and the body is not in memory. */
function bodyFor(
  request: HttpRequest,
  challenge: DigestChallenge,
): { qop: Qop | undefined; bytes: Uint8Array } | undefined {
  const empty = new Uint8Array(0);
  if (challenge.qop.length === 0) return { qop: undefined, bytes: empty };
  if (challenge.qop.includes("auth")) return { qop: "auth", bytes: empty };
  const { body } = request;
  if (body === null) return { qop: "auth-int", bytes: empty };
  return body.replayable && body.bytes !== undefined ? { qop: "auth-int", bytes: body.bytes } : undefined;
}

function targetOf({ method, url }: HttpRequest): string {
  if (method !== "CONNECT") return url.target;
  return `${url.hostname.includes(":") ? `[${url.hostname}]` : url.hostname}:${url.port}`;
}

/**
 * User and password by challenge and response (RFC 7616): MD5, SHA-256 and SHA-512-256, the
 * strongest that the server offers, and their `-sess` forms. The first request of an origin is
 * answered with a challenge; later ones reuse its nonce. Throws `TypeError` when user or password
 * holds a control character.
 *
 * @example
 * ```ts
 * import { Client, digest } from "@jetstream/client";
 *
 * const client = new Client({ baseUrl: "https://camera.example", auth: digest("admin", "secret") });
 * ```
 */
export function digest(user: string, password: string): Auth {
  const scheme = new DigestAuth(user, password, (size) => crypto.getRandomValues(new Uint8Array(size)));
  return withRecipe(scheme, "digest", user, password);
}
