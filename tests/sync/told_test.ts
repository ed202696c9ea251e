import { assertEquals } from "@std/assert";
import { Teller } from "../../src/sync/told.ts";
import { test } from "../support/suite.ts";

/** How many values are remembered, found out as the other side would: by what is told again. */
function remembered(): number {
  const teller = new Teller(0);
  const first = {};
  teller.tell(first);
  let others = 0;
  while (teller.slotOf(first) >= 0) {
    teller.tell({});
    others++;
  }
  return others;
}

test("Teller knows a value by the slot in which it was told", () => {
  const teller = new Teller(1);
  const value = {};
  assertEquals(teller.slotOf(value), -1);
  const slot = teller.tell(value);
  assertEquals(teller.slotOf(value), slot);
  assertEquals(teller.slotOf({}), -1);
});

test("Teller no longer knows what was told in the slot that another value stands in now", () => {
  const teller = new Teller(0);
  const shelf: object[] = [];
  const values = Array.from({ length: 3 * remembered() }, () => ({}));
  for (const value of values) {
    shelf[teller.tell(value)] = value;
    for (const each of values) {
      const slot = teller.slotOf(each);
      if (slot >= 0) assertEquals(shelf[slot] === each, true, "the slot holds another value");
    }
  }
});

test("Teller gives each sort of values slots of its own", () => {
  const count = remembered();
  const [some, others] = [new Teller(0), new Teller(1)];
  const slots = (teller: Teller): number[] => Array.from({ length: 2 * count }, () => teller.tell({}));
  const taken = new Set(slots(some));
  assertEquals(slots(others).filter((slot) => taken.has(slot)), []);
});

test("Teller tells everything anew once a message was not sent", () => {
  const teller = new Teller(0);
  const value = {};
  teller.tell(value);
  teller.forget();
  assertEquals(teller.slotOf(value), -1);
  assertEquals(teller.slotOf(value), -1);
  const slot = teller.tell(value);
  assertEquals(teller.slotOf(value), slot);
});
