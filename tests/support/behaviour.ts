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

import { assertEquals } from "@std/assert";
import * as asynchronous from "../../mod.ts";
import type { Client, ClientOptions } from "../../mod.ts";
import * as blocking from "../../sync.ts";
import { differs, isAmong } from "../behaviour/differences.ts";
import { CLEAR_TEXT_ONLY, HTTP1_ONLY, isHttp1Only } from "../behaviour/http1_only.ts";
import { BY_FETCH, OVER_FETCH, runByFetch } from "./by_fetch.ts";
import { getEnv } from "./env.ts";
import { watchLeaks } from "./leaks.ts";
import { type Origin, origin } from "./origin.ts";
import { test, type TestContext } from "./suite.ts";
import { type Query, urlOf } from "./url_of.ts";

export { type Query, urlOf } from "./url_of.ts";

/** In clear text without asking, by ALPN where a test uses TLS. */
const OVER_HTTP2: ClientOptions = { http2: "prior-knowledge" };

/** Whether all of them run over TLS, where ALPN chooses HTTP/2, and in no other way (`tests/full/h2_behaviour.mjs`). */
const BY_ALPN: boolean = getEnv("JETSTREAM_TRANSPORT") === "h2";

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

const OVER_ALPN: ClientOptions = { http2: true, tls: { extraCa: server.ca } };

/** The server that clients with these options talk to. */
function originFor(standard: ClientOptions | undefined): Origin {
  if (standard === OVER_HTTP2) return { ...server, ...server.both };
  if (standard !== OVER_ALPN) return server;
  // The certificate is for both names: tests that want another origin turn the one into the other.
  return { ...server, ...server.both, http: server.both.https.replace("localhost", "127.0.0.1") };
}

/** The options of a test over those of its run; what a test says of TLS is no reason to trust nobody. */
function optionsOver(
  standard: ClientOptions | undefined,
  options: ClientOptions | undefined,
): ClientOptions | undefined {
  if (standard === undefined) return options;
  const tls = standard.tls && options?.tls ? { tls: { ...standard.tls, ...options.tls } } : {};
  return { ...standard, ...options, ...tls };
}

function subject(t: TestContext, lib: Library, standard?: ClientOptions): Subject {
  const to = originFor(standard);
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
      const client = new lib.Client(optionsOver(standard, options));
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
  if (BY_FETCH || BY_ALPN || differs(name)) return;
  const options = timeout === undefined ? {} : { timeout };
  test(`${name} (blocking)`, options, (t) => run(subject(t, blocking as unknown as Library)));
}

/**
 * Registers one for the asynchronous client alone: where the test itself has to go on while a call
 * waits, as with a server in this thread or a limit that it measures.
 */
export function awaitedBehaviour(name: string, run: BehaviourTest, timeout?: number): void {
  const options = timeout === undefined ? {} : { timeout };
  if (BY_ALPN) return byAlpn(name, run, timeout);
  const body = (t: TestContext): Promise<void> => run(subject(t, asynchronous, BY_FETCH ? OVER_FETCH : undefined));
  test(name, options, (t) => BY_FETCH ? runByFetch(name, () => body(t)) : body(t));
  if (!BY_FETCH && !isHttp1Only(name)) {
    test(`${name} (HTTP/2)`, options, (t) => run(subject(t, asynchronous, OVER_HTTP2)));
  }
}

/** Registers a test over TLS and HTTP/2; one that is about something else says so, as `runByFetch` does. */
function byAlpn(name: string, run: BehaviourTest, timeout: number | undefined): void {
  const reason = [...HTTP1_ONLY, ...CLEAR_TEXT_ONLY].find((row) => isAmong([row], name))?.reason;
  test(name, timeout === undefined ? {} : { timeout }, async (t) => {
    if (reason !== undefined) return console.log(`\nrefused: ${name}: ${reason}`);
    await run(subject(t, asynchronous, OVER_ALPN));
  });
}

if (BY_ALPN) {
  test("the clients of these tests speak HTTP/2 over TLS", async () => {
    await using client = new asynchronous.Client(OVER_ALPN);
    const response = await client.get(urlOf(originFor(OVER_ALPN).http, "/echo"));
    assertEquals([response.url.slice(0, 8), response.httpVersion], ["https://", "2"]);
  });
}

/** Registers the test that an option changes the wire or the result. */
export function option(name: string, does: string, run: BehaviourTest, timeout?: number): void {
  behaviour(`option ${name} ${does}`, run, timeout);
}
