/**
 * Owns how a behaviour test is run: with a client to try, against the server in another process,
 * and under the leak rule.
 * Must not know whether the client blocks. A behaviour test only ever awaits calls and iterates
 * with `for await`, both of which take values as well as promises.
 *
 * A test of an option is named for it: `option("timeout.read", "does what when", …)`; a meta test
 * finds the options that have none.
 */

import { Client, type ClientOptions } from "../../mod.ts";
import { BY_FETCH, runByFetch } from "./by_fetch.ts";
import { watchLeaks } from "./leaks.ts";
import { type Origin, origin } from "./origin.ts";
import { test, type TestContext } from "./suite.ts";

/** What a behaviour test is given. */
export interface Subject {
  /** Makes a client that is closed after the test. */
  client(options?: ClientOptions): Client;
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

function subject(t: TestContext): Subject {
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
      const client = new Client(BY_FETCH ? { transport: "fetch", ...options } : options);
      clients.push(client);
      t.after(() => client.close());
      return client;
    },
    origin: server,
    url: (path, query) => urlOf(server.http, path, query),
    id: crypto.randomUUID(),
    after: (cleanup) => t.after(cleanup),
  };
}

/** Registers a test of what the library does in public. */
export function behaviour(name: string, run: BehaviourTest, timeout?: number): void {
  const body = (t: TestContext): Promise<void> => run(subject(t));
  test(name, timeout === undefined ? {} : { timeout }, (t) => BY_FETCH ? runByFetch(name, () => body(t)) : body(t));
}

/** Registers the test that an option changes the wire or the result. */
export function option(name: string, does: string, run: BehaviourTest, timeout?: number): void {
  behaviour(`option ${name} ${does}`, run, timeout);
}
