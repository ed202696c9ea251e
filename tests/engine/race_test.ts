import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { Socket } from "../../src/core/socket.ts";
import { raceConnect } from "../../src/engine/race.ts";
import { AbortError, ConnectError } from "../../src/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

/** Sockets that open or fail when the test says so. */
class Network {
  readonly clock = new FakeClock();
  readonly cancel = new CancelToken();
  readonly log: string[] = [];
  readonly #attempts = new Map<string, { resolve(socket: Socket): void; reject(error: Error): void }>();

  race(addresses: readonly string[]): Promise<Socket> {
    const connect = (address: string, cancel: CancelToken): Promise<Socket> => {
      this.log.push(`connect ${address} ${this.clock.now() - 1_000}`);
      return new Promise((resolve, reject) => {
        this.#attempts.set(address, { resolve, reject });
        cancel.add((reason) => {
          this.log.push(`cancel ${address}`);
          reject(reason);
        });
      });
    };
    return raceConnect(addresses, { clock: this.clock, host: "a.test", port: 80, delay: 250, connect }, this.cancel);
  }

  open(address: string): void {
    const socket = { remoteAddress: address, close: () => this.log.push(`close ${address}`) };
    this.#attempts.get(address)!.resolve(socket as unknown as Socket);
  }

  fail(address: string, systemCode = "ECONNREFUSED"): void {
    this.#attempts.get(address)!.reject(new ConnectError(`No way to ${address}`, { systemCode }));
  }
}

test("raceConnect() lets attempts overlap and cancels the losers", async () => {
  const net = new Network();
  const socket = net.race(["::1", "::2", "::3"]);
  await net.clock.tick(300);
  net.open("::1");
  assertEquals((await socket).remoteAddress, "::1");
  assertEquals(net.log, ["connect ::1 0", "connect ::2 250", "cancel ::2"]);
  assertEquals([net.clock.pending, net.cancel.listenerCount], [0, 0]);
});

test("raceConnect() goes on at once when an attempt fails, with a new delay", async () => {
  const net = new Network();
  const socket = net.race(["::1", "::2", "::3"]);
  await net.clock.tick(100);
  net.fail("::1");
  await net.clock.tick(249);
  assertEquals(net.log, ["connect ::1 0", "connect ::2 100"]);
  await net.clock.tick(1);
  assertEquals(net.log.at(-1), "connect ::3 350");
  net.open("::3");
  await socket;
  assertEquals(net.log.at(-1), "cancel ::2");
});

test("raceConnect() rejects with one error for all addresses", async () => {
  const net = new Network();
  const socket = net.race(["::1", "127.0.0.1"]);
  await net.clock.tick();
  net.fail("::1", "EHOSTUNREACH");
  await net.clock.tick();
  net.fail("127.0.0.1");
  const error = await assertRejects(() => socket, ConnectError);
  assertEquals(error.message, "Cannot connect to a.test port 80: tried ::1 (EHOSTUNREACH), 127.0.0.1 (ECONNREFUSED)");
  assertEquals([error.host, error.port, error.systemCode], ["a.test", 80, "EHOSTUNREACH"]);
  assertEquals(error.addresses, ["::1", "127.0.0.1"]);
  assertInstanceOf(error.cause, AggregateError);
  assertEquals(error.cause.errors.length, 2);
  assertEquals(net.clock.pending, 0);
});

test("raceConnect() passes the only error on as it is", async () => {
  const net = new Network();
  const socket = net.race(["::1"]);
  net.fail("::1");
  const error = await assertRejects(() => socket, ConnectError);
  assertEquals(error.message, "No way to ::1");
});

test("raceConnect() leaves nothing behind when it is cancelled", async () => {
  const net = new Network();
  const socket = net.race(["::1", "::2", "::3"]);
  await net.clock.tick(260);
  const reason = new AbortError("stop", { reason: 1 });
  net.cancel.cancel(reason);
  assertEquals(await assertRejects(() => socket), reason);
  assertEquals(net.log.slice(2), ["cancel ::1", "cancel ::2"]);
  assertEquals([net.clock.pending, net.cancel.listenerCount], [0, 0]);
});

test("raceConnect() closes a socket that opens although its attempt was cancelled", async () => {
  const net = new Network();
  const socket = raceConnect(["::1", "::2"], {
    clock: net.clock,
    host: "a.test",
    port: 80,
    delay: 250,
    connect: (address) => Promise.resolve({ close: () => net.log.push(`close ${address}`) } as unknown as Socket),
  }, net.cancel);
  net.cancel.cancel(new AbortError("stop", { reason: 1 }));
  await assertRejects(() => socket, AbortError);
  await net.clock.tick();
  assertEquals(net.log, ["close ::1"]);
});

test("raceConnect() does not start when it was cancelled before", async () => {
  const net = new Network();
  net.cancel.cancel(new AbortError("stop", { reason: 1 }));
  await assertRejects(() => net.race(["::1"]), AbortError);
  assert(net.log.length === 0);
});
