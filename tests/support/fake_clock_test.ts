import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "./fake_clock.ts";
import { test } from "./suite.ts";

test("FakeClock.tick() fires timers in the order of their time, equal ones as they were set", async () => {
  const clock = new FakeClock({ now: 0 });
  const fired: string[] = [];
  const note = (name: string) => (): number => fired.push(`${name}@${clock.now()}`);
  clock.schedule(note("late"), 20, false);
  clock.schedule(note("one"), 10, false);
  clock.schedule(note("two"), 10, false);
  await clock.tick(10);
  assertEquals(fired, ["one@10", "two@10"]);
  await clock.tick(9);
  assertEquals(fired.length, 2);
  await clock.tick(1);
  assertEquals(fired[2], "late@20");
});

test("FakeClock.tick() runs what a timer sets off before the next timer", async () => {
  const clock = new FakeClock({ now: 0 });
  const order: string[] = [];
  clock.schedule(
    () => {
      void (async () => {
        await undefined;
        await undefined;
        order.push("promise");
        clock.schedule(() => order.push("added"), 1, false);
      })();
    },
    1,
    false,
  );
  clock.schedule(() => order.push("timer"), 3, false);
  await clock.tick(3);
  assertEquals(order, ["promise", "added", "timer"]);
});

test("FakeClock counts the timers that wait, those that hold, and the times it was asked", () => {
  const clock = new FakeClock();
  const stop = clock.schedule(() => {}, 5, true);
  clock.schedule(() => {}, 7, false);
  assertEquals([clock.pending, clock.held, clock.next], [2, 1, 5]);
  stop();
  stop();
  assertEquals([clock.pending, clock.held, clock.next], [1, 0, 7]);
  clock.tickSync(7);
  assertEquals([clock.pending, clock.next], [0, undefined]);
  clock.reads = 0;
  clock.now();
  assertEquals(clock.reads, 1);
});

test("FakeClock.wall() moves with the clock", async () => {
  const clock = new FakeClock({ now: 50, wall: 1_000 });
  assertEquals([clock.now(), clock.wall()], [50, 1_000]);
  await clock.tick(25);
  assertEquals([clock.now(), clock.wall()], [75, 1_025]);
});

test("FakeClock.until() moves on until the promise is settled", async () => {
  const clock = new FakeClock({ now: 0 });
  const slept = (ms: number): Promise<void> => new Promise((resolve) => clock.schedule(resolve, ms, false));
  const work = (async () => {
    await slept(10);
    await slept(20);
    return clock.now();
  })();
  assertEquals(await clock.until(work), 30);
  await assertRejects(() => clock.until(new Promise(() => {})), Error, "no timer waits");
});
