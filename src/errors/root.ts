/**
 * Owns the root of the taxonomy and the fields that every error has.
 * Must not know any particular failure.
 * Invariant: an error names its request once, and message and stack agree.
 */

/** How far the request had gone when it failed; what a retry decision reads. */
export type SendProgress = "unsent" | "sent" | "answered";

/** The part of a call in which an error arose. */
export type ErrorPhase =
  | "options"
  | "pool"
  | "dns"
  | "connect"
  | "proxy"
  | "tls"
  | "write"
  | "expect"
  | "head"
  | "read"
  | "decode"
  | "redirect"
  | "attempt"
  | "total"
  | "status"
  | "hook"
  | "body"
  | "abort";

/** What an error tells of its request: never more than the method and the masked URL. */
export interface ErrorRequest {
  /** The request method. */
  readonly method: string;
  /** The URL with credentials and secret-looking query values masked. */
  readonly url: string;
}

/** The fields that every error of the tree takes. */
export interface ErrorFields {
  /** Stable, upper-case identifier of the failure. */
  code?: string;
  /** The phase in which it arose. */
  phase?: ErrorPhase;
  /** Whether the same request may succeed when sent again. */
  retryable?: boolean;
  /** How far the request had gone. */
  progress?: SendProgress;
  /** The failure underneath, untouched. */
  cause?: unknown;
}

/** What the client adds to an error before it reaches the caller. */
export interface ErrorContext {
  /** The request that failed. */
  request?: ErrorRequest;
  /** One entry per attempt made, the failed one last. */
  attempts?: readonly unknown[];
  /** Milliseconds per phase of the last attempt. */
  timings?: unknown;
}

/** Puts the name on the prototype: there before the stack is captured, never enumerable. */
export function nameClass(constructor: { prototype: object }, name: string): void {
  Object.defineProperty(constructor.prototype, "name", { value: name, configurable: true, writable: true });
}

/**
 * Adds what only the client knows: the request, the attempts, the timings.
 * The first request named wins and becomes the start of the message.
 */
export let attachContext: (error: JetstreamError, context: ErrorContext) => void;

/** An engine writes the message into the stack when the error is made: keep both equal. */
function prefixMessage(error: Error, prefix: string): void {
  const before = `${error.name}: ${error.message}`;
  const stack = error.stack;
  error.message = `${prefix}: ${error.message}`;
  if (stack === undefined || !stack.startsWith(before)) return;
  Object.defineProperty(error, "stack", {
    value: `${error.name}: ${error.message}${stack.slice(before.length)}`,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

/** The root of every error that this library throws for a failure it met. */
export class JetstreamError extends Error {
  static {
    nameClass(this, "JetstreamError");
  }
  /** Stable, upper-case identifier of the failure. */
  readonly code: string;
  /** The phase in which it arose. */
  readonly phase: ErrorPhase;
  /** Whether the same request may succeed when sent again. */
  readonly retryable: boolean;
  /** How far the request had gone. */
  readonly progress: SendProgress;
  #context: ErrorContext = {};

  /** Makes one of its message and its facts. */
  constructor(message: string, fields: ErrorFields = {}) {
    super(message, "cause" in fields ? { cause: fields.cause } : undefined);
    this.code = fields.code ?? "JETSTREAM";
    this.phase = fields.phase ?? "body";
    this.retryable = fields.retryable ?? false;
    this.progress = fields.progress ?? "unsent";
  }

  /** Method and masked URL of the request that failed. */
  get request(): ErrorRequest | undefined {
    return this.#context.request;
  }

  /** One entry per attempt made, the failed one last. */
  get attempts(): readonly unknown[] {
    return this.#context.attempts ?? [];
  }

  /** Milliseconds per phase of the last attempt. */
  get timings(): unknown {
    return this.#context.timings;
  }

  static {
    attachContext = (error, context) => {
      const named = error.#context.request;
      error.#context = { ...error.#context, ...context, ...(named ? { request: named } : {}) };
      if (!named && context.request) prefixMessage(error, `${context.request.method} ${context.request.url}`);
    };
  }

  /** A form that is safe to log: no body, no header, no credential. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      phase: this.phase,
      retryable: this.retryable,
      progress: this.progress,
      request: this.request,
      attempts: this.attempts.length,
    };
  }
}
