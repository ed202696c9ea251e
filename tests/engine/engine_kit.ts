/**
 * Owns an engine over a network in memory and a clock that stands still.
 * Must not know what is tested.
 * Invariant: after a test nothing of it is left: sockets, deadlines, listeners, timers that hold.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CancelToken } from "../../src/base/cancel.ts";
import { DeadlineQueue } from "../../src/base/deadline.ts";
import { Call } from "../../src/core/call.ts";
import type { CallEvent } from "../../src/core/call_event.ts";
import type { ResolvedAddress } from "../../src/core/runtime.ts";
import {
  DEFAULT_DNS,
  DEFAULT_POOL,
  type DnsOptions,
  type EngineOptions,
  type PoolOptions,
} from "../../src/engine/options.ts";
import { addressOf } from "../../src/engine/resolver.ts";
import { SocketTransport } from "../../src/engine/socket_transport.ts";
import type { Body } from "../../src/http/body.ts";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { MemoryConnector, type MemoryOptions, type MemoryPeer, type MemoryPlan } from "../../src/net/memory.ts";
import { DNSError } from "../../src/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { TestContext } from "../support/suite.ts";
import { settings, type SettingsChange } from "./settings.ts";

/** What an engine of a test is made of. */
export interface EngineChange extends MemoryOptions {
  readonly pool?: Partial<PoolOptions>;
  readonly dns?: Partial<DnsOptions>;
  readonly names?: { readonly [name: string]: readonly string[] };
  readonly guard?: EngineOptions["guard"];
}

/** One request of a test. */
export interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: HeadersInput;
  readonly body?: Body | null;
  readonly settings?: SettingsChange;
}

/** A call under way. */
export interface Started {
  readonly call: Call;
  readonly cancel: AbortController;
  readonly response: Promise<HttpResponse>;
  /** The events so far, as text. */
  readonly events: string[];
}

/** A response that was read to its end. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly response: HttpResponse;
  readonly events: string[];
  readonly call: Call;
}

const SILENT = new Set(["type", "call", "at"]);

/** An event on one line: its type, then its fields. */
export function eventLine(event: CallEvent): string {
  const fields = Object.entries(event).filter(([name, value]) => !SILENT.has(name) && value !== undefined);
  const words = fields.filter(([name]) => name !== "attempt").map(([name, value]) =>
    `${name}=${Array.isArray(value) ? value.join(",") : value}`
  );
  return [`${event.type}#${event.attempt}`, ...words].join(" ");
}

/** Bytes of Latin-1 text. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Latin-1 text of bytes. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A 200 with a body of known length. */
export function ok(body = "hello", fields = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** A far side that gives these answers, one per request head, and then stays silent. */
export function answering(...answers: string[]): MemoryPlan {
  return { script: answers.flatMap((send) => [{ until: "\r\n\r\n" }, { send }]) };
}

/** A far side that gives the same answer again and again. */
export function serving(answer: string = ok()): MemoryPlan {
  return answering(...Array<string>(500).fill(answer));
}

/** A body in memory. */
export function bytesBody(bytes: Uint8Array | string, change: Partial<Body> = {}): Body {
  const whole = typeof bytes === "string" ? bytesOf(bytes) : bytes;
  return {
    contentType: null,
    length: whole.length,
    replayable: true,
    kind: "bytes",
    bytes: whole,
    open() {
      let left: Uint8Array | null = whole;
      return { read: () => [left, left = null][0]!, cancel: () => {} };
    },
    ...change,
  };
}

/** A body that comes in parts; `log` gets what happens to it. */
export function partsBody(
  parts: readonly (string | Error | Promise<string | null>)[],
  change: Partial<Body> & { readonly log?: string[] } = {},
): Body {
  const { log = [], ...rest } = change;
  return {
    contentType: null,
    length: undefined,
    replayable: false,
    kind: "a stream",
    bytes: undefined,
    open() {
      let at = 0;
      return {
        read() {
          log.push(`read ${at}`);
          const part = parts[at++];
          if (part === undefined) return null;
          if (part instanceof Error) throw part;
          if (typeof part === "string") return bytesOf(part);
          return part.then((text) => text === null ? null : bytesOf(text));
        },
        cancel: () => void log.push("cancel"),
      };
    },
    ...rest,
  };
}

/** An engine whose network is written down. */
export class Engine {
  readonly clock: FakeClock = new FakeClock();
  readonly deadlines: DeadlineQueue = new DeadlineQueue(this.clock);
  readonly net: MemoryConnector;
  readonly transport: SocketTransport;
  readonly lookups: string[] = [];
  /** Events that concern no call. */
  readonly loose: string[] = [];
  readonly #calls: Call[] = [];

  constructor(plans: ConstructorParameters<typeof MemoryConnector>[0], change: EngineChange = {}) {
    this.net = new MemoryConnector(plans, change);
    const { names = { "a.test": ["10.0.0.1"], "b.test": ["10.0.0.2"] } } = change;
    const lookup = (name: string, cancel: CancelToken): Promise<readonly ResolvedAddress[]> => {
      this.lookups.push(name);
      const found = names[name];
      if (found === undefined) return Promise.reject(new DNSError(`No ${name}`, { systemCode: "ENOTFOUND" }));
      if (found.length > 0) return Promise.resolve(found.map((address) => addressOf(address)));
      return new Promise((_, reject) => cancel.add(reject));
    };
    this.transport = new SocketTransport({
      connector: this.net,
      runtime: {
        lookup,
        dnsQuery: () => Promise.reject(new Error("There is no name server")),
        env: () => undefined,
        files: undefined,
        hash: () => new Uint8Array(0),
      },
      clock: this.clock,
      deadlines: this.deadlines,
      options: {
        pool: { ...DEFAULT_POOL, ...change.pool },
        dns: change.dns === undefined ? null : { ...DEFAULT_DNS, ...change.dns },
        guard: change.guard ?? null,
      },
      listener: (event) => this.loose.push(eventLine(event)),
    });
  }

  /** The far side of connection `number`, the first by default. */
  peer(number = 1): MemoryPeer {
    const peer = this.net.peers[number - 1];
    if (!peer) throw new Error(`There is no connection ${number}`);
    return peer;
  }

  /** The pool in one line. */
  get pool(): string {
    return this.transport.inspect();
  }

  /** A request. */
  request(sent: Sent = {}): HttpRequest {
    const url = new RequestUrl(sent.url ?? "http://a.test/");
    return new HttpRequest(sent.method ?? "GET", url, HeaderList.from(sent.headers), sent.body ?? null);
  }

  /** Starts a call. */
  start(sent: Sent = {}, request: HttpRequest = this.request(sent)): Started {
    const events: string[] = [];
    const cancel = new AbortController();
    const call = new Call(
      this,
      settings({ signal: cancel.signal, listener: (event) => events.push(eventLine(event)), ...sent.settings }),
      this.clock.now(),
      true,
    );
    this.#calls.push(call);
    const response = this.transport.send(request, call);
    response.then((response) => {
      // Whoever takes a connection over does so before the end of the call.
      if (response.live !== null) response.live.onSettled(() => this.#settle(call));
      else if (response.parts.takeOver === undefined) this.#settle(call);
    }, () => this.#settle(call));
    return { call, cancel, response, events };
  }

  #settle(call: Call): void {
    // One turn later, as a client does: what listens to the end of a body comes first.
    queueMicrotask(() => call.settle());
  }

  /** Makes a call and reads its body. */
  async get(sent: Sent = {}, request?: HttpRequest): Promise<Answered> {
    const { response: pending, events, call } = this.start(sent, request);
    const response = await this.clock.until(pending);
    const body = response.live === null ? new Uint8Array(0) : await response.live.collect(Infinity);
    await this.clock.tick();
    return { status: response.status, text: textOf(body), response, events, call };
  }

  /** What is left of the calls so far. */
  left(): Record<string, number> {
    let listeners = 0;
    for (const call of this.#calls) listeners += call.cancel.listenerCount;
    return {
      deadlines: this.deadlines.size,
      listeners,
      held: this.clock.held,
      lookups: this.transport.resolver.inFlight,
    };
  }

  /** Nothing is left but `idle` connections, none of which holds the process. */
  async assertQuiet(idle = 0): Promise<void> {
    // An idle connection lets the process go a little later.
    await this.clock.tick(16);
    assertEquals(this.net.open, idle, "connections are open");
    assertEquals(
      this.net.peers.filter((peer) => !peer.closed && peer.held).length,
      0,
      "idle connections hold the process",
    );
    const { deadlines, ...left } = this.left();
    assertEquals(left, { listeners: 0, held: 0, lookups: 0 });
    // The sweep of idle connections may wait.
    assert(deadlines! <= (idle > 0 ? 1 : 0), `${deadlines} deadlines are left`);
  }

  /** Closes the transport and proves that nothing is left. */
  async end(): Promise<void> {
    await this.clock.until(this.transport.close());
    await this.assertQuiet(0);
    assertMatch(this.pool, /^Pool 0\/\d+, 0 queued, closed$/);
  }
}

/** An engine that is closed, and proved to leave nothing, after the test. */
export function engine(
  t: TestContext,
  plans: ConstructorParameters<typeof MemoryConnector>[0],
  change?: EngineChange,
): Engine {
  const made = new Engine(plans, change);
  t.after(() => made.end());
  return made;
}
