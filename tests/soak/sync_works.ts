/**
 * Owns what the blocking clients of the soak do: one kind of work per row, which checks its own answer.
 * Must not know what goes wrong on the way, nor how failures are counted.
 */

import type { Client, RequestOptions } from "../../sync.ts";
import { bytesOf, equal } from "./pattern.mjs";
import { check, checkWhole, type Errand, headers, type Outcome, sizeOf, upload, urlOf, WrongAnswer } from "./works.ts";

/** What a work is given. */
export interface BlockingTask extends Errand {
  readonly client: Client;
}

/** One kind of work. */
export interface BlockingWork {
  readonly name: string;
  /** Whether it gives up by itself at times, so that a limit is no failure. */
  readonly gives?: true;
  run(task: BlockingTask): Outcome;
}

function call(
  task: BlockingTask,
  method: string,
  size: number,
  options: RequestOptions = {},
  url = urlOf(task, size),
): Outcome {
  const all = { ...options, headers: { ...headers(task), ...options.headers as object } };
  return checkWhole(task, task.client.request(method, url, all), method === "HEAD" ? 0 : size);
}

function* parts(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += 9_001) yield bytes.subarray(at, at + 9_001);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Every kind of work. */
export const BLOCKING_WORKS: readonly BlockingWork[] = [
  { name: "sync get", run: (task) => call(task, "GET", sizeOf()) },
  { name: "sync head", run: (task) => call(task, "HEAD", sizeOf()) },
  {
    name: "sync redirect",
    run(task) {
      const size = sizeOf();
      const url = urlOf(task, size, "length", "/redirect");
      return call(task, "GET", size, { redirect: { keepHeaders: ["x-id"] } }, url);
    },
  },
  {
    name: "sync post",
    run(task) {
      const { bytes, headers } = upload(task);
      return call(task, "POST", sizeOf(), { headers, body: bytes });
    },
  },
  {
    name: "sync put of parts",
    run(task) {
      const { bytes, headers } = upload(task);
      return call(task, "PUT", 100, { headers, body: () => parts(bytes) });
    },
  },
  {
    name: "sync call-backs",
    run(task) {
      let asked = 0;
      const request = [(): void => void asked++];
      const outcome = call(task, "GET", 40, { hooks: { request } });
      if (asked === 0) throw new WrongAnswer(`${task.id} was sent without its hook`);
      return outcome;
    },
  },
  {
    name: "sync stream",
    run(task) {
      const size = sizeOf();
      using response = task.client.stream("GET", urlOf(task, size), { headers: headers(task) });
      const chunks = [...response.iterBytes()].map((chunk) => chunk.slice());
      return check(task.id, response.status, response.headers.get("x-id"), joined(chunks), size);
    },
  },
  {
    name: "sync drop of a stream",
    run(task) {
      const size = sizeOf();
      using response = task.client.stream("GET", urlOf(task, size), { headers: headers(task) });
      const name = response.headers.get("x-id");
      for (const chunk of response.iterBytes()) {
        const isWhole = response.status === 200 && name === task.id;
        if (isWhole && !equal(chunk, bytesOf(task.id, size).subarray(0, chunk.length))) {
          throw new WrongAnswer(`${task.id} begins wrong`);
        }
        break;
      }
      // Head and status are judged as those of any answer; the bytes were, above.
      return check(task.id, response.status, name, bytesOf(task.id, size), size);
    },
  },
  {
    name: "sync short limit",
    gives: true,
    run: (task) => call(task, "GET", sizeOf(), { timeout: { total: 5 + Math.random() * 60 } }),
  },
  {
    name: "sync result",
    run(task) {
      const result = task.client.result.get(urlOf(task, 50), { headers: headers(task) });
      if (!result.ok) throw result.error;
      return checkWhole(task, result.value, 50);
    },
  },
];
