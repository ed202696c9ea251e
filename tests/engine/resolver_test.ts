import { assert, assertEquals, assertNotStrictEquals, assertRejects, assertThrows } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ResolvedAddress } from "../../src/core/runtime.ts";
import { DEFAULT_DNS, type DnsOptions } from "../../src/engine/options.ts";
import { addressOf, Resolver } from "../../src/engine/resolver.ts";
import { AbortError, DNSError } from "../../src/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

/** A resolver whose look-ups answer when told. */
class Names {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  readonly cancelled: string[] = [];
  readonly resolver: Resolver;
  #pending: { name: string; resolve(addresses: ResolvedAddress[]): void; reject(error: Error): void }[] = [];

  constructor(options: Partial<DnsOptions> = {}) {
    this.resolver = new Resolver({ ...DEFAULT_DNS, ...options }, this.clock, (name, cancel) => {
      this.asked.push(name);
      return new Promise((resolve, reject) => {
        this.#pending.push({ name, resolve, reject });
        cancel.add((reason) => {
          this.cancelled.push(name);
          reject(reason);
        });
      });
    });
  }

  resolve(name: string, cancel = new CancelToken()): Promise<string[]> {
    return (async () => (await this.resolver.resolve(name, cancel)).map(({ address }) => address))();
  }

  async answer(addresses: string[], ttl?: number): Promise<void> {
    await this.answerWith(addresses.map((address) => addressOf(address, ttl)));
  }

  async answerWith(addresses: ResolvedAddress[]): Promise<void> {
    this.#pending.shift()!.resolve(addresses);
    await this.clock.tick();
  }

  async fail(systemCode?: string): Promise<void> {
    this.#pending.shift()!.reject(new DNSError("No answer", systemCode === undefined ? {} : { systemCode }));
    await this.clock.tick();
  }
}

test("Resolver never asks for literals and localhost", async () => {
  const names = new Names();
  assertEquals(await names.resolve("127.0.0.2"), ["127.0.0.2"]);
  assertEquals(await names.resolve("fe80::1"), ["fe80::1"]);
  for (const name of ["localhost", "localhost.", "a.localhost"]) {
    assertEquals(await names.resolve(name), ["127.0.0.1", "::1"]);
  }
  assertEquals(names.asked, []);
});

test("Resolver asks the hosts option before anything else, but not for localhost", async () => {
  const names = new Names({ hosts: new Map([["a.test", ["10.0.0.1", "::9"]], ["localhost", ["8.8.8.8"]]]) });
  assertEquals(await names.resolve("a.test"), ["10.0.0.1", "::9"]);
  assertEquals(await names.resolve("localhost"), ["127.0.0.1", "::1"]);
  assertEquals(names.asked, []);
});

test("Resolver makes one look-up for all who ask meanwhile", async () => {
  const names = new Names();
  const both = Promise.all([names.resolve("a.test"), names.resolve("a.test")]);
  await names.answer(["1.1.1.1"]);
  assertEquals(await both, [["1.1.1.1"], ["1.1.1.1"]]);
  assertEquals(names.asked, ["a.test"]);
  assertEquals(names.resolver.inFlight, 0);
});

const TTLS: readonly (readonly [name: string, ttl: number | undefined, kept: number])[] = [
  ["as long as it says", 30, 30_000],
  ["at least minTtl", 0, 1_000],
  ["at most maxTtl", 86_400, 300_000],
  ["for defaultTtl when it does not say", undefined, 10_000],
];

for (const [name, ttl, kept] of TTLS) {
  test(`Resolver keeps an answer ${name}`, async () => {
    const names = new Names();
    const first = names.resolve("a.test");
    await names.answer(["1.1.1.1"], ttl);
    await first;
    await names.clock.tick(kept - 1);
    assert(!(names.resolver.resolve("a.test", new CancelToken()) instanceof Promise), "it was asked for too early");
    await names.clock.tick(1);
    const second = names.resolve("a.test");
    await names.answer(["2.2.2.2"], ttl);
    assertEquals(await second, ["2.2.2.2"]);
    assertEquals(names.asked.length, 2);
  });
}

test("Resolver keeps the shortest TTL of the addresses", async () => {
  const names = new Names();
  const first = names.resolve("a.test");
  await names.answerWith([addressOf("1.1.1.1", 60), addressOf("1.1.1.2", 5), addressOf("1.1.1.3")]);
  await first;
  await names.clock.tick(5_000);
  const second = names.resolve("a.test");
  await names.answer(["2.2.2.2"]);
  assertEquals(await second, ["2.2.2.2"]);
});

test("Resolver keeps a failure for negativeTtl, each time as an error of its own", async () => {
  const names = new Names({ negativeTtl: 500 });
  const first = names.resolve("a.test");
  first.catch(() => {});
  await names.fail("ENOTFOUND");
  const error = await assertRejects(() => first, DNSError);
  assertEquals(error.systemCode, "ENOTFOUND");
  const again = assertThrows(() => names.resolver.resolve("a.test", new CancelToken()), DNSError);
  assertNotStrictEquals(again, error);
  assertEquals([again.message, again.systemCode, names.asked.length], [error.message, "ENOTFOUND", 1]);
  await names.clock.tick(500);
  const second = names.resolve("a.test");
  await names.answer(["1.1.1.1"]);
  assertEquals(await second, ["1.1.1.1"]);
});

test("Resolver gives each of several callers its own error", async () => {
  const names = new Names();
  const both = [names.resolve("a.test"), names.resolve("a.test")];
  for (const each of both) each.catch(() => {});
  await names.fail();
  const [a, b] = await Promise.all(both.map((each) => assertRejects(() => each, DNSError)));
  assertNotStrictEquals(a, b);
});

test("Resolver uses an expired answer when the name cannot be asked anew", async () => {
  const names = new Names({ staleIfError: 60_000, negativeTtl: 1_000 });
  const first = names.resolve("a.test");
  await names.answer(["1.1.1.1"], 10);
  await first;
  await names.clock.tick(20_000);
  const second = names.resolve("a.test");
  await names.fail("EAI_AGAIN");
  assertEquals(await second, ["1.1.1.1"]);
  assertEquals(await names.resolve("a.test"), ["1.1.1.1"]);
  assertEquals(names.asked.length, 2);
  await names.clock.tick(60_000);
  const third = names.resolve("a.test");
  third.catch(() => {});
  await names.fail("EAI_AGAIN");
  await assertRejects(() => third, DNSError);
});

test("Resolver uses no expired answer for a name that does not exist any more", async () => {
  const names = new Names();
  const first = names.resolve("a.test");
  await names.answer(["1.1.1.1"], 10);
  await first;
  await names.clock.tick(20_000);
  const second = names.resolve("a.test");
  second.catch(() => {});
  await names.fail("ENOTFOUND");
  await assertRejects(() => second, DNSError);
});

test("Resolver treats an answer without addresses as a failure", async () => {
  const names = new Names();
  const first = names.resolve("a.test");
  first.catch(() => {});
  await names.answer([]);
  const error = await assertRejects(() => first, DNSError);
  assertEquals(error.message, "Cannot resolve a.test: it has no address");
});

test("Resolver cancels a look-up when nobody waits for it any more", async () => {
  const names = new Names();
  const [one, two] = [new CancelToken(), new CancelToken()];
  const both = [names.resolve("a.test", one), names.resolve("a.test", two)];
  for (const each of both) each.catch(() => {});
  await names.clock.tick();
  one.cancel(new AbortError("stop", { reason: 1 }));
  assertEquals(names.cancelled, []);
  two.cancel(new AbortError("stop", { reason: 2 }));
  assertEquals(names.cancelled, ["a.test"]);
  for (const each of both) await assertRejects(() => each, AbortError);
  assertEquals([names.resolver.inFlight, names.resolver.size], [0, 0]);
});

test("Resolver begins anew for those who come after a cancelled look-up", async () => {
  const names = new Names();
  const token = new CancelToken();
  const first = names.resolve("a.test", token);
  first.catch(() => {});
  token.cancel(new AbortError("stop", { reason: 1 }));
  const second = names.resolve("a.test");
  await names.clock.tick();
  assertEquals(names.asked.length, 2);
  await names.answer(["9.9.9.9"]);
  await names.answer(["1.1.1.1"]);
  assertEquals(await second, ["1.1.1.1"]);
});

test("Resolver leaves no listener on the token of a call that was answered", async () => {
  const names = new Names();
  const token = new CancelToken();
  const first = names.resolve("a.test", token);
  await names.answer(["1.1.1.1"]);
  await first;
  assertEquals(token.listenerCount, 0);
});

test("Resolver keeps no more names than allowed, and those asked for last", async () => {
  const names = new Names({ maxNames: 2 });
  for (const name of ["a.test", "b.test"]) {
    const first = names.resolve(name);
    await names.answer(["1.1.1.1"]);
    await first;
  }
  await names.resolve("a.test");
  const third = names.resolve("c.test");
  await names.answer(["1.1.1.1"]);
  await third;
  assertEquals(names.resolver.size, 2);
  await names.resolve("a.test");
  assertEquals(names.asked, ["a.test", "b.test", "c.test"]);
  names.resolver.forget("a.test");
  assertEquals(names.resolver.size, 1);
  names.resolver.forget();
  assertEquals(names.resolver.size, 0);
});

test("Resolver translates a failure that is no DNSError", async () => {
  const cause = new TypeError("broken");
  const resolver = new Resolver(DEFAULT_DNS, new FakeClock(), () => Promise.reject(cause));
  const error = await assertRejects(
    async () => await resolver.resolve("a.test", new CancelToken()),
    DNSError,
    "Cannot resolve a.test: the resolver failed",
  );
  assertEquals(error.cause, cause);
});
