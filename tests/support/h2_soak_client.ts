/**
 * The client's side of `tests/full/h2_soak.ts`: calls servers that are cut, go away and start anew, on
 * the runtime that runs it.
 *
 * Its one argument is JSON: {@linkcode H2SoakSettings}.
 */

import { assert, assertEquals } from "@std/assert";
import { type AttemptRecord, type ClientOptions, JetstreamError, type RetryOptions } from "../../mod.ts";
import { type PeerCase, peerSettings, runPeerCases, withClient } from "./peer_cases.ts";
import { tcpSockets } from "./tcp_sockets.ts";

/** Where everything is. */
export interface H2SoakSettings {
  readonly ca: string;
  /** Calls to each of the two servers. */
  readonly calls: number;
  readonly secure: number;
  readonly clear: number;
  readonly stats: number;
  /** The server that goes away and leaves requests. */
  readonly leaving: { readonly calls: number; readonly secure: number; readonly clear: number; readonly stats: number };
}

interface Statistics {
  readonly counts: Readonly<Record<string, number>>;
  readonly posts: readonly (readonly [id: string, times: number])[];
}

/** Calls at a time. */
const LANES = 32;

/** Kinds of faults that all have to come. */
const FAULTS = ["cut", "goaway", "restart", "refused"];

/** Milliseconds that the system may take to close what was let go. */
const PATIENCE = 5_000;

const settings = peerSettings<H2SoakSettings>();

function statistics(port: number): Promise<Statistics> {
  return withClient({}, async (client) => await client.get(`http://127.0.0.1:${port}/`).json() as Statistics);
}

/** A call is lost only if it could have gone on: there are attempts enough to outlast a restart. */
const PATIENT: RetryOptions = { max: 50, backoff: () => 10, jitter: "none", budget: false };

/** What became of the calls. */
interface Outcomes {
  /** The POSTs by id: `undefined` for those that were answered. */
  readonly posts: Map<string, JetstreamError | undefined>;
  /** How often the engine sent a request again by itself, a POST among them, and how often the caller's retries did. */
  readonly again: { engine: number; enginePost: number; caller: number };
}

async function work(base: string, calls: number, retry: RetryOptions | false): Promise<Outcomes> {
  const run = crypto.randomUUID();
  const posts: Outcomes["posts"] = new Map();
  const again = { engine: 0, enginePost: 0, caller: 0 };
  const count = (attempts: readonly AttemptRecord[], isPost: boolean): void => {
    const resent = attempts.filter(({ cause }) => cause === "resend").length;
    again.engine += resent;
    if (isPost) again.enginePost += resent;
    again.caller += attempts.length - 1 - resent;
  };
  const options: ClientOptions = { http2: "prior-knowledge", tls: { extraCa: settings.ca }, retry };
  await withClient(options, async (client) => {
    let turn = 0;
    const lane = async (): Promise<void> => {
      for (let at = turn++; at < calls; at = turn++) {
        const id = `${run}-${at}`;
        const isPost = at % 4 === 0;
        const body = isPost ? new Uint8Array(at % 40 === 0 ? 50_000 : 20) : undefined;
        try {
          const headers = { "X-Id": id };
          const response =
            await (body === undefined ? client.get(base, { headers }) : client.post(base, { headers, body }));
          assertEquals([response.status, response.httpVersion, response.headers.get("x-id")], [200, "2", id]);
          assertEquals(response.content.length, body?.length ?? 0);
          count(response.attempts, isPost);
          if (isPost) posts.set(id, undefined);
        } catch (error) {
          // A POST that may have been processed is not sent again: that is told, and right.
          if (!isPost || !(error instanceof JetstreamError) || error.progress === "unsent") throw error;
          count(error.attempts as readonly AttemptRecord[], isPost);
          posts.set(id, error);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const left = client.stats();
    assertEquals([left.calls, left.busy, left.queued], [0, 0, 0]);
  });
  return { posts, again };
}

/** No POST was processed twice, and each that was answered once. */
function checkPosts({ posts }: Outcomes, calls: number, processed: Statistics["posts"]): void {
  const counts = new Map(processed);
  for (const [id, error] of posts) {
    const times = counts.get(id) ?? 0;
    assert(error === undefined ? times === 1 : times <= 1, `${id} was processed ${times} times, and ended: ${error}`);
  }
  assertEquals(posts.size, Math.ceil(calls / 4));
}

async function checkSockets(before: number): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (tcpSockets() > before && performance.now() < end) await new Promise((go) => setTimeout(go, 20));
  assert(tcpSockets() <= before, `${tcpSockets()} sockets, ${before} before`);
}

function soak(name: string, base: string): PeerCase {
  return [`${name}: ${settings.calls} calls`, async () => {
    const before = tcpSockets();
    const outcomes = await work(base, settings.calls, PATIENT);
    const { counts, posts } = await statistics(settings.stats);
    checkPosts(outcomes, settings.calls, posts);
    for (const fault of FAULTS) assert((counts[fault] ?? 0) > 0, `the fault ${fault} never came`);
    await checkSockets(before);
    const failed = [...outcomes.posts.values()].filter((error) => error !== undefined).length;
    report(name, `${failed} of ${outcomes.posts.size} POSTs cut`, outcomes, counts);
  }];
}

/** The caller has no retries here: what the server left is the engine's to send again, POSTs included. */
function leaving(name: string, base: string): PeerCase {
  return [`${name}, a server that leaves requests: ${settings.leaving.calls} calls`, async () => {
    const before = tcpSockets();
    const { counts: first } = await statistics(settings.leaving.stats);
    const outcomes = await work(base, settings.leaving.calls, false);
    const { counts, posts } = await statistics(settings.leaving.stats);
    checkPosts(outcomes, settings.leaving.calls, posts);
    const failures = [...outcomes.posts.values()].filter((error) => error !== undefined);
    assertEquals(failures, []);
    const { engine, enginePost, caller } = outcomes.again;
    const since = (kind: string): number => (counts[kind] ?? 0) - (first[kind] ?? 0);
    const [lostGets, lostPosts] = [since("left GET"), since("left POST")];
    assert(since("goaway") > 5 && lostPosts > 5, `it went away ${since("goaway")} times, ${lostPosts} POSTs left`);
    // What was on its way to a connection that closed was never seen by the server.
    assert(enginePost >= lostPosts && engine >= lostGets + lostPosts && caller === 0, JSON.stringify(outcomes.again));
    await checkSockets(before);
    report(name, "no call lost", outcomes, counts);
  }];
}

function report(name: string, what: string, { again }: Outcomes, counts: Statistics["counts"]): void {
  const sent = `sent again ${again.engine} times by the engine (${again.enginePost} POSTs), ${again.caller} by retries`;
  // deno-lint-ignore no-console
  console.log(`${name}: ${what}; ${sent}; ${JSON.stringify(counts)}`);
}

await runPeerCases([
  soak("TLS", `https://localhost:${settings.secure}/`),
  soak("clear text", `http://127.0.0.1:${settings.clear}/`),
  leaving("TLS", `https://localhost:${settings.leaving.secure}/`),
  leaving("clear text", `http://127.0.0.1:${settings.leaving.clear}/`),
]);
