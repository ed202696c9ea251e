/** Owns the list of what is measured. */

import type { Contender } from "./contenders/contender.ts";

/** What a process is asked to do. */
export type Operation = Exclude<keyof Contender, "close">;

/** One row of results per runtime and contender. */
export interface Work {
  readonly id: string;
  readonly title: string;
  /** `rate`: requests per second; `transfer`: megabytes per second; the others have a way of their own. */
  readonly kind: "rate" | "transfer" | "memory" | "start";
  readonly operation: Operation;
  readonly path: string;
  readonly tls: boolean;
  readonly concurrency: number;
  /** Whether it is about HTTP/2: all calls go through one connection. */
  readonly http2?: boolean;
  /** Who takes part; without it whoever does not stand apart. */
  readonly among?: readonly string[];
}

function rate(id: string, title: string, path: string, concurrency: number, tls = false): Work {
  return { id, title: `${title}, concurrency ${concurrency}`, kind: "rate", operation: "json", path, tls, concurrency };
}

function transfer(id: string, title: string, operation: Operation, path: string, tls = false): Work {
  return { id, title, kind: "transfer", operation, path, tls, concurrency: 1 };
}

/** The memory of a process that does it once. */
function memory(of: Work): Work {
  return { ...of, id: `memory-${of.id}`, title: `memory: ${of.title}`, kind: "memory" };
}

/** The same for clients that block their thread, beside one that does not and the runtime's own. */
function blocking(of: Work): Work {
  return { ...of, id: `sync-${of.id}`, title: `blocking: ${of.title}`, among: BLOCKING };
}

/** The same over HTTP/2. */
function overH2(of: Work): Work {
  return { ...of, id: `h2-${of.id}`, title: `HTTP/2: ${of.title}`, tls: true, http2: true, among: MULTIPLEXING };
}

const MULTIPLEXING: readonly string[] = ["jetstream/h2", "fetch/h2", "node:http2", "undici/h2"];

const BLOCKING: readonly string[] = ["jetstream/sync", "jetstream", "sync-fetch", "fetch", "requests", "httpx"];

const TRANSFERS: readonly Work[] = [
  transfer("download-stream", "download 100 MiB, streamed", "streamed", "/big"),
  transfer("download-buffered", "download 100 MiB, buffered", "buffered", "/big"),
  transfer("upload-stream", "upload 100 MiB, stream", "uploadChunks", "/upload"),
  transfer("upload-bytes", "upload 100 MiB, bytes", "uploadBytes", "/upload"),
];

/** Everything that is measured, in the order of the tables. */
export const WORKS: readonly Work[] = [
  rate("get-1", "small GET", "/small", 1),
  rate("get-16", "small GET", "/small", 16),
  rate("get-64", "small GET", "/small", 64),
  rate("tls-get-1", "small GET over TLS", "/small", 1, true),
  rate("tls-get-16", "small GET over TLS", "/small", 16, true),
  rate("tls-get-64", "small GET over TLS", "/small", 64, true),
  rate("body10k-16", "10 KiB body", "/10k", 16),
  rate("new-1", "new connection and GET", "/once", 1),
  ...TRANSFERS,
  transfer("tls-download-stream", "download 100 MiB over TLS, streamed", "streamed", "/big", true),
  transfer("tls-download-buffered", "download 100 MiB over TLS, buffered", "buffered", "/big", true),
  ...[1, 32, 128].map((streams) => overH2(rate(`get-${streams}`, "small GET", "/small", streams))),
  overH2(transfer("download-stream", "download 100 MiB, streamed", "streamed", "/big")),
  overH2(transfer("download-buffered", "download 100 MiB, buffered", "buffered", "/big")),
  ...TRANSFERS.map(memory),
  blocking(rate("get-1", "small GET", "/small", 1)),
  ...TRANSFERS.map(blocking),
  {
    id: "start",
    title: "import and first GET, over an empty script",
    kind: "start",
    operation: "json",
    path: "/small",
    tls: false,
    concurrency: 1,
  },
  {
    id: "sync-start",
    title: "blocking: import and first GET, over an empty script",
    kind: "start",
    operation: "json",
    path: "/small",
    tls: false,
    concurrency: 1,
    among: BLOCKING,
  },
];

/** The works that arguments pick: exact names, or the first words of several. */
export function pickWorks(names: readonly string[]): Work[] {
  const matches = (id: string, name: string): boolean => id === name || id.startsWith(`${name}-`);
  for (const name of names) {
    if (!WORKS.some(({ id }) => matches(id, name))) {
      throw new RangeError(`Unknown work "${name}": choose from ${WORKS.map(({ id }) => id).join(", ")}`);
    }
  }
  return WORKS.filter(({ id }) => names.length === 0 || names.some((name) => matches(id, name)));
}
