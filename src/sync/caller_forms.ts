/**
 * Owns what the caller's thread lends to the worker, and what it makes of what the worker lends.
 * Must not know messages, nor how the worker is waited for.
 * Invariants: functions stay here and are called back; what cannot work while this thread waits
 * (a signal, a stream, a promise) is a `TypeError` that names what does.
 */

import { isPlain } from "../base/plain.ts";
import { recipeOf } from "../base/recipe.ts";
import type { Auth } from "../core/auth.ts";
import type { Body } from "../http/body.ts";
import { BytesBody } from "../http/bodies/kinds.ts";
import { HttpRequest } from "../http/request.ts";
import { HttpResponse } from "../http/response.ts";
import { CookieJar } from "../policy/cookies/cookie_jar.ts";
import { commonForm, makeCommon } from "./common_forms.ts";
import { BriefError, errorOf, type ErrorParts, errorParts, NamedError } from "./error_forms.ts";
import {
  requestOf,
  type RequestParts,
  requestParts,
  responseOf,
  type ResponseParts,
  responseParts,
} from "./exchange_forms.ts";
import { crossing, LargeBytes } from "./handover.ts";
import { Held, type Lent, type Scope } from "./held.ts";
import { isRead, membersOf } from "./instances.ts";
import { jarFunctions } from "./jar_forms.ts";
import { KIND } from "./kinds.ts";
import { assertCrosses } from "./misuse.ts";
import { HeldBytes, JsonText, JsonTextCodec } from "./option_values.ts";
import type { Form } from "./pack.ts";
import { RecentMap } from "./recent_failures.ts";
import { RemoteBody } from "./remote_body.ts";
import { RemoteAuthContext, type RemoteAuthParts, RemoteCall, type RemoteCallParts } from "./remote_call.ts";

/** What the forms ask of the channel. */
export interface CallerPort {
  /** The worker that messages come from: what it lent is unknown to the next one. */
  readonly worker: number;
  /** Calls a function that `worker` lent; blocks. */
  call(worker: number, id: number, args: readonly unknown[]): unknown;
  /** Asks for a step of a body that `worker` lent; blocks. */
  body(worker: number, id: number, step: string, arg?: number): unknown;
  /** The table of public suffixes. */
  suffixes(): readonly [table: string, version: string];
  /** Hands over what only the runtime can copy. */
  post(value: unknown): void;
  /** Hands memory over. */
  give(large: LargeBytes): Form;
  /** Takes memory that the worker handed over. */
  take(payload: unknown): Uint8Array;
}

/** Something that the worker lent, until `epoch` is over. */
interface Origin {
  readonly id: number;
  readonly epoch: number;
}

/** The forms of one caller's thread. */
export class CallerForms {
  /** What is lent to the worker. */
  readonly held: Held = new Held();
  /** Counts the times that nothing was under way: then the worker takes back what it lent. */
  epoch = 0;
  readonly #port: CallerPort;
  readonly #origins = new WeakMap<object, Origin>();
  readonly #recipes = new WeakMap<object, number>();
  readonly #failures = new RecentMap();
  /** What came back of the failures of the caller's own functions. */
  readonly #callers = new WeakSet<object>();
  /** What the worker told to be remembered, by slot. */
  readonly #told: unknown[] = [];
  #lastRecipe = 0;
  #lastBlob = 0;

  /** The forms for what goes through `port`. */
  constructor(port: CallerPort) {
    this.#port = port;
  }

  /** What was lent under a number. */
  lent(id: number): Lent | undefined {
    return this.held.get(id);
  }

  /** The form of a value that is lent for the time of `scope`. */
  formOf(value: object | symbol, scope: Scope): Form | undefined {
    if (typeof value === "symbol") return commonForm(value);
    const origin = this.#origins.get(value);
    if (origin !== undefined && origin.epoch === this.epoch) return { kind: KIND.returned, payload: origin.id };
    if (typeof value === "function") return this.#function(value as Callback, scope);
    const recipe = recipeOf(value);
    if (recipe !== undefined) {
      return { kind: KIND.recipe, payload: [this.#recipeId(value), recipe.name, recipe.args.map(ingredient)] };
    }
    if (isRead(value)) return membersOf(value, scope, this.#lend);
    return isPlain(value) ? this.#byAbility(value, scope) : this.#ofClass(value, scope);
  }

  /** The form of what a function of the caller threw. */
  failureForm(error: unknown): unknown {
    return error instanceof Error || error === null || typeof error !== "object" && typeof error !== "function"
      ? error
      : new ThrownObject(this.#failures.keep(error));
  }

  /** The form of what cannot be packed as a whole. */
  namedFailure(error: unknown): unknown {
    return error instanceof Error ? new NamedError(error) : this.failureForm(error);
  }

  /** Whether this is a failure of the caller's own functions, on its way back to the caller. */
  isCallers(failure: unknown): boolean {
    return typeof failure === "object" && failure !== null && this.#callers.has(failure);
  }

  #ofClass(value: object, scope: Scope): Form | undefined {
    if (value instanceof LargeBytes) return this.#port.give(value);
    if (value instanceof Error) return { kind: KIND.error, payload: [this.#failures.keep(value), errorParts(value)] };
    if (value instanceof BriefError) {
      return { kind: KIND.error, payload: [this.#failures.keep(value.error), errorParts(value.error, true)] };
    }
    if (value instanceof NamedError) {
      return { kind: KIND.error, payload: [this.#failures.keep(value.error), value.parts] };
    }
    if (value instanceof HttpRequest) return { kind: KIND.request, payload: requestParts(value) };
    if (value instanceof HttpResponse) return { kind: KIND.response, payload: this.#response(value) };
    const common = commonForm(value);
    if (common !== undefined) return common;
    if (value instanceof CookieJar) {
      return {
        kind: KIND.jar,
        payload: jarFunctions(value, () => this.#port.suffixes()),
      };
    }
    if (value instanceof JsonText) return { kind: KIND.jsonText, payload: value.text };
    if (value instanceof JsonTextCodec) return { kind: KIND.jsonCodec, payload: value.parse };
    if (value instanceof HeldBytes) {
      return { kind: KIND.heldBytes, payload: [value.length, value.contentType, value.kind, value.read] };
    }
    if (value instanceof Ingredient) {
      return { kind: KIND.function, payload: [this.held.share(value.own), value.own.name] };
    }
    if (value instanceof ThrownObject) return { kind: KIND.failure, payload: value.id };
    if (value instanceof Blob) return this.#blob(value);
    if (value instanceof FormData) return { kind: KIND.formData, payload: Array.from(value) };
    return this.#byAbility(value, scope);
  }

  /** An object of the caller's own: known by what it can do. */
  #byAbility(value: object, scope: Scope): Form | undefined {
    assertCrosses(value);
    const able = value as { flow?: unknown; scheme?: unknown; open?: unknown; replayable?: unknown };
    if (typeof able.flow === "function") {
      return { kind: KIND.auth, payload: [String(able.scheme), flowOf(value as Auth)] };
    }
    if (typeof able.open === "function" && typeof able.replayable === "boolean") {
      const { contentType, length, replayable, kind, bytes, open } = value as Body;
      // A list: an object of these members would be taken for a body again.
      return { kind: KIND.body, payload: [contentType, length, replayable, kind, bytes, open.bind(value)] };
    }
    if (Symbol.iterator in value && typeof able.open !== "function") {
      const steps = (value as Iterable<unknown>)[Symbol.iterator]();
      return { kind: KIND.iterable, payload: [() => stepOf(steps.next()), () => steps.return?.()] };
    }
    return membersOf(value, scope, this.#lend);
  }

  #response(response: HttpResponse): unknown {
    const parts = responseParts(response);
    const { live } = response;
    if (live === null || live instanceof RemoteBody) return parts;
    const content = live.collect(response.settings.limits.body);
    if (content instanceof Promise) {
      throw new TypeError("Cannot use the response: its body answers by promises, expected one that is in memory");
    }
    return parts.map((part) => part === live ? content : part);
  }

  readonly #lend = (value: Callback, owner: object, name: string, scope: Scope): Form => {
    const origin = this.#origins.get(value);
    if (origin !== undefined && origin.epoch === this.epoch) return { kind: KIND.returned, payload: origin.id };
    // The same function is the same on the other side, unless its object has to go with it.
    return this.#function(owner === value ? value : value.bind(owner) as Callback, scope, name);
  };

  #function(value: Callback, scope: Scope, name: string = value.name): Form {
    return { kind: KIND.function, payload: [this.held.lend(value, scope), name] };
  }

  #recipeId(value: object): number {
    const known = this.#recipes.get(value);
    if (known !== undefined) return known;
    this.#recipes.set(value, ++this.#lastRecipe);
    return this.#lastRecipe;
  }

  #blob(blob: Blob): Form {
    const id = ++this.#lastBlob;
    this.#port.post({ id, blob });
    return { kind: KIND.blob, payload: [id, blob.size, blob.type, (blob as Partial<File>).name] };
  }

  /** What the worker sent as a form. */
  readonly make = (kind: number, payload: unknown): unknown => {
    switch (kind) {
      case KIND.returned:
        return this.held.get(payload as number)?.value;
      case KIND.tell: {
        const [slot, told, its] = payload as [number, number, unknown];
        return this.#told[slot] = this.make(told, its);
      }
      case KIND.told:
        return this.#told[payload as number];
      case KIND.given:
        return this.#port.take(payload);
      case KIND.failure:
        return this.#failure(payload as readonly [id: number, error: ErrorParts]);
      case KIND.error:
        return errorOf(payload as ErrorParts);
      case KIND.function: {
        const [id, name] = payload as [number, string];
        const { worker } = this.#port;
        const call = (...args: unknown[]): unknown => this.#port.call(worker, id, args);
        return this.#lentBy(id, Object.defineProperty(call, "name", { value: name }));
      }
      case KIND.request: {
        const [id, parts] = payload as [number, RequestParts];
        return this.#lentBy(id, requestOf(parts));
      }
      case KIND.response: {
        const [id, parts] = payload as [number, ResponseParts];
        return this.#lentBy(id, responseOf(parts));
      }
      case KIND.body: {
        const [id, body] = payload as [number, Body];
        return this.#lentBy(id, body);
      }
      case KIND.bytesBody: {
        const [id, ...parts] = payload as [number, Uint8Array, string | null, string];
        return this.#lentBy(id, new BytesBody(...parts));
      }
      case KIND.liveBody: {
        const [id, length] = payload as [number, number | undefined];
        const { worker } = this.#port;
        return this.#lentBy(id, new RemoteBody((step, arg) => this.#port.body(worker, id, step, arg), length));
      }
      case KIND.call:
        return this.#lentBy((payload as RemoteCallParts)[0], new RemoteCall(payload as RemoteCallParts));
      case KIND.authContext:
        return new RemoteAuthContext(payload as RemoteAuthParts);
      case KIND.signal:
        return payload ? AbortSignal.abort() : new AbortController().signal;
      default:
        return makeCommon(kind, payload)?.value;
    }
  };

  #lentBy<T extends object>(id: number, value: T): T {
    if (id !== 0) this.#origins.set(value, { id, epoch: this.epoch });
    return value;
  }

  /** What the caller's own function had thrown, itself. */
  #failure([id, parts]: readonly [number, ErrorParts]): object {
    const failure = this.#failures.get(id) ?? errorOf(parts);
    this.#callers.add(failure);
    return failure;
  }
}

/** A step of an iterable, as it crosses: the iterable may use its bytes again. */
function stepOf(step: IteratorResult<unknown>): IteratorResult<unknown> {
  const { done, value } = step;
  return value instanceof Uint8Array ? { done, value: crossing(value, true) } as never : step;
}

/** A function of the caller. */
// deno-lint-ignore no-explicit-any
export type Callback = (...args: any[]) => unknown;

/** Starts the dialogue of a scheme, and gives its steps. */
function flowOf(scheme: Auth): (...args: Parameters<Auth["flow"]>) => readonly [Callback, Callback] {
  return (request, context) => {
    const steps = scheme.flow(request, context) as Iterator<HttpRequest, void, HttpResponse>;
    return [(response) => steps.next(response), () => steps.return?.()];
  };
}

/** A function that something was made of: what the worker makes of it is remembered there beyond the call. */
class Ingredient {
  readonly own: Callback;

  constructor(own: Callback) {
    this.own = own;
  }
}

function ingredient(arg: unknown): unknown {
  return typeof arg === "function" ? new Ingredient(arg as Callback) : arg;
}

/** What was thrown, where that is an object but no error. */
class ThrownObject {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}
