import { assertEquals } from "@std/assert";
import { AddressRace, interleave } from "../../src/engine/happy_eyeballs.ts";
import type { AddressOrder } from "../../src/engine/options.ts";
import { addressOf } from "../../src/engine/resolver.ts";
import { test } from "../support/suite.ts";

const MIXED = ["1.1.1.1", "1.1.1.2", "::1", "1.1.1.3", "::2"];

const ORDERS: readonly (readonly [order: AddressOrder, addresses: string[], expected: string[]])[] = [
  ["ipv6first", MIXED, ["::1", "1.1.1.1", "::2", "1.1.1.2", "1.1.1.3"]],
  ["ipv4first", MIXED, ["1.1.1.1", "::1", "1.1.1.2", "::2", "1.1.1.3"]],
  ["verbatim", ["::9", "1.1.1.1", "::8"], ["::9", "1.1.1.1", "::8"]],
  ["verbatim", ["1.1.1.1", "1.1.1.2", "::1"], ["1.1.1.1", "::1", "1.1.1.2"]],
  ["ipv6first", ["1.1.1.1", "1.1.1.2"], ["1.1.1.1", "1.1.1.2"]],
  ["ipv6first", [], []],
];

test("interleave() lets the families alternate, the wanted one first", () => {
  for (const [order, addresses, expected] of ORDERS) {
    const mixed = interleave(addresses.map((address) => addressOf(address)), order);
    assertEquals(mixed.map(({ address }) => address), expected, order);
  }
});

test("AddressRace starts one attempt, and the next when the delay has passed", () => {
  const race = new AddressRace(3);
  assertEquals(race.start(), { do: "connect", index: 0, wait: true });
  assertEquals(race.delayPassed(), { do: "connect", index: 1, wait: true });
  assertEquals(race.delayPassed(), { do: "connect", index: 2, wait: false });
  assertEquals(race.delayPassed(), { do: "nothing" });
});

test("AddressRace starts the next attempt at once when the last one failed", () => {
  const race = new AddressRace(2);
  race.start();
  assertEquals(race.failed(0), { do: "connect", index: 1, wait: false });
  assertEquals(race.failed(1), { do: "lose" });
});

test("AddressRace is not hurried by an earlier attempt that fails late", () => {
  const race = new AddressRace(3);
  race.start();
  race.delayPassed();
  assertEquals(race.failed(0), { do: "nothing" });
  assertEquals(race.failed(1), { do: "connect", index: 2, wait: false });
});

test("AddressRace lets earlier attempts win while later ones run, and names the losers", () => {
  const race = new AddressRace(3);
  race.start();
  race.delayPassed();
  race.delayPassed();
  race.failed(1);
  assertEquals(race.succeeded(0), { do: "win", index: 0, losers: [2] });
});

test("AddressRace has one winner and ignores what comes after it", () => {
  const race = new AddressRace(3);
  race.start();
  race.delayPassed();
  race.succeeded(1);
  assertEquals([race.succeeded(0), race.failed(0), race.delayPassed()], [
    { do: "nothing" },
    { do: "nothing" },
    { do: "nothing" },
  ]);
});

test("AddressRace waits for the attempts under way when the last one failed", () => {
  const race = new AddressRace(2);
  race.start();
  race.delayPassed();
  assertEquals(race.failed(1), { do: "nothing" });
  assertEquals(race.failed(0), { do: "lose" });
});

test("AddressRace loses at once without addresses", () => {
  assertEquals(new AddressRace(0).start(), { do: "lose" });
});
