/**
 * Prints what a small GET costs through the engine alone (no client, no layers), beside the
 * runtime's fetch and a bare socket loop in the same run, at concurrency 1, 16 and 64.
 *
 *   cc -O2 -o /tmp/server bench/server/server.c && /tmp/server 600      prints its port
 *   deno run -A bench/micro/engine.ts http://127.0.0.1:PORT [path] [milliseconds per round]
 *   bun bench/micro/engine.ts …   |   node bench/micro/engine.ts …
 */
// deno-lint-ignore-file no-console

import { systemClock } from "../../src/base/clock.ts";
import { DeadlineQueue } from "../../src/base/deadline.ts";
import { Call } from "../../src/core/call.ts";
import { DEFAULT_POOL } from "../../src/engine/options.ts";
import { SocketTransport } from "../../src/engine/socket_transport.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { settings } from "../../tests/engine/settings.ts";
import { openBun, openDeno, openNode, type Wire } from "../contenders/wire.ts";

const ROUNDS = 5;
const host = globalThis as { Deno?: { args: string[] }; Bun?: unknown; process?: { argv: string[] } };
const args = host.Deno?.args ?? host.process!.argv.slice(2);
const base = args[0]!;
const path = args[1] ?? "/small";
const duration = Number(args[2] ?? 400);
const url = new RequestUrl(base + path);
const decoder = new TextDecoder();

/** One request and its answer, again and again. */
type Lane = () => Promise<unknown>;

function engineLanes(): (lane: number) => Lane {
  const deadlines = new DeadlineQueue(systemClock);
  const runtime = detectRuntime();
  const transport = new SocketTransport({
    connector: runtime.connector!,
    runtime,
    clock: systemClock,
    deadlines,
    options: { pool: { ...DEFAULT_POOL, idlePerRoute: 64 }, dns: null },
  });
  const request = new HttpRequest("GET", url);
  const chosen = settings();
  const hosted = { clock: systemClock, deadlines };
  return () => async () => {
    const call = new Call(hosted, chosen, systemClock.now(), false);
    const response = await transport.send(request, call);
    const body = response.live!.collect(1e6);
    const bytes = body instanceof Uint8Array ? body : await body;
    call.settle();
    return JSON.parse(decoder.decode(bytes));
  };
}

function fetchLanes(): (lane: number) => Lane {
  return () => async () => await (await fetch(url.href)).json();
}

/** Knows the length of the answer beforehand. */
function bareLanes(): (lane: number) => Lane {
  const open = host.Deno ? openDeno : host.Bun ? openBun : openNode;
  const ask = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: ${url.authority}\r\n\r\n`);
  const wires: Promise<Wire>[] = [];
  return (lane) => {
    let total = 0;
    let head = 0;
    const kept = new Uint8Array(64 * 1024);
    return async () => {
      const wire = await (wires[lane] ??= open({ hostname: url.hostname, port: url.port, ca: undefined }));
      let got = 0;
      const whole = new Promise<void>((resolve) => {
        wire.onBytes = (view) => {
          kept.set(view, got);
          got += view.length;
          if (total === 0) {
            const text = decoder.decode(kept.subarray(0, got));
            head = text.indexOf("\r\n\r\n") + 4;
            total = head + Number(/content-length: (\d+)/i.exec(text)![1]);
          }
          if (got === total) resolve();
        };
      });
      wire.send(ask);
      await whole;
      return JSON.parse(decoder.decode(kept.subarray(head, total)));
    };
  };
}

/** Requests per second of `concurrency` lanes. */
async function rate(make: (lane: number) => Lane, concurrency: number): Promise<number> {
  const until = performance.now() + duration;
  let done = 0;
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async (_, index) => {
    const lane = make(index);
    while (performance.now() < until) {
      for (let at = 0; at < 8; at++) await lane();
      done += 8;
    }
  }));
  return done * 1e3 / (performance.now() - started);
}

const contenders = { engine: engineLanes(), fetch: fetchLanes(), bare: bareLanes() };
for (const concurrency of [1, 16, 64]) {
  const rates: Record<string, number[]> = { engine: [], fetch: [], bare: [] };
  for (const make of Object.values(contenders)) await rate(make, concurrency);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, make] of Object.entries(contenders)) rates[name]!.push(await rate(make, concurrency));
  }
  const median = (name: string): number => rates[name]!.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  const [engine, fetched, bare] = [median("engine"), median("fetch"), median("bare")];
  console.log(
    `${String(concurrency).padStart(3)} at a time: engine ${(engine / 1e3).toFixed(1)} k/s, ` +
      `${(engine / fetched).toFixed(2)} x fetch (${(fetched / 1e3).toFixed(1)} k/s), ` +
      `${(engine / bare).toFixed(2)} x bare (${(bare / 1e3).toFixed(1)} k/s)`,
  );
}
(host.Deno as { exit?(): void } | undefined)?.exit?.();
(host.process as { exit?(): void } | undefined)?.exit?.();
