import { assertEquals } from "@std/assert";
import { LazyUnref } from "../../src/engine/lazy_unref.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { test } from "../support/suite.ts";

test("LazyUnref asks all who were added by one timer that holds nothing", () => {
  const clock = new FakeClock();
  const unrefs = new LazyUnref(clock);
  const asked: number[] = [];
  for (const each of [1, 2, 3]) unrefs.add({ letGo: () => asked.push(each) > 0 });
  assertEquals([clock.pending, clock.held, asked], [1, 0, []]);
  clock.tickSync(1);
  assertEquals([clock.pending, asked], [0, [1, 2, 3]]);
});

test("LazyUnref asks again whoever is added while it asks", () => {
  const clock = new FakeClock();
  const unrefs = new LazyUnref(clock);
  let asked = 0;
  const idler = {
    letGo: () => {
      if (++asked < 3) unrefs.add(idler);
      return true;
    },
  };
  unrefs.add(idler);
  clock.tickSync(5);
  assertEquals([asked, clock.pending], [3, 0]);
});

test("LazyUnref.close() asks all at once, and whoever comes later", () => {
  const clock = new FakeClock();
  const unrefs = new LazyUnref(clock);
  const asked: number[] = [];
  unrefs.add({ letGo: () => asked.push(1) > 0 });
  unrefs.close();
  unrefs.add({ letGo: () => asked.push(2) > 0 });
  assertEquals([asked, clock.pending], [[1, 2], 0]);
});

test("LazyUnref asks less often while whoever is asked is busy", () => {
  const clock = new FakeClock();
  const unrefs = new LazyUnref(clock);
  let idle = false;
  const delays: (number | undefined)[] = [];
  for (let round = 0; round < 9; round++) {
    unrefs.add({ letGo: () => idle });
    delays.push(clock.next);
    if (round === 6) idle = true;
    clock.tickSync(16);
  }
  assertEquals(delays, [1, 2, 4, 8, 16, 16, 16, 1, 1]);
});
