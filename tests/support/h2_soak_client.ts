/**
 * The client's side of `tests/full/h2_soak.ts`: calls servers that are cut, go away and start anew, on
 * the runtime that runs it.
 *
 * Its one argument is JSON: {@linkcode H2SoakSettings}.
 */

import { assert, assertEquals } from "@std/assert";
import { JetstreamError } from "../../mod.ts";
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

function statistics(): Promise<Statistics> {
  return withClient({}, async (client) => await client.get(`http://127.0.0.1:${settings.stats}/`).json() as Statistics);
}

/** What became of the POSTs, by id: `undefined` for those that were answered. */
type Outcomes = Map<string, JetstreamError | undefined>;

async function work(base: string, run: string): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const options = {
    http2: "prior-knowledge",
    tls: { extraCa: settings.ca },
    // A call is lost only if it could have gone on: there are attempts enough to outlast a restart.
    retry: { max: 50, backoff: () => 10, jitter: "none", budget: false },
  } as const;
  await withClient(options, async (client) => {
    let turn = 0;
    const lane = async (): Promise<void> => {
      for (let at = turn++; at < settings.calls; at = turn++) {
        const id = `${run}-${at}`;
        const isPost = at % 4 === 0;
        const body = isPost ? new Uint8Array(at % 40 === 0 ? 50_000 : 20) : undefined;
        try {
          const headers = { "X-Id": id };
          const response =
            await (body === undefined ? client.get(base, { headers }) : client.post(base, { headers, body }));
          assertEquals([response.status, response.httpVersion, response.headers.get("x-id")], [200, "2", id]);
          assertEquals(response.content.length, body?.length ?? 0);
          if (isPost) outcomes.set(id, undefined);
        } catch (error) {
          // A POST that may have been processed is not sent again: that is told, and right.
          if (!isPost || !(error instanceof JetstreamError) || error.progress === "unsent") throw error;
          outcomes.set(id, error);
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const left = client.stats();
    assertEquals([left.calls, left.busy, left.queued], [0, 0, 0]);
  });
  return outcomes;
}

function soak(name: string, base: string): PeerCase {
  return [`${name}: ${settings.calls} calls`, async () => {
    const run = crypto.randomUUID();
    const before = tcpSockets();
    const outcomes = await work(base, run);
    const { counts, posts } = await statistics();
    const processed = new Map(posts);
    for (const [id, error] of outcomes) {
      const times = processed.get(id) ?? 0;
      assert(error === undefined ? times === 1 : times <= 1, `${id} was processed ${times} times, and ended: ${error}`);
    }
    assertEquals(outcomes.size, Math.ceil(settings.calls / 4));
    for (const fault of FAULTS) assert((counts[fault] ?? 0) > 0, `the fault ${fault} never came`);
    const end = performance.now() + PATIENCE;
    while (tcpSockets() > before && performance.now() < end) await new Promise((go) => setTimeout(go, 20));
    assert(tcpSockets() <= before, `${tcpSockets()} sockets, ${before} before`);
    const failed = [...outcomes.values()].filter((error) => error !== undefined).length;
    // deno-lint-ignore no-console
    console.log(`${name}: ${failed} of ${outcomes.size} POSTs cut; ${JSON.stringify(counts)}`);
  }];
}

await runPeerCases([
  soak("TLS", `https://localhost:${settings.secure}/`),
  soak("clear text", `http://127.0.0.1:${settings.clear}/`),
]);
