/**
 * Owns what the clients of the soak do: one kind of work per row, which checks its own answer. A new kind
 * (another protocol, another client) is a row more.
 * Must not know what goes wrong on the way, nor how failures are counted.
 */

import { type Client, type HttpResponse, type HttpVersion, JetstreamError, type RequestOptions } from "../../mod.ts";
import { bytesOf, equal, MOST_BYTES } from "./pattern.mjs";

/** An answer that is not the answer to what was asked. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

/** What any work is about, whatever the client. */
export interface Errand {
  readonly base: string;
  /** Whether nothing is meant to go wrong. */
  readonly calm: boolean;
  /** The version that has to be spoken; not looked at when left out. */
  readonly version?: HttpVersion | undefined;
  /** An id that no other request has. */
  readonly id: string;
}

/** What a work is given. */
export interface Task extends Errand {
  readonly client: Client;
  /** Aborts nothing; one for all calls of a run, so that listeners that stay are seen. */
  readonly signal: AbortSignal;
}

/** What came of it. */
export type Outcome = "ok" | "refused";

/** One kind of work. */
export interface Work {
  readonly name: string;
  /** Whether it gives up by itself at times, so that an abort or a limit is no failure. */
  readonly gives?: true;
  run(task: Task): Promise<Outcome>;
}

const KINDS = ["length", "length", "chunked", "gzip"];

/** An end of the connection ends these bodies: where connections are cut, nobody can tell that they were. */
const CALM_KINDS = [...KINDS, "close"];

/** One of `items`. */
export function one<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)]!;
}

/** The size of a body. */
export function sizeOf(): number {
  return Math.floor(Math.random() < 0.7 ? Math.random() * 3_000 : Math.random() * MOST_BYTES);
}

/** The URL that is answered with a body of that size. */
export function urlOf(
  { base, calm }: Errand,
  size: number,
  kind: string = one(calm ? CALM_KINDS : KINDS),
  path = "/work",
): string {
  return `${base}${path}?size=${size}&kind=${kind}`;
}

/** The fields that say whose a request is. */
export function headers({ id }: Errand): Record<string, string> {
  return { "X-Id": id };
}

/** What the server may answer beside what was asked. */
const REFUSALS = [502, 503];

/** An answer too many that came while the next request was on its way: nobody can tell it from an answer. */
const LATE = "poison-late";

/** Throws unless head and body are those of `id`. */
export function check(id: string, status: number, name: string | null, bytes: Uint8Array, size: number): Outcome {
  if (REFUSALS.includes(status)) return "refused";
  if (status !== 200) throw new WrongAnswer(`${id} was answered ${status}`);
  if (name === LATE) return "refused";
  if (name !== id) {
    const whose = equal(bytes, bytesOf(id, size)) ? "its own bytes" : "other bytes";
    throw new WrongAnswer(`${id} was given the answer to ${name}, with ${whose}`);
  }
  if (!equal(bytes, bytesOf(id, size))) {
    throw new WrongAnswer(`${id} was given ${bytes.length} bytes that are not its own ${size}`);
  }
  return "ok";
}

/** The same, of a whole response in the version that has to be spoken. */
export function checkWhole({ id, version }: Errand, response: HttpResponse, size: number): Outcome {
  if (version !== undefined && response.httpVersion !== version) {
    throw new WrongAnswer(`${id} was answered in version ${response.httpVersion}`);
  }
  return check(id, response.status, response.headers.get("x-id"), response.content, size);
}

async function call(
  task: Task,
  method: string,
  size: number,
  options: RequestOptions = {},
  url = urlOf(task, size),
): Promise<Outcome> {
  const all = { headers: { ...headers(task), ...options.headers as object }, signal: task.signal, ...without(options) };
  return checkWhole(task, await task.client.request(method, url, all), method === "HEAD" ? 0 : size);
}

function without({ headers: _, ...rest }: RequestOptions): RequestOptions {
  return rest;
}

/** What a request uploads. */
export function upload(
  task: Errand,
): { size: number; bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> } {
  const size = sizeOf();
  return { size, bytes: bytesOf(`up-${task.id}`, size), headers: { "X-Size": String(size) } };
}

/** An upload piece by piece. */
async function* parts(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += 9_001) {
    yield bytes.subarray(at, at + 9_001);
    await undefined;
  }
}

/** Aborts after a while. */
function aborted(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), Math.random() * 40);
  return controller.signal;
}

/** Every kind of work. */
export const WORKS: readonly Work[] = [
  { name: "get", run: (task) => call(task, "GET", sizeOf()) },
  { name: "get small", run: (task) => call(task, "GET", 12) },
  { name: "head", run: (task) => call(task, "HEAD", sizeOf()) },
  {
    name: "redirect",
    run(task) {
      const size = sizeOf();
      return call(task, "GET", size, { redirect: { keepHeaders: ["x-id"] } }, urlOf(task, size, "length", "/redirect"));
    },
  },
  {
    name: "post",
    run(task) {
      const { bytes, headers } = upload(task);
      return call(task, "POST", sizeOf(), { headers, body: bytes });
    },
  },
  {
    name: "put a stream",
    run(task) {
      const { bytes, headers } = upload(task);
      return call(task, "PUT", 100, { headers, body: parts(bytes) });
    },
  },
  {
    name: "post a stream",
    run(task) {
      const { bytes, headers } = upload(task);
      return call(task, "POST", 100, { headers, body: parts(bytes) });
    },
  },
  {
    name: "stream",
    async run(task) {
      const size = sizeOf();
      await using response = await task.client.stream("GET", urlOf(task, size), { headers: headers(task) });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.iterBytes()) chunks.push(chunk.slice());
      const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      let at = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return check(task.id, response.status, response.headers.get("x-id"), bytes, size);
    },
  },
  {
    name: "drop a stream",
    async run(task) {
      const size = sizeOf();
      await using response = await task.client.stream("GET", urlOf(task, size), { headers: headers(task) });
      if (response.status !== 200) return "refused";
      const name = response.headers.get("x-id");
      if (name === LATE) return "refused";
      if (name !== task.id) throw new WrongAnswer(`${task.id} was given the answer to ${name}`);
      for await (const chunk of response.iterBytes()) {
        if (!equal(chunk, bytesOf(task.id, size).subarray(0, chunk.length))) {
          throw new WrongAnswer(`${task.id} begins wrong`);
        }
        break;
      }
      return "ok";
    },
  },
  {
    name: "abort",
    gives: true,
    run: (task) => call({ ...task, signal: aborted() }, "GET", sizeOf()),
  },
  {
    name: "abort a post",
    gives: true,
    run(task) {
      const { bytes, headers } = upload(task);
      return call({ ...task, signal: aborted() }, "POST", 100, { headers, body: parts(bytes) });
    },
  },
  {
    name: "short limit",
    gives: true,
    run: (task) => call(task, "GET", sizeOf(), { timeout: { total: 5 + Math.random() * 60 } }),
  },
  {
    name: "result",
    async run(task) {
      const result = await task.client.result.get(urlOf(task, 50), { headers: headers(task) });
      if (!result.ok) throw result.error;
      return checkWhole(task, result.value, 50);
    },
  },
  {
    name: "web response",
    async run(task) {
      const response = (await task.client.get(urlOf(task, 70), { headers: headers(task) })).toWeb();
      const bytes = new Uint8Array(await response.arrayBuffer());
      return check(task.id, response.status, response.headers.get("x-id"), bytes, 70);
    },
  },
  {
    name: "fetch",
    async run(task) {
      try {
        const response = await task.client.fetch(urlOf(task, 90), { headers: headers(task), signal: task.signal });
        const bytes = new Uint8Array(await response.arrayBuffer());
        return check(task.id, response.status, response.headers.get("x-id"), bytes, 90);
      } catch (error) {
        // The web's fetch fails with a TypeError; what it is about stands behind it.
        throw error instanceof TypeError && error.cause instanceof JetstreamError ? error.cause : error;
      }
    },
  },
  {
    name: "burst",
    async run(task) {
      const calls = Array.from({ length: 12 }, (_, index) => call({ ...task, id: `${task.id}.${index}` }, "GET", 500));
      const settled = await Promise.allSettled(calls);
      const wrong = settled.find((each) => each.status === "rejected" && each.reason instanceof WrongAnswer);
      if (wrong?.status === "rejected") throw wrong.reason;
      const failed = settled.find((each) => each.status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return "ok";
    },
  },
];
