/**
 * Owns the clients of the soak: each with a way to a server, and with counts of what it holds.
 * Must not know what is asked of the server.
 */

import { type Client, type ClientOptions, handlerTransport, type HttpVersion } from "../../mod.ts";
import { type Clock, type StopTimer, systemClock } from "../../src/base/clock.ts";
import type { Host } from "../../src/client/host.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { clientOnHost } from "../support/client_on_host.ts";
import { bytesOf } from "./pattern.mjs";

/** Where the servers are. */
export interface Ports {
  readonly wild: number;
  readonly wildTls: number;
  readonly calm: number;
  readonly calmTls: number;
  readonly dns: number;
  readonly proxy: number;
  /** HTTP/2 in clear text, over TLS, and both where nothing goes wrong. */
  readonly h2: number;
  readonly h2Tls: number;
  readonly h2Calm: number;
  readonly h2CalmTls: number;
  /** Where the server of HTTP/2 tells its counts. */
  readonly h2Stats: number;
  /** The CA (PEM) that good certificates come from. */
  readonly ca: string;
}

/** The machine's clock, which counts the timers that are running. */
export class CountingClock implements Clock {
  /** Timers that neither fired nor were stopped. */
  running = 0;

  now(): number {
    return systemClock.now();
  }

  wall(): number {
    return systemClock.wall();
  }

  schedule(callback: () => void, delay: number, hold: boolean): StopTimer {
    let over = false;
    const end = (): void => {
      if (!over) this.running--;
      over = true;
    };
    this.running++;
    const stop = systemClock.schedule(
      () => {
        end();
        callback();
      },
      delay,
      hold,
    );
    return () => {
      end();
      stop();
    };
  }
}

/** A way to a server. */
export interface Way {
  readonly name: string;
  /** Whether nothing is meant to go wrong there. */
  readonly calm: boolean;
  readonly base: string;
  readonly options: ClientOptions;
  /** The version that has to be spoken there. */
  readonly version?: HttpVersion;
  /** Whether the blocking client can go there, too. */
  readonly blocks?: false;
}

/** A client that is watched. */
export class Lane {
  readonly way: Way;
  readonly client: Client;
  readonly #clock = new CountingClock();
  readonly #host: Host;

  constructor(way: Way) {
    this.way = way;
    const { client, host } = clientOnHost({ runtime: detectRuntime(), clock: this.#clock }, way.options);
    this.client = client;
    this.#host = host;
  }

  /** What is held while no call is under way; idle connections aside. */
  get held(): Readonly<Record<string, number>> {
    const { calls, busy, queued } = this.client.stats();
    return { calls, busy, queued };
  }

  /** The same, and timers and limits: nobody waits for them once the client is closed. */
  get left(): Readonly<Record<string, number>> {
    return { ...this.held, deadlines: this.#host.deadlines.size, timers: this.#clock.running };
  }

  /** Closes the client. */
  async close(): Promise<void> {
    await this.#host.close();
  }
}

/** Answers in this process what the servers answer; not at once, or others would have no turn. */
async function answerHere(request: Request): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/redirect") return Response.redirect(request.url.replace("/redirect", "/work"), 307);
  const id = request.headers.get("x-id")!;
  return new Response(bytesOf(id, Number(searchParams.get("size"))), { headers: { "X-Id": id } });
}

/** All ways. */
export function waysOf(ports: Ports): Way[] {
  const first = firstWays(ports);
  const named = (name: string): Way => first.find((way) => way.name === name)!;
  const h2 = (name: string, like: string, port: number): Way => {
    const { base, options, calm } = named(like);
    return {
      name,
      calm,
      base: base.replace(/\d+$/, String(port)),
      options: { ...options, http2: "prior-knowledge" },
      version: "2",
    };
  };
  return [
    ...first,
    h2("h2", "tls", ports.h2Tls),
    h2("h2c", "tcp", ports.h2),
    h2("h2c-no-retry", "tcp-no-retry", ports.h2),
    h2("h2c-dns", "dns", ports.h2),
    h2("h2-tunnel", "tunnel", ports.h2Tls),
    h2("calm-h2", "calm-tls", ports.h2CalmTls),
    h2("calm-h2c", "calm", ports.h2Calm),
    {
      name: "handler",
      calm: true,
      base: "http://app.test",
      // Each client closes its own.
      get options(): ClientOptions {
        return { trustEnv: false, timeout: { total: 30_000 }, transport: handlerTransport(answerHere) };
      },
      blocks: false,
    },
  ];
}

function firstWays(ports: Ports): Way[] {
  const timeout = { connect: 2_000, head: 1_200, read: 900, write: 2_000, pool: 4_000, total: 8_000 };
  const base: ClientOptions = { timeout, trustEnv: false, pool: { perRoute: 6, maxAge: 5_000, idleTimeout: 1_500 } };
  const tls = { extraCa: ports.ca };
  const dns = { servers: [`127.0.0.1:${ports.dns}`], queryTimeout: 300, minTtl: 0, negativeTtl: 50, staleIfError: 0 };
  const calm: ClientOptions = {
    ...base,
    // A busy machine is no fault.
    timeout: { connect: 20_000, head: 20_000, read: 20_000, write: 20_000, pool: 20_000, total: 30_000 },
  };
  const proxy = `http://127.0.0.1:${ports.proxy}`;
  return [
    { name: "tcp", calm: false, base: `http://127.0.0.1:${ports.wild}`, options: base },
    { name: "tcp-no-retry", calm: false, base: `http://127.0.0.1:${ports.wild}`, options: { ...base, retry: false } },
    { name: "tls", calm: false, base: `https://localhost:${ports.wildTls}`, options: { ...base, tls } },
    { name: "dns", calm: false, base: `http://chaos.test:${ports.wild}`, options: { ...base, dns } },
    {
      name: "guard",
      calm: false,
      base: `http://chaos.test:${ports.wild}`,
      options: { ...base, dns, guard: { allow: ["127.0.0.1"] } },
    },
    { name: "proxy", calm: false, base: `http://127.0.0.1:${ports.wild}`, options: { ...base, proxy } },
    { name: "tunnel", calm: false, base: `https://localhost:${ports.wildTls}`, options: { ...base, proxy, tls } },
    { name: "calm", calm: true, base: `http://127.0.0.1:${ports.calm}`, options: calm },
    { name: "calm-tls", calm: true, base: `https://localhost:${ports.calmTls}`, options: { ...calm, tls } },
  ];
}
