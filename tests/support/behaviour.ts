/**
 * Owns how a behaviour test is run: with a client to try, against the server in another process,
 * and under the leak rule; once with the asynchronous client and once with the blocking one.
 * A behaviour test does not know which it has: it only ever awaits calls and iterates with
 * `for await`, both of which take values as well as promises. Where the two differ by nature, a
 * row of `differences.ts` says why.
 *
 * A test of an option is named for it: `option("timeout.read", "does what when", …)`; a meta test
 * finds the options that have none.
 */

import * as asynchronous from "../../mod.ts";
import type { Client, ClientOptions } from "../../mod.ts";
import * as blocking from "../../sync.ts";
import { differs } from "../behaviour/differences.ts";
import { BY_FETCH, runByFetch } from "./by_fetch.ts";
import { watchLeaks } from "./leaks.ts";
import { type Origin, origin } from "./origin.ts";
import { test, type TestContext } from "./suite.ts";

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

/** Parameters of the server's routes; arrays repeat a name. */
export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** The body of a behaviour test. */
export type BehaviourTest = (subject: Subject) => Promise<void>;

/** `base` + path + query. */
export function urlOf(base: string, path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  return params.size === 0 ? base + path : `${base}${path}?${params}`;
}

/** Started outside of every test: it lives as long as the file. */
const server = await origin();

function subject(t: TestContext, lib: Library): Subject {
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
      const client = new lib.Client(BY_FETCH ? { transport: "fetch", ...options } : options);
      clients.push(client);
      t.after(() => client.close());
      return client;
    },
    lib,
    origin: server,
    url: (path, query) => urlOf(server.http, path, query),
    id: crypto.randomUUID(),
    after: (cleanup) => t.after(cleanup),
  };
}

/** Registers a test of what the library does in public. */
export function behaviour(name: string, run: BehaviourTest, timeout?: number): void {
  const options = timeout === undefined ? {} : { timeout };
  const body = (t: TestContext): Promise<void> => run(subject(t, asynchronous));
  test(name, options, (t) => BY_FETCH ? runByFetch(name, () => body(t)) : body(t));
  if (BY_FETCH || differs(name)) return;
  test(`${name} (blocking)`, options, (t) => run(subject(t, blocking as unknown as Library)));
}

/** Registers the test that an option changes the wire or the result. */
export function option(name: string, does: string, run: BehaviourTest, timeout?: number): void {
  behaviour(`option ${name} ${does}`, run, timeout);
}
