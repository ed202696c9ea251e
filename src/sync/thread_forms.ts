/**
 * Owns what the worker lends to the caller's thread, and what it makes of what the caller lends.
 * Must not know messages, nor what is done with the values.
 * Invariants: a function of the caller's is a function that answers later; an object that went to
 * the caller and comes back is the same object.
 */

import { JetstreamError } from "../errors/root.ts";
import { Call } from "../core/call.ts";
import type { AuthContext } from "../core/auth.ts";
import type { Body, IncomingBody } from "../http/body.ts";
import { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";
import { HeaderList } from "../http/header_list.ts";
import { commonForm, FactsForm, makeCommon } from "./common_forms.ts";
import { BriefError, errorOf, type ErrorParts, errorParts } from "./error_forms.ts";
import {
  requestOf,
  type RequestParts,
  requestParts,
  responseOf,
  type ResponseParts,
  responseParts,
} from "./exchange_forms.ts";
import { crossing, type Handover, LargeBytes } from "./handover.ts";
import { Held, type Scope } from "./held.ts";
import { instanceOf } from "./instances.ts";
import { remoteJar } from "./jar_forms.ts";
import { KIND } from "./kinds.ts";
import type { Form } from "./pack.ts";
import { Recipes } from "./recipes.ts";
import { Teller } from "./told.ts";
import { ArrivedForm, type Ask, BlobShelf, heldBody, iterableBody, lentBody, remoteAuth } from "./remote_sources.ts";

/** A thing that the caller threw and that is no error: it passes through. */
class ForeignThrow {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

/** A response that the worker does not use again: its bytes may be given away. */
export class LastResponse {
  readonly response: HttpResponse;

  /** Takes the response. */
  constructor(response: HttpResponse) {
    this.response = response;
  }
}

/** The forms of the worker. */
export class ThreadForms {
  /** What is lent to the caller. */
  readonly held: Held = new Held();
  /** Blobs on their way. */
  readonly blobs: BlobShelf = new BlobShelf();
  readonly #handover: Handover;
  readonly #ask: (id: number, args: readonly unknown[]) => Promise<unknown>;
  readonly #requests = new Teller(0);
  readonly #fields = new Teller(1);
  readonly #facts = new Teller(2);
  readonly #recipes = new Recipes();
  /** Functions of the caller: their numbers there. */
  readonly #stubs = new WeakMap<object, number>();
  /** Failures of the caller's functions: their numbers there. */
  readonly #failures = new WeakMap<object, number>();

  /** `ask` calls a function of the caller. */
  constructor(handover: Handover, ask: (id: number, args: readonly unknown[]) => Promise<unknown>) {
    this.#handover = handover;
    this.#ask = ask;
  }

  /** A message was not sent. */
  forgetTold(): void {
    for (const teller of [this.#requests, this.#fields, this.#facts]) teller.forget();
  }

  /** The form of a value that is lent for the time of `scope`; `null`: it is copied, nothing is lent. */
  formOf(value: object | symbol, scope: Scope | null): Form | undefined {
    if (typeof value === "symbol") return commonForm(value);
    if (typeof value === "function") {
      const stub = this.#stubs.get(value);
      if (stub !== undefined) return { kind: KIND.returned, payload: stub };
      return { kind: KIND.function, payload: [this.#lend(value, scope), value.name] };
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return undefined;
    return this.#ofClass(value, scope);
  }

  #ofClass(value: object, scope: Scope | null): Form | undefined {
    const failure = this.#failures.get(value);
    if (failure !== undefined) {
      const parts = value instanceof Error ? errorParts(value) : null;
      return { kind: KIND.failure, payload: [failure, parts, value instanceof JetstreamError] };
    }
    if (value instanceof Error) return { kind: KIND.error, payload: errorParts(value) };
    if (value instanceof LargeBytes) return this.#handover.give(value);
    if (value instanceof BriefError) return { kind: KIND.error, payload: errorParts(value.error, true) };
    if (value instanceof HttpRequest) {
      const request = (): Form => this.#request(value, scope);
      return scope === null && value.body === null ? told(this.#requests, value, request) : request();
    }
    if (scope === null && value instanceof HeaderList) {
      return told(this.#fields, value.source, () => commonForm(value)!);
    }
    if (scope === null && value instanceof FactsForm) {
      return told(this.#facts, value.read, () => commonForm(value)!);
    }
    if (value instanceof LastResponse) {
      const { response } = value;
      const { loaded } = response;
      return {
        kind: KIND.response,
        payload: [this.#lend(response, scope), responseParts(response, loaded && crossing(loaded, false))],
      };
    }
    if (value instanceof HttpResponse) {
      return { kind: KIND.response, payload: [this.#lend(value, scope), responseParts(value)] };
    }
    if (value instanceof Call) return { kind: KIND.call, payload: this.#call(value, scope) };
    return commonForm(value) ?? this.#byAbility(value, scope);
  }

  #request(request: HttpRequest, scope: Scope | null): Form {
    const [method, url, fields, body] = requestParts(request);
    return {
      kind: KIND.request,
      payload: [this.#lend(request, scope), [method, url, fields, scope === null && !isShort(body) ? null : body]],
    };
  }

  #byAbility(value: object, scope: Scope | null): Form | undefined {
    const able = value as Partial<IncomingBody & Body & AuthContext>;
    if (typeof able.collect === "function" && typeof able.discard === "function") {
      return { kind: KIND.liveBody, payload: [this.#lend(value, scope), able.length] };
    }
    if (typeof able.open === "function" && typeof able.replayable === "boolean") {
      const { contentType, length, replayable, kind, bytes } = value as Body;
      if (isShort(value as Body)) {
        return { kind: KIND.bytesBody, payload: [this.#lend(value, scope), bytes, contentType, kind] };
      }
      const open = (): object => readerFunctions((value as Body).open());
      return {
        kind: KIND.body,
        payload: [this.#lend(value, scope), { contentType, length, replayable, kind, bytes: undefined, open }],
      };
    }
    if (typeof able.hash === "function" && typeof able.now === "function") {
      const context = value as AuthContext;
      return {
        kind: KIND.authContext,
        payload: [
          context.peer,
          context.target,
          context.signal,
          (name: never, data: Uint8Array) => context.hash(name, data),
          () => context.now(),
          (name: string) => context.env?.(name),
        ],
      };
    }
    if (value instanceof AbortSignal) return { kind: KIND.signal, payload: value.aborted };
    return undefined;
  }

  #call(call: Call, scope: Scope | null): unknown {
    return [
      this.#lend(call, scope),
      call.id,
      call.startedAt,
      call.streamed,
      call.tag,
      call.signal,
      () => call.attempts.map((attempt) => attempt),
      () => call.history,
      (callback: () => void) => call.onSettled(callback),
    ];
  }

  #lend(value: object, scope: Scope | null): number {
    return scope === null ? this.held.idOf(value) : this.held.lend(value, scope);
  }

  /** What the caller sent as a form. */
  readonly make = (kind: number, payload: unknown): unknown => {
    switch (kind) {
      case KIND.returned:
        return this.held.get(payload as number)?.value;
      case KIND.given:
        return this.#handover.take(payload);
      case KIND.function:
        return this.#stub(payload as [number, string]);
      case KIND.instance:
        return instanceOf(...payload as [string | null, object, object?]);
      case KIND.error: {
        const [id, parts] = payload as [number, ErrorParts];
        return this.#foreign(errorOf(parts), id);
      }
      case KIND.failure:
        return this.#foreign(new ForeignThrow(payload as number), payload as number);
      case KIND.request:
        return requestOf(payload as RequestParts);
      case KIND.response:
        return responseOf(payload as ResponseParts);
      case KIND.recipe:
        return this.#recipes.make(...payload as [number, string, unknown[]]);
      case KIND.jar:
        return remoteJar(payload as never);
      case KIND.jsonText:
        return { text: payload };
      case KIND.jsonCodec:
        return {
          stringify: (value: { text: string }) => value.text,
          ...(payload === undefined ? {} : { parse: payload }),
        };
      case KIND.iterable:
        return iterableBody(...payload as [Ask, Ask]);
      case KIND.heldBytes:
        return heldBody(...payload as [number, string | null, string, Ask]);
      case KIND.body:
        return lentBody(payload as never);
      case KIND.formData:
        return new ArrivedForm(payload as [string, FormDataEntryValue][]);
      case KIND.auth:
        return remoteAuth(...payload as [string, Ask]);
      case KIND.blob:
        return this.blobs.take(...payload as [number, number, string, string | undefined]);
      default:
        return makeCommon(kind, payload)?.value;
    }
  };

  #foreign<T extends object>(value: T, id: number): T {
    this.#failures.set(value, id);
    return value;
  }

  #stub([id, name]: [number, string]): Ask {
    const stub = (...args: unknown[]): Promise<unknown> => {
      const answer = this.#ask(id, args);
      // Who only tells the caller something waits for no answer, and a failure of it concerns nobody.
      answer.catch(() => {});
      return answer;
    };
    this.#stubs.set(stub, id);
    return Object.defineProperty(stub, "name", { value: name });
  }
}

/** The form of what may have been told: it is known by `identity`, which repeats with it. */
function told(teller: Teller, identity: object, formOf: () => Form): Form {
  const slot = teller.slotOf(identity);
  if (slot >= 0) return { kind: KIND.told, payload: slot };
  const { kind, payload } = formOf();
  return { kind: KIND.tell, payload: [teller.tell(identity), kind, payload] };
}

/** Bodies up to this size go along with their requests, to be looked at: signed, logged, compared. */
const SHORT_BODY = 16 * 1024;

function isShort(body: Body | null): boolean {
  return body?.bytes !== undefined && body.bytes.length <= SHORT_BODY;
}

function readerFunctions(reader: ReturnType<Body["open"]>): object {
  return { read: () => reader.read(), cancel: () => reader.cancel() };
}
