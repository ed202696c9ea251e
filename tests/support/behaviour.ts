/**
 * Owns how a behaviour test is run: with a client to try, against the server in another process,
 * and under the leak rule; with the asynchronous client, with the blocking one, and over HTTP/2.
 * A behaviour test does not know which it has: it only ever awaits calls and iterates with
 * `for await`, both of which take values as well as promises. Where they differ by nature, a
 * row of `differences.ts` or `http1_only.ts` says why.
 *
 * A test of an option is named for it: `option("timeout.read", "does what when", …)`; a meta test
 * finds the options that have none.
 */

import * as asynchronous from "../../mod.ts";
import type { Client, ClientOptions } from "../../mod.ts";
import * as blocking from "../../sync.ts";
import { differs } from "../behaviour/differences.ts";
import { isHttp1Only } from "../behaviour/http1_only.ts";
import { BY_FETCH, OVER_FETCH, runByFetch } from "./by_fetch.ts";
import { watchLeaks } from "./leaks.ts";
import { type Origin, origin } from "./origin.ts";
import { test, type TestContext } from "./suite.ts";
import { type Query, urlOf } from "./url_of.ts";

export { type Query, urlOf } from "./url_of.ts";

/** In clear text without asking, by ALPN where a test uses TLS. */
const OVER_HTTP2: ClientOptions = { http2: "prior-knowledge" };

/** A face of the library: that of the asynchronous client stands for both. */
export type Library = typeof asynchronous;

/** What a behaviour test is given. */
export interface Subject {
  /** Makes a client that is closed after the test. */
  client(options?: ClientOptions): Client;
  /** The module under test. */
  readonly lib: Library;
  /** The server. */
  readonly origin: Origin;
  /** `http://…/path?query` on the server. */
  url(path: string, query?: Query): string;
  /** A name that no other test uses, for `/sequence` and `/seen`. */
  readonly id: string;
  /** Runs `cleanup` after the test. */
  after(cleanup: () => unknown): void;
}

/** The body of a behaviour test. */
export type BehaviourTest = (subject: Subject) => Promise<void>;

/** Started outside of every test: it lives as long as the file. */
const server = await origin();

function subject(t: TestContext, lib: Library, standard?: ClientOptions): Subject {
  const to: Origin = standard === OVER_HTTP2 ? { ...server, ...server.both } : server;
  const clients: Client[] = [];
  watchLeaks(t, () => {
    const stats = clients.map((client) => client.stats());
    return {
      calls: stats.reduce((sum, { calls }) => sum + calls, 0),
      busy: stats.reduce((sum, { busy }) => sum + busy, 0),
      idle: stats.reduce((sum, { idle }) => sum + idle, 0),
      queued: stats.reduce((sum, { queued }) => sum + queued, 0),
    };
  });
  return {
    client(options) {
      const client = new lib.Client(standard === undefined ? options : { ...standard, ...options });
      clients.push(client);
      t.after(() => client.close());
      return client;
    },
    lib,
    origin: to,
    url: (path, query) => urlOf(to.http, path, query),
    id: crypto.randomUUID(),
    after: (cleanup) => t.after(cleanup),
  };
}

/** Registers a test of what the library does in public, with either client. */
export function behaviour(name: string, run: BehaviourTest, timeout?: number): void {
  awaitedBehaviour(name, run, timeout);
  if (BY_FETCH || differs(name)) return;
  const options = timeout === undefined ? {} : { timeout };
  test(`${name} (blocking)`, options, (t) => run(subject(t, blocking as unknown as Library)));
}

/**
 * Registers one for the asynchronous client alone: where the test itself has to go on while a call
 * waits, as with a server in this thread or a limit that it measures.
 */
export function awaitedBehaviour(name: string, run: BehaviourTest, timeout?: number): void {
  const options = timeout === undefined ? {} : { timeout };
  const body = (t: TestContext): Promise<void> => run(subject(t, asynchronous, BY_FETCH ? OVER_FETCH : undefined));
  test(name, options, (t) => BY_FETCH ? runByFetch(name, () => body(t)) : body(t));
  if (!BY_FETCH && !isHttp1Only(name)) {
    test(`${name} (HTTP/2)`, options, (t) => run(subject(t, asynchronous, OVER_HTTP2)));
  }
}

/** Registers the test that an option changes the wire or the result. */
export function option(name: string, does: string, run: BehaviourTest, timeout?: number): void {
  behaviour(`option ${name} ${does}`, run, timeout);
}
