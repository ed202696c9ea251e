import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { ResolvedAddress } from "../../src/core/runtime.ts";
import { dnsLookup } from "../../src/engine/dns_lookup.ts";
import { AbortError, DNSError } from "../../src/errors.ts";
import { dnsMessage, type Message } from "../protocol/dns/dns_builder.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

interface Query {
  readonly server: string;
  readonly type: number;
  readonly id: number;
  answer(message?: Message): void;
  fail(error: Error): void;
}

/** Name servers that answer when told. */
class Servers {
  readonly clock = new FakeClock();
  readonly cancel = new CancelToken();
  readonly queries: Query[] = [];
  cancelled = 0;
  #id = 0;

  lookup(servers = ["10.0.0.53"], name = "a.test"): Promise<readonly ResolvedAddress[]> {
    const options = { servers, queryTimeout: 2_000, rounds: 2 };
    const found = dnsLookup({
      options,
      clock: this.clock,
      id: () => ++this.#id,
      dnsQuery: (server, message, cancel) =>
        new Promise((resolve, reject) => {
          const type = message[message.length - 14]!;
          const id = message[0]! << 8 | message[1]!;
          const answer = (said: Message = {}): void =>
            resolve(dnsMessage({ id, question: { name: "a.test", type }, ...said }));
          this.queries.push({ server, type, id, answer, fail: reject });
          cancel.add((reason) => {
            this.cancelled++;
            reject(reason);
          });
        }),
    })(name, this.cancel);
    found.catch(() => {});
    return found;
  }

  /** The newest query for a type. */
  query(type: number): Query {
    return this.queries.findLast((query) => query.type === type)!;
  }

  assertNothingLeft(): void {
    assertEquals([this.clock.pending, this.cancel.listenerCount], [0, 0]);
  }
}

const V4: Message = { answers: [{ name: 12, type: 1, ttl: 30, data: [10, 0, 0, 1] }] };
const V6: Message = { answers: [{ name: 12, type: 28, ttl: 40, data: [...Array<number>(15).fill(0), 1] }] };

test("dnsLookup() asks for both families at once, with an id each", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  assertEquals(servers.queries.map(({ server, type, id }) => [server, type, id]), [["10.0.0.53", 28, 1], [
    "10.0.0.53",
    1,
    2,
  ]]);
  servers.query(28).answer(V6);
  servers.query(1).answer(V4);
  assertEquals(await found, [{ address: "::1", family: 6, ttl: 40 }, { address: "10.0.0.1", family: 4, ttl: 30 }]);
  servers.assertNothingLeft();
});

test("dnsLookup() waits a little for the other family, then goes on without it", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  servers.query(1).answer(V4);
  await servers.clock.tick(49);
  let settled = false;
  found.then(() => settled = true);
  await servers.clock.tick();
  assert(!settled, "it did not wait");
  await servers.clock.tick(1);
  assertEquals(await found, [{ address: "10.0.0.1", family: 4, ttl: 0 }]);
  assertEquals(servers.cancelled, 1);
  servers.assertNothingLeft();
});

test("dnsLookup() waits for the other family when one has no address", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  servers.query(28).answer();
  await servers.clock.tick(1_000);
  servers.query(1).answer(V4);
  assertEquals((await found).length, 1);
});

test("dnsLookup() uses one family when the other fails", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  for (let at = 0; at < 2; at++) {
    servers.query(28).answer({ flags: 0x8182 });
    await servers.clock.tick();
  }
  servers.query(1).answer(V4);
  assertEquals((await found).map(({ ttl }) => ttl), [30]);
});

test("dnsLookup() asks the next server when one is silent, fails, or talks nonsense", async () => {
  const servers = new Servers();
  const found = servers.lookup(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
  servers.query(28).answer();
  await servers.clock.tick(2_000);
  assertEquals(servers.query(1).server, "10.0.0.2");
  servers.query(1).answer({ flags: 0x8185 });
  await servers.clock.tick();
  servers.query(1).answer({ question: { name: "evil.test", type: 1 } });
  await servers.clock.tick();
  assertEquals(servers.query(1).server, "10.0.0.4");
  servers.query(1).answer(V4);
  assertEquals((await found).length, 1);
  servers.assertNothingLeft();
});

test("dnsLookup() goes round as often as told, then tells the last failure", async () => {
  const servers = new Servers();
  const found = servers.lookup(["10.0.0.1", "10.0.0.2"]);
  await servers.clock.tick(8_000);
  const error = await assertRejects(() => found, DNSError, "10.0.0.2 did not answer within 2000 ms");
  assertEquals([error.code, error.systemCode], ["DNS_TIMEOUT", "ETIMEDOUT"]);
  assertEquals(servers.queries.length, 8);
  servers.assertNothingLeft();
});

test("dnsLookup() believes a server that says there is no such name", async () => {
  const servers = new Servers();
  const found = servers.lookup(["10.0.0.1", "10.0.0.2"]);
  servers.query(28).answer({ flags: 0x8183 });
  servers.query(1).answer({ flags: 0x8183 });
  const error = await assertRejects(() => found, DNSError, "Cannot resolve a.test: there is no such name");
  assertEquals([error.systemCode, servers.queries.length], ["ENOTFOUND", 2]);
});

test("dnsLookup() tells a name without addresses from one that does not exist", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  servers.query(28).answer();
  servers.query(1).answer();
  await assertRejects(() => found, DNSError, "Cannot resolve a.test: it has no address");
});

test("dnsLookup() asks nobody for what is no name", async () => {
  const servers = new Servers();
  await assertRejects(() => servers.lookup(undefined, "a..b"), DNSError, "it is no host name");
  assertEquals(servers.queries.length, 0);
});

test("dnsLookup() leaves nothing behind when it is cancelled", async () => {
  const servers = new Servers();
  const found = servers.lookup();
  await servers.clock.tick(100);
  const reason = new AbortError("stop", { reason: 1 });
  servers.cancel.cancel(reason);
  assertEquals(await assertRejects(() => found), reason);
  assertEquals(servers.queries.length, 2);
  servers.assertNothingLeft();
});
