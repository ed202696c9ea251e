import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/base/clock.ts";
import { DeadlineQueue } from "../../src/base/deadline.ts";
import { Call } from "../../src/core/call.ts";
import { SocketTransport } from "../../src/engine/socket_transport.ts";
import { SocketError } from "../../src/errors.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { detectRuntime } from "../../src/net/detect.ts";
import { watchLeaks } from "../support/leaks.ts";
import { type RawServer, rawServer } from "../support/raw_server.ts";
import { test, type TestContext } from "../support/suite.ts";
import { bytesBody } from "./engine_kit.ts";
import { settings } from "./settings.ts";

const CALLS = 300;

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A server that destroys its connection 0 to 2 ms after every answer; `seen` counts arrivals per path. */
async function faithless(t: TestContext, body: string): Promise<{ server: RawServer; seen: Map<string, number> }> {
  const seen = new Map<string, number>();
  const ends: Promise<void>[] = [];
  let answers = 0;
  const server = await rawServer(async (connection) => {
    for (;;) {
      const path = (await connection.until("\r\n\r\n")).split(" ")[1]!;
      if (body !== "") await connection.until(body);
      seen.set(path, (seen.get(path) ?? 0) + 1);
      await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      ends.push(after(answers++ % 3).then(() => connection.destroy()));
    }
  });
  t.after(async () => {
    await server.close();
    await Promise.all(ends);
  });
  return { server, seen };
}

/** A transport over real sockets. */
class Machine {
  readonly deadlines: DeadlineQueue = new DeadlineQueue(systemClock);
  readonly transport: SocketTransport;

  constructor(t: TestContext) {
    const runtime = detectRuntime();
    const { deadlines } = this;
    this.transport = new SocketTransport({ connector: runtime.connector!, runtime, clock: systemClock, deadlines });
    t.after(async () => {
      await this.transport.close();
      deadlines.close();
    });
  }

  /** Sends a request and reads its answer; resolves with the failure, if there is one. */
  async send(request: HttpRequest): Promise<unknown> {
    const call = new Call({ clock: systemClock, deadlines: this.deadlines }, settings(), systemClock.now(), true);
    try {
      const response = await this.transport.send(request, call);
      assertEquals((await response.live!.collect(10)).length, 2);
    } catch (error) {
      return error;
    } finally {
      call.settle();
    }
    return undefined;
  }
}

test("A server that destroys idle connections makes no GET fail", { timeout: 60_000 }, async (t) => {
  watchLeaks(t);
  const { server } = await faithless(t, "");
  const machine = new Machine(t);
  const failures: unknown[] = [];
  for (let at = 0; at < CALLS; at++) {
    const failure = await machine.send(new HttpRequest("GET", new RequestUrl(`http://127.0.0.1:${server.port}/${at}`)));
    if (failure !== undefined) failures.push(failure);
    // So that some requests cross the end of their connection.
    if (at % 4 === 0) await after(at % 3);
  }
  assertEquals(failures, []);
});

test("A server that destroys idle connections never gets a POST twice", { timeout: 60_000 }, async (t) => {
  watchLeaks(t);
  const { server, seen } = await faithless(t, "body");
  const machine = new Machine(t);
  for (let at = 0; at < CALLS; at++) {
    const url = new RequestUrl(`http://127.0.0.1:${server.port}/${at}`);
    const failure = await machine.send(new HttpRequest("POST", url, undefined, bytesBody("body")));
    // It may fail: nobody knows what became of it. But it must say so.
    if (failure !== undefined) assert(failure instanceof SocketError && failure.progress !== "unsent", String(failure));
  }
  assertEquals([...seen].filter(([, times]) => times > 1), []);
});
